/** What one binding run shares: its inputs, the diagnostics it collects, ids handed out once, roles that were named. */
import type { Bindings, CriterionBinding } from '../bindings.ts'
import type { Diagnostic, Severity, SourceRange } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import type { Operator } from '../operator.ts'
import type { PlanMetric } from '../plan.ts'
import type { Criterion } from '../step.ts'
import { NamedEntries, nameKey, slugOf } from './names.ts'

export interface BindInput {
  draft: PlanDraft
  bindings: Bindings
  /** Where an entry of the bindings stands: file and line of the key that this path of keys ends at. */
  locate(path: BindingsPath): SourceRange
  operator: Operator
}

/** Keys of `tidegate.yaml` from its top, such as `['service', 'router']`. */
export type BindingsPath = readonly string[]

/** Lines of the document, or keys of the bindings. */
export type Place = SourceRange | BindingsPath

const isPath = (place: Place): place is BindingsPath => Array.isArray(place)

export class Binder {
  readonly input: BindInput
  readonly diagnostics: Diagnostic[] = []
  readonly criteria: NamedEntries<CriterionBinding>
  readonly triggers: NamedEntries<Bindings['triggers'][string]>
  readonly checklists: NamedEntries<Bindings['checklists'][string]>
  readonly metrics: Record<string, PlanMetric> = {}
  /** Measured criteria of the phases bound so far, for `sameAs`. */
  readonly measured = new Map<string, Criterion[]>()
  /** Roles that were named, and where first. */
  readonly roles = new Map<string, Place>()
  readonly #ids = new Map<string, number>()

  constructor(input: BindInput) {
    this.input = input
    this.criteria = new NamedEntries(input.bindings.criteria)
    this.triggers = new NamedEntries(input.bindings.triggers)
    this.checklists = new NamedEntries(input.bindings.checklists)
  }

  report(severity: Severity, ruleId: string, place: Place, message: string, hint?: string): void {
    const source = isPath(place) ? this.input.locate(place) : { ...place, file: place.file ?? this.input.draft.file }
    this.diagnostics.push({ ruleId, severity, source, message, ...(hint === undefined ? {} : { hint }) })
  }

  /** A name that is not among what is known: always an error, with what there is. */
  unknown(place: Place, kind: string, name: string, known: readonly string[]): void {
    const offer = known.length > 0 ? `known: ${[...new Set(known)].join(', ')}` : `there is no ${kind} yet`
    this.report('error', 'UNKNOWN_NAME', place, `${kind} "${name}" is not known`, offer)
  }

  /** An id that is unique in the plan, made of readable words. */
  id(prefix: string, words: string): string {
    const id = `${prefix}/${slugOf(words)}`
    const count = (this.#ids.get(id) ?? 0) + 1
    this.#ids.set(id, count)
    return count === 1 ? id : `${id}-${count}`
  }

  /** The role, noted as used. */
  role(name: string, place: Place): string {
    if (!this.roles.has(name)) this.roles.set(name, place)
    return name
  }

  placeOfRole(name: string): Place {
    return this.roles.get(name) ?? []
  }

  /** The bound metric that the document's words mean. */
  metricFor(words: string): PlanMetric | undefined {
    const key = nameKey(words)
    const found = Object.entries(this.input.bindings.metrics).find(([, { says }]) =>
      says.some((said) => nameKey(said) === key),
    )
    return found && this.metrics[found[0]]
  }
}
