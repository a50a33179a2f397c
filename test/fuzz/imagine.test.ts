/** Whatever a document says and whatever part of its bindings is there, a world is imagined and binding never throws. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindPlan } from '../../src/core/plan/bind/bind-plan.ts'
import { imagineWorld } from '../../src/core/plan/bind/imagine/imagine-world.ts'
import { Bindings, type UnfinishedBindings } from '../../src/core/plan/bindings.ts'
import type { Diagnostic } from '../../src/core/plan/diagnostic.ts'
import type { PlanDraft } from '../../src/core/plan/draft.ts'
import { Operator } from '../../src/core/plan/operator.ts'
import { Plan } from '../../src/core/plan/plan.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'
import { readYaml } from '../../src/document/yaml/read-yaml.ts'
import { documentShapes } from './document-shapes.ts'
import { fuzzCase, loadSources } from './fuzz-case.ts'

const cases = 300
const bytes = 12 * 1024

const sources = loadSources(false)
const example = readFileSync(join(import.meta.dirname, '../../examples/classmatefinder/ROLLOUT.md'), 'utf8')
const bindings = readYaml(sources.bindings[0] ?? '', 'tidegate.yaml', Bindings).value
const variables = { NAME: 'shop', STATE: '/tmp', NODE: '/usr/bin/node', TIDEGATE_PROXY: '/p' }
const operator = readYaml(sources.operators[0] ?? '', 'operator.yaml', Operator, { variables }).value
if (!bindings || !operator) throw new Error("the example's bindings cannot be read")

/** What is wrong with the plan of the imagined world: nothing, or errors that each have a place. */
function errorsOf(draft: PlanDraft, given?: UnfinishedBindings, lent?: Operator): Diagnostic[] {
  const world = imagineWorld(draft, given, lent)
  if ('diagnostics' in world) return world.diagnostics
  const { plan, diagnostics } = bindPlan({ ...world, locate: () => ({ file: 'tidegate.yaml', start: 1, end: 1 }) })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  expect(plan === undefined).toBe(errors.length > 0)
  if (plan) Plan.parse(plan)
  expect(errors.every(({ source }) => source !== undefined)).toBe(true)
  for (const { source } of world.weaknesses) expect(source.end).toBeGreaterThanOrEqual(source.start)
  return errors
}

describe('any document', () => {
  it('without bindings gives a plan, or has nothing to rehearse', () => {
    const seeds = Array.from({ length: cases }, (_, index) => index + 1)
    const texts = seeds.map((seed) => fuzzCase(seed, sources)).filter(({ kind }) => kind === 'document')
    const failed = texts.flatMap(({ seed, text }) => {
      const rules = errorsOf(importMarkdown(text, 'plan.md').draft).map(({ ruleId, message }) => `${ruleId} ${message}`)
      return rules.filter((rule) => !rule.startsWith('NOTHING_TO_REHEARSE')).map((rule) => `seed ${seed}: ${rule}`)
    })
    expect(texts.length).toBeGreaterThan(cases / 2)
    expect(failed).toEqual([])
  })

  it.each(Object.entries(documentShapes))('holds with much of %s', (_name, make) => {
    const rules = errorsOf(importMarkdown(make(bytes), 'plan.md').draft).map(({ ruleId }) => ruleId)
    expect(rules.filter((rule) => rule !== 'NOTHING_TO_REHEARSE')).toEqual([])
  })
})

describe("any part of the example's bindings", () => {
  const { draft } = importMarkdown(example, 'ROLLOUT.md')
  const keys = Object.keys(bindings) as (keyof Bindings)[]
  const { service } = bindings
  const serviceKeys = Object.keys(service ?? {}) as (keyof NonNullable<typeof service>)[]
  const part = fc.record({ kept: fc.subarray(keys), ofService: fc.subarray(serviceKeys), isLent: fc.boolean() })

  it('is completed to a plan, with and without its operator, and stays as it is', () => {
    fc.assert(
      fc.property(part, ({ kept, ofService, isLent }) => {
        const given: UnfinishedBindings = Object.fromEntries(kept.map((key) => [key, bindings[key]]))
        if (given.service) given.service = Object.fromEntries(ofService.map((key) => [key, service?.[key]]))
        const lent = isLent ? operator : undefined
        expect(errorsOf(draft, given, lent)).toEqual([])
        const world = imagineWorld(draft, given, lent)
        expect(world).toMatchObject({ bindings: given })
      }),
      { numRuns: 150, seed: 7 },
    )
  })
})
