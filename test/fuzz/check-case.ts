/** What holds for whatever is read: no throw, only lines that exist, clean prototypes, no claim that counts, and little time. */
import { isDeepStrictEqual } from 'node:util'
import { bindPlan } from '../../src/core/plan/bind/bind-plan.ts'
import { Bindings } from '../../src/core/plan/bindings.ts'
import { Diagnostic } from '../../src/core/plan/diagnostic.ts'
import { type DraftCriterion, PlanDraft } from '../../src/core/plan/draft.ts'
import { lintDraft } from '../../src/core/plan/lint/lint.ts'
import { Operator } from '../../src/core/plan/operator.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'
import { readYaml } from '../../src/document/yaml/read-yaml.ts'
import type { FuzzCase, Sources } from './fuzz-case.ts'

/** What the reading alone cost, in milliseconds of processor time of this thread. */
export interface Checked {
  cpuMs: number
  /** What does not hold; `undefined` when all does. */
  failure?: string
}

const prototypes = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Map.prototype,
  Set.prototype,
]
const cleanPrototypes = prototypes.map((prototype) => Reflect.ownKeys(prototype))
const variables = { NAME: 'shop', STATE: '/tmp', NODE: '/usr/bin/node' }

/** Bindings of the example, against which a claim may not make a difference. */
export class CaseChecker {
  readonly #bindings: Bindings
  readonly #operator: Operator

  constructor({ bindings, operators }: Sources) {
    const read = {
      bindings: readYaml(bindings[0] ?? '', 'tidegate.yaml', Bindings).value,
      operator: readYaml(operators[0] ?? '', 'operator.yaml', Operator, {
        variables: { ...variables, TIDEGATE_PROXY: '/p' },
      }).value,
    }
    if (!read.bindings || !read.operator) throw new Error("the example's bindings cannot be read")
    this.#bindings = read.bindings
    this.#operator = read.operator
  }

  check({ kind, text }: Pick<FuzzCase, 'kind' | 'text'>): Checked {
    let cpuMs = 0
    const timed = <T>(work: () => T): T => {
      const started = process.threadCpuUsage()
      const result = work()
      const { user, system } = process.threadCpuUsage(started)
      cpuMs += (user + system) / 1_000
      return result
    }
    try {
      if (kind === 'document') this.#checkDocument(text, timed)
      else checkYaml(text, kind === 'bindings' ? Bindings : Operator, timed)
      checkPrototypes()
    } catch (error) {
      if (error instanceof BrokenInvariant) return { cpuMs, failure: error.message }
      return { cpuMs, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    return { cpuMs }
  }

  #checkDocument(text: string, timed: <T>(work: () => T) => T): void {
    const { draft, diagnostics } = timed(() => {
      const result = importMarkdown(text, 'plan.md')
      return { draft: result.draft, diagnostics: [...result.diagnostics, ...lintDraft(result.draft)] }
    })
    const [issue] = PlanDraft.safeParse(draft).error?.issues ?? []
    assert(issue === undefined, `draft.${issue?.path.join('.')} is not valid: ${issue?.message}`)
    checkDiagnostics(diagnostics, text)
    checkTree(draft, linesOf(text), 'draft')
    this.#checkClaims(draft)
  }

  /** Invariant 5: the plan is the same without every tick, approval and state. */
  #checkClaims(draft: PlanDraft): void {
    const unclaimed = <T extends { claimed: boolean }>(facts: T[]): T[] =>
      facts.map((fact) => ({ ...fact, claimed: false }))
    const bare: PlanDraft = {
      ...draft,
      approvals: [],
      timeline: [],
      successMetrics: unclaimed<DraftCriterion>(draft.successMetrics),
      checklists: draft.checklists.map((list) => ({ ...list, items: unclaimed(list.items) })),
      phases: draft.phases.map((phase) => ({
        ...phase,
        criteria: unclaimed(phase.criteria),
        entryCriteria: unclaimed(phase.entryCriteria),
      })),
    }
    const bind = (claimed: PlanDraft): ReturnType<typeof bindPlan> =>
      bindPlan({
        draft: claimed,
        bindings: this.#bindings,
        operator: this.#operator,
        locate: () => ({ file: 'tidegate.yaml', start: 1, end: 1 }),
      })
    assert(isDeepStrictEqual(bind(draft), bind(bare)), 'a claim in the document changes the plan')
  }
}

function checkYaml(text: string, schema: typeof Bindings | typeof Operator, timed: <T>(work: () => T) => T): void {
  const read = timed(() => readYaml<Bindings | Operator>(text, 'file.yaml', schema, { variables }))
  const isFaulty = read.diagnostics.some(({ severity }) => severity === 'error')
  assert(isFaulty !== (read.value !== undefined), 'there is a value exactly where there is no error')
  checkDiagnostics(read.diagnostics, text)
  checkTree(read.value, Infinity, 'value')
  for (const path of [[], ['__proto__'], ['service', 'name'], ['people', 'constructor', 'name']]) {
    const { start } = read.locate(path)
    assert(start >= 1 && start <= linesOf(text), `locate gives line ${start}`)
  }
}

function checkDiagnostics(diagnostics: readonly Diagnostic[], text: string): void {
  for (const diagnostic of diagnostics) {
    Diagnostic.parse(diagnostic)
    assert(diagnostic.source !== undefined, `${diagnostic.ruleId} has no place`)
    assert(diagnostic.message !== '', `${diagnostic.ruleId} says nothing`)
  }
  checkTree(diagnostics, linesOf(text), 'diagnostics')
}

function linesOf(text: string): number {
  return text.split(/\r\n?|\n/).length
}

/** Plain objects throughout, and every range of lines inside the document. */
function checkTree(value: unknown, lines: number, path: string): void {
  if (typeof value === 'number') assert(Number.isFinite(value), `${path} is ${value}`)
  if (typeof value !== 'object' || value === null) return
  const prototype: unknown = Object.getPrototypeOf(value)
  assert(prototype === Object.prototype || prototype === Array.prototype, `${path} is no plain object`)
  if ('start' in value && 'end' in value && typeof value.start === 'number' && typeof value.end === 'number')
    assert(
      value.start >= 1 && value.start <= value.end && value.end <= lines,
      `${path} is at ${value.start}-${value.end} of ${lines}`,
    )
  for (const [key, inner] of Object.entries(value)) checkTree(inner, lines, `${path}.${key}`)
}

function checkPrototypes(): void {
  const changed = prototypes.some(
    (prototype, index) => !isDeepStrictEqual(Reflect.ownKeys(prototype), cleanPrototypes[index]),
  )
  assert(!changed, 'a built-in prototype was changed')
  assert(!('tidegateRan' in globalThis), 'text of the document was executed')
}

function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new BrokenInvariant(message)
}

class BrokenInvariant extends Error {}
