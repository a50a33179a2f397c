/** Counts the test cases of a JUnit report as its elements open and close, and compares each suite's attributes with them. */
import { oneLine } from './word-evidence.ts'

const kinds = ['tests', 'failures', 'errors', 'skipped'] as const
type Kind = (typeof kinds)[number]
/** `tests` are all test cases, the skipped ones too. */
export type JunitCount = Record<Kind, number>

export interface JunitReport {
  total: JunitCount
  /** Suites that hold test cases themselves, with these; at most fifty. */
  suites: { name: string; count: JunitCount; broken: string[] }[]
  /** Where attributes and test cases contradict each other, one line each; at most fifty. */
  contradictions: string[]
  /** When the oldest suite ran, milliseconds since 1970, if the report says so; a time without an offset is taken as UTC. */
  ranMs?: number
}

interface Suite {
  element: 'testsuites' | 'testsuite'
  name: string
  attributes: Readonly<Record<string, string>>
  /** Its own test cases, the suites in it (each counts once a kind), and all test cases beneath it. */
  own: JunitCount
  inner: JunitCount
  beneath: JunitCount
  broken: string[]
}

interface TestCase {
  element: 'testcase'
  name: string
  did: Set<Kind>
}

type Frame = Suite | TestCase | { element: 'other' }

const results: Readonly<Record<string, Kind>> = { failure: 'failures', error: 'errors', skipped: 'skipped' }
/** By this `status` a test case did not run, `skipped` in it or not (GoogleTest, CTest). */
const notRun = ['notrun', 'disabled', 'skipped']
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<offset>Z|[+-]\d\d:?\d\d)?$/
const maximumTold = 50

export class JunitTally {
  readonly #frames: Frame[] = []
  readonly #suites: JunitReport['suites'] = []
  readonly #contradictions: string[] = []
  #total = none()
  #ranMs = Number.POSITIVE_INFINITY

  open(element: string, attributes: Readonly<Record<string, string>>): void {
    const name = oneLine(attributes.name ?? '', 80)
    if (element === 'testsuites' || element === 'testsuite') {
      const counts = { own: none(), inner: none(), beneath: none() }
      this.#frames.push({ element, name: name || element, attributes, ...counts, broken: [] })
      this.#noteTime(attributes.timestamp)
    } else if (element === 'testcase') {
      const did: Kind[] = notRun.includes(attributes.status?.toLowerCase() ?? '') ? ['tests', 'skipped'] : ['tests']
      this.#frames.push({ element, name: name || 'a test without a name', did: new Set(did) })
    } else {
      this.#noteResult(element)
      this.#frames.push({ element: 'other' })
    }
  }

  close(): void {
    const frame = this.#frames.pop()
    if (frame === undefined || frame.element === 'other') return
    const around = this.#frames.findLast(isSuite)
    if (frame.element === 'testcase') {
      if (around) count(around, frame)
      return
    }
    for (const kind of kinds) {
      frame.beneath[kind] += frame.own[kind]
      if (around) around.beneath[kind] += frame.beneath[kind]
      if (around && (kind === 'tests' || frame.beneath[kind] > 0)) around.inner[kind]++
    }
    if (around === undefined) this.#total = frame.beneath
    this.#tell(frame)
  }

  report(): JunitReport {
    const ran = Number.isFinite(this.#ranMs) ? { ranMs: this.#ranMs } : {}
    return { total: this.#total, suites: this.#suites, contradictions: this.#contradictions, ...ran }
  }

  #noteResult(element: string): void {
    const result = Object.hasOwn(results, element) ? results[element] : undefined
    const around = this.#frames.at(-1)
    if (result === undefined || around === undefined || around.element === 'other') return
    if (around.element === 'testcase') around.did.add(result)
    // Set-up that broke outside of any test.
    else if (result !== 'skipped') count(around, { name: around.name, did: new Set([result]) })
  }

  #noteTime(timestamp = ''): void {
    const match = isoTime.exec(timestamp)
    const ms = match ? Date.parse(match.groups?.offset === undefined ? `${timestamp}Z` : timestamp) : Number.NaN
    if (ms < this.#ranMs) this.#ranMs = ms
  }

  #tell({ name, attributes, own, inner, beneath, broken }: Suite): void {
    if (kinds.some((kind) => own[kind] > 0) && this.#suites.length < maximumTold)
      this.#suites.push({ name, count: own, broken })
    for (const kind of kinds) {
      const stated = attributes[kind]
      const counted = [beneath[kind], own[kind], own[kind] + inner[kind]]
      if (stated === undefined || this.#contradictions.length === maximumTold) continue
      if (statements(kind, stated, attributes).some((each) => agrees(kind, each, counted))) continue
      const states = `${name} states ${kind}="${oneLine(stated, 20)}"`
      this.#contradictions.push(`${states}, but its test cases give ${beneath[kind]}`)
    }
  }
}

const isSuite = (frame: Frame): frame is Suite => frame.element === 'testsuites' || frame.element === 'testsuite'

function count({ own, broken }: Suite, { name, did }: Pick<TestCase, 'name' | 'did'>): void {
  for (const kind of did) own[kind]++
  if ((did.has('failures') || did.has('errors')) && broken.length < maximumTold) broken.push(name)
}

/** GoogleTest counts the test cases that are switched off apart from those that skip themselves; here both are skipped. */
function statements(kind: Kind, stated: string, { disabled }: Suite['attributes']): string[] {
  if (kind !== 'skipped' || disabled === undefined) return [stated]
  return [stated, String(Number(stated) + Number(disabled))]
}

/**
 * Test runners count all test cases beneath a suite, or its own, or its own and the suites in it (Node.js). Some count the failures of one
 * test case several times: of failures and errors only none and some are told apart.
 */
function agrees(kind: Kind, stated: string, counted: readonly number[]): boolean {
  if (!/^\d+$/.test(stated)) return false
  const exact = kind === 'tests' || kind === 'skipped'
  return counted.some((each) => (exact ? each === Number(stated) : each > 0 === Number(stated) > 0))
}

const none = (): JunitCount => ({ tests: 0, failures: 0, errors: 0, skipped: 0 })
