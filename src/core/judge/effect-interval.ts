/**
 * The band of the ratio of the arms' rates, for display: every ratio that a mixture over all ratios does not refute, at every look at once.
 * Stratified like the e-process: the strata's shares are kept in narrow classes, not as one mean.
 */
import { logSumExp } from './numerics.ts'
import type { RateStratum } from './rate-ratio.ts'

/** Events of both arms in strata of nearly the same share. */
interface ShareClass {
  /** Rounded log odds of the share, in classes. */
  readonly at: number
  readonly events: number
  /** Σ events · share. */
  readonly weighted: number
}

export interface EffectRecord {
  readonly candidateEvents: number
  readonly classes: readonly ShareClass[]
}

export interface Effect {
  /** The likeliest ratio; `null` without an event. */
  ratio: number | null
  low: number
  high: number
}

export const noEffect: EffectRecord = { candidateEvents: 0, classes: [] }

/** The events of both arms that were recorded. */
export const eventsOf = ({ classes }: EffectRecord): number => classes.reduce((sum, { events }) => sum + events, 0)

/** Two percent of the share or less; beyond log odds of ±8 all is one class, so that there are at most 801. */
const classWidth = 0.02
const outermost = 400

/** Ratios beyond this are not told apart. */
const mostLogRatio = Math.log(1_000)
const bisections = 60

/** The mixture: dense near 1, sparse far from it, ending at 50 times. */
const prior = Array.from({ length: 161 }, (_, index) => (Math.log(50) * Math.sinh((index - 80) / 20)) / Math.sinh(4))
const priorWeight = -Math.log(prior.length)

export function recordEffect(record: EffectRecord, strata: readonly RateStratum[]): EffectRecord {
  let { candidateEvents, classes } = record
  for (const { candidate, baseline } of strata) {
    const events = candidate.events + baseline.events
    if (events <= 0 || candidate.total <= 0 || baseline.total <= 0) continue
    candidateEvents += candidate.events
    const rounded = Math.round(Math.log(candidate.total / baseline.total) / classWidth)
    const at = Math.max(-outermost, Math.min(outermost, rounded))
    const weighted = (events * candidate.total) / (candidate.total + baseline.total)
    classes = withClass(classes, { at, events, weighted })
  }
  return candidateEvents === record.candidateEvents && classes === record.classes
    ? record
    : { candidateEvents, classes }
}

/** The ratio of the candidate's rate to the baseline's, with its band at level 1 − `alpha`. */
export function effectOf(record: EffectRecord, alpha: number): Effect {
  const likelihood = (logRatio: number) => logLikelihood(record, logRatio)
  const mixture = logSumExp(prior.map((logRatio) => priorWeight + likelihood(logRatio)))
  const best = bisect(-mostLogRatio, mostLogRatio, (logRatio) => slope(record, logRatio) > 0)
  const isKept = (logRatio: number) => likelihood(logRatio) > mixture + Math.log(alpha)
  const isBelow = (logRatio: number) => logRatio < best && !isKept(logRatio)
  const isInside = (logRatio: number) => logRatio < best || isKept(logRatio)
  return {
    ratio: record.classes.length === 0 ? null : Math.exp(best),
    low: Math.exp(bisect(-mostLogRatio, best, isBelow)),
    high: Math.exp(bisect(best, mostLogRatio, isInside)),
  }
}

/** e_c θ − Σ E ln(1 + s(e^θ − 1)); concave in θ = ln ratio. */
function logLikelihood({ candidateEvents, classes }: EffectRecord, logRatio: number): number {
  const excess = Math.expm1(logRatio)
  return classes.reduce(
    (sum, { events, weighted }) => sum - events * Math.log1p((weighted / events) * excess),
    candidateEvents * logRatio,
  )
}

function slope({ candidateEvents, classes }: EffectRecord, logRatio: number): number {
  const ratio = Math.exp(logRatio)
  return classes.reduce((sum, { events, weighted }) => {
    const share = weighted / events
    return sum - (events * share * ratio) / (1 - share + share * ratio)
  }, candidateEvents)
}

/** The last point of [from, to] up to which `holds`. */
function bisect(from: number, to: number, holds: (at: number) => boolean): number {
  let [low, high] = [from, to]
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function withClass(classes: readonly ShareClass[], added: ShareClass): readonly ShareClass[] {
  const index = classes.findIndex(({ at }) => at === added.at)
  const known = classes[index]
  if (!known) return [...classes, added]
  const { at, events, weighted } = known
  return classes.with(index, { at, events: events + added.events, weighted: weighted + added.weighted })
}
