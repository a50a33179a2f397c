/** What one binding run shares: its inputs, the diagnostics it collects, ids handed out once, roles that were named. */
import type { Bindings, TriggerBinding } from '../bindings.ts'
import type { CriterionBinding, PlacedGateBinding } from '../bindings-gates.ts'
import type { Diagnostic, Severity, SourceRange } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import type { Operator } from '../operator.ts'
import type { PlanMetric } from '../plan.ts'
import type { Service } from '../service.ts'
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

/** A criterion with the service that it judges. */
export interface Measured {
  service: string
  criterion: Criterion
}

export class Binder {
  readonly input: BindInput
  readonly diagnostics: Diagnostic[] = []
  readonly criteria: NamedEntries<CriterionBinding>
  readonly triggers: NamedEntries<TriggerBinding>
  readonly checklists: NamedEntries<PlacedGateBinding>
  readonly dependencies: NamedEntries<PlacedGateBinding>
  /** In the order of a train. */
  readonly services = new Map<string, Service>()
  readonly metrics: Record<string, PlanMetric> = {}
  /** Measured criteria of the phases bound so far, each with the service it judges, for `sameAs`. */
  readonly measured = new Map<string, Measured[]>()
  /** Roles that were named, where first, and how many of their people are needed at once to sign: 0 for those who are only told. */
  readonly roles = new Map<string, { place: Place; signers: number }>()
  readonly #ids = new Map<string, number>()

  constructor(input: BindInput) {
    this.input = input
    this.criteria = new NamedEntries(input.bindings.criteria)
    this.triggers = new NamedEntries(input.bindings.triggers)
    this.checklists = new NamedEntries(input.bindings.checklists)
    this.dependencies = new NamedEntries(input.bindings.dependencies)
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

  /** The role, noted as used: `signers` of its people sign for one thing. */
  role(name: string, place: Place, signers = 1): string {
    const known = this.roles.get(name)
    if (!known || known.signers < signers) this.roles.set(name, { place, signers })
    return name
  }

  /** The bound metric that the document's words mean for a service: its own before one of all services. */
  metricFor(words: string, service: string | undefined): PlanMetric | undefined {
    const key = nameKey(words)
    const meant = Object.entries(this.input.bindings.metrics).filter(([, { says }]) =>
      says.some((said) => nameKey(said) === key),
    )
    const found = meant.find(([, one]) => one.service === service) ?? meant.find(([, one]) => one.service === undefined)
    return found && this.metrics[found[0]]
  }
}
