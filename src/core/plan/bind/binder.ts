/** What one binding run shares: its inputs, the diagnostics it collects, ids handed out once, roles that were named. */
import type { Bindings, CriterionBinding, StepBinding } from '../bindings.ts'
import type { Diagnostic, Severity, SourceRange } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import type { Operator } from '../operator.ts'
import type { Criterion, PlanMetric } from '../plan.ts'
import { NamedEntries, nameKey, slugOf } from './names.ts'

export interface BindInput {
  draft: PlanDraft
  bindings: Bindings
  /** Path of the bindings as the reader of messages knows it. */
  bindingsFile: string
  operator: Operator
}

export class Binder {
  readonly input: BindInput
  readonly diagnostics: Diagnostic[] = []
  readonly criteria: NamedEntries<CriterionBinding>
  readonly triggers: NamedEntries<Bindings['triggers'][string]>
  readonly checklists: NamedEntries<Bindings['checklists'][string]>
  readonly metrics: Record<string, PlanMetric> = {}
  /** Measured criteria of the phases bound so far, for `sameAs`. */
  readonly measured = new Map<string, Criterion[]>()
  readonly roles = new Set<string>()
  readonly #ids = new Map<string, number>()

  constructor(input: BindInput) {
    this.input = input
    this.criteria = new NamedEntries(input.bindings.criteria)
    this.triggers = new NamedEntries(input.bindings.triggers)
    this.checklists = new NamedEntries(input.bindings.checklists)
  }

  report(severity: Severity, ruleId: string, message: string, hint?: string, source?: SourceRange): void {
    const place = source ? { ...source, file: source.file ?? this.input.draft.file } : { file: this.input.bindingsFile, start: 1, end: 1 }
    this.diagnostics.push({ ruleId, severity, source: place, message, ...(hint === undefined ? {} : { hint }) })
  }

  /** A name that is not among what is known: always an error, with what there is. */
  unknown(kind: string, name: string, known: readonly string[], source?: SourceRange): void {
    const offer = known.length > 0 ? `known: ${known.join(', ')}` : `there are no ${kind}s yet`
    this.report('error', 'UNKNOWN_NAME', `${kind} "${name}" is not known`, offer, source)
  }

  /** An id that is unique in the plan, made of readable words. */
  id(prefix: string, words: string): string {
    const id = `${prefix}/${slugOf(words)}`
    const count = (this.#ids.get(id) ?? 0) + 1
    this.#ids.set(id, count)
    return count === 1 ? id : `${id}-${count}`
  }

  /** The role, noted as used. */
  role(name: string): string {
    this.roles.add(name)
    return name
  }

  /** The bound metric that the document's words mean. */
  metricFor(words: string): PlanMetric | undefined {
    const key = nameKey(words)
    const found = Object.entries(this.input.bindings.metrics).find(([, { says }]) => says.some((said) => nameKey(said) === key))
    return found && this.metrics[found[0]]
  }
}

export type StepEntries = NamedEntries<StepBinding>
