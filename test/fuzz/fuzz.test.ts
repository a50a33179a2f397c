/** A small part of what `npm run fuzz` does, the same at every run, and one document of every shape. */
import { describe, expect, it } from 'vitest'
import { CaseChecker } from './check-case.ts'
import { documentShapes } from './document-shapes.ts'
import { fuzzCase, loadSources } from './fuzz-case.ts'
import { minimiseText } from './minimise-case.ts'
import { yamlShapes } from './yaml-shapes.ts'

const cases = 400
/** Stands against what does not end, not for what is fast: that is the benchmark's to say. */
const boundMs = 10_000
const kilobytes = 24

const sources = loadSources(false)
const checker = new CaseChecker(sources)

describe('the fuzzer', () => {
  it('finds nothing in a fixed set of documents, bindings and operator files', () => {
    const made = Array.from({ length: cases }, (_, index) => fuzzCase(index + 1, sources))
    expect(new Set(made.map(({ kind }) => kind)).size).toBe(3)
    expect(made.flatMap((one) => checker.check(one).failure ?? [])).toEqual([])
  })

  it('makes the same of a seed every time, and something else of another', () => {
    expect(fuzzCase(7, sources)).toEqual(fuzzCase(7, sources))
    expect(fuzzCase(7, sources).text).not.toBe(fuzzCase(8, sources).text)
  })

  it('notices what does not hold', () => {
    const text = '## Phase 1\n**Success criteria:**\n- Errors < 1%'
    expect(checker.check({ kind: 'document', text }).failure).toBeUndefined()
    Object.defineProperty(Object.prototype, 'isAdmin', { value: true, configurable: true })
    try {
      expect(checker.check({ kind: 'document', text }).failure).toBe('a built-in prototype was changed')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'isAdmin')
    }
    Object.defineProperty(globalThis, 'tidegateRan', { value: true, configurable: true })
    try {
      expect(checker.check({ kind: 'operator', text }).failure).toBe('text of the document was executed')
    } finally {
      Reflect.deleteProperty(globalThis, 'tidegateRan')
    }
  })

  it('makes a failing text short', () => {
    const text = `${'words\n'.repeat(50)}some NEEDLE here\n${'words\n'.repeat(50)}`
    expect(minimiseText(text, (shorter) => shorter.includes('NEEDLE'))).toBe('NEEDLE')
  })
})

const shapes = [
  ...Object.entries(documentShapes).map(([name, make]) => ({ kind: 'document' as const, name, make })),
  ...Object.entries(yamlShapes).map(([name, make]) => ({ kind: 'operator' as const, name, make })),
]

it.each(shapes)('reads $kind: much of $name', ({ kind, make }) => {
  const text = make(kilobytes * 1024)
  expect(Buffer.byteLength(text)).toBeGreaterThan(1024)
  const { failure, cpuMs } = checker.check({ kind, text })
  expect(failure).toBeUndefined()
  expect(cpuMs).toBeLessThan(boundMs)
})
