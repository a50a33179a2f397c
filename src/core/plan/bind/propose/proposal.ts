/** What `tidegate bind` has to say about one key of `tidegate.yaml`: bound already, proposed, only suggested, or for a person to decide. */
import type { UnfinishedBindings } from '../../bindings.ts'
import type { SourceRange } from '../../diagnostic.ts'
import type { PlanDraft } from '../../draft.ts'
import type { FlagOffer } from '../../flag.ts'
import type { MetricOffer } from '../../metric.ts'
import type { Operator } from '../../operator.ts'
import type { BindingsPath } from '../binder.ts'

export interface ProposeInput {
  draft: PlanDraft
  /** Name of the document as the bindings will name it. */
  plan: string
  bindings: UnfinishedBindings
  operator: Operator
  /** What each metric source offers; a source that did not answer is missing. */
  offers: Readonly<Record<string, readonly MetricOffer[]>>
  /** What each flag source offers, likewise. */
  flagOffers: Readonly<Record<string, readonly FlagOffer[]>>
}

/** `confidence` from 0 to 1; `reason` in a few words. */
export interface Proposal {
  value: unknown
  confidence: number
  reason: string
}

/** From here on a proposal is written as a binding; below, it is a comment for a person to take up. */
export const writtenFrom = 0.7
/** Below this, a proposal would only be noise. */
const shownFrom = 0.4
/** Ranked alternatives kept for one key. */
const maximumProposals = 5

export interface Finding {
  section:
    | 'plan'
    | 'service'
    | 'metrics'
    | 'steps'
    | 'criteria'
    | 'triggers'
    | 'checklists'
    | 'dependencies'
    | 'flags'
    | 'people'
    | 'rollback'
  /** Where the binding stands or would stand. */
  path: BindingsPath
  /** The plan's words, or in ours what is needed. */
  says: string
  source?: SourceRange
  /** `bound`: by a person, or by the document itself. `measured`: by a metric that is bound or proposed. */
  state: 'bound' | 'measured' | 'proposed' | 'suggested' | 'unbound'
  /** What holds it: the binding, the metric, or the best proposal. */
  value?: unknown
  reason?: string
  /** Best first; empty unless it is proposed or suggested. */
  proposals: Proposal[]
  /** What happens as long as nothing is bound; absent where the plan cannot start without. */
  otherwise?: string
  /** Where nothing is proposed: the form of what a person has to write, and what it may be. */
  fill?: { value: unknown; hint: string }
}

type Subject = Pick<Finding, 'section' | 'path' | 'says' | 'source' | 'otherwise' | 'fill'>

export const boundFinding = (subject: Subject, value: unknown, reason = ''): Finding => ({
  ...subject,
  state: 'bound',
  value,
  proposals: [],
  ...(reason === '' ? {} : { reason }),
})

/** The finding of something that nothing binds, by its best proposal. Of equals, the first named wins. */
export function settle(subject: Subject, proposals: readonly Proposal[]): Finding {
  const ranked = proposals
    .filter(({ confidence }) => confidence >= shownFrom)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, maximumProposals)
  const [best] = ranked
  if (!best) return { ...subject, state: 'unbound', proposals: [] }
  const state = best.confidence >= writtenFrom ? 'proposed' : 'suggested'
  return { ...subject, state, value: best.value, reason: best.reason, proposals: ranked }
}

/** What will hold once the proposals are written. */
export const chosen = <T>({ state, value }: Finding): T | undefined =>
  state === 'bound' || state === 'proposed' ? (value as T) : undefined

/** Who is asked, for a reader, also before that is known. */
export const spoken = (asks: string | undefined): string => asks ?? 'a person'
