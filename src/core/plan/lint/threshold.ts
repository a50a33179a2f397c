/** Thresholds made comparable: one metric under its several names, one unit, and "crash-free > 99%" as "crashes < 1%". */
import { type Comparator, type Condition, canonicalThreshold, type ThresholdKind } from '../condition.ts'

export interface Threshold {
  condition: Condition
  /** What the metric is about, where people have several words for it: `error`, `crash`, `latency`. */
  concept: string
  /** The other words of its name, sorted: `payment` in "payment error rate". */
  qualifiers: string[]
  /** "Availability" stands for errors: alike enough for a question, not for a contradiction. */
  isStandIn: boolean
  comparator: Comparator
  value: number
  kind: ThresholdKind | 'relative' | 'score'
}

/** `undefined` for ranges and for units that nothing compares. */
export function thresholdOf(condition: Condition): Threshold | undefined {
  const measured = relativeThreshold(condition) ?? canonicalThreshold(condition)
  if (!measured) return undefined
  const { concept, qualifiers, isComplement, isStandIn } = nameOf(condition.metric)
  const flips = isComplement && measured.kind === 'fraction'
  if (isComplement && !flips) return undefined
  return {
    condition,
    concept,
    qualifiers,
    isStandIn,
    comparator: flips ? mirrored[condition.comparator] : condition.comparator,
    value: flips ? 1 - measured.value : measured.value,
    kind: measured.kind === 'ratio' ? 'relative' : measured.kind,
  }
}

const mirrored: Record<Comparator, Comparator> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' }

const growth = /\b(?:increas\w*|spikes?|rises?|rising|growth|grows?|jumps?|regress\w*|degrad\w*|worse\w*)\b/i

/** Against a baseline, as a multiple of it: "crash rate increase > 50%" is 1.5, and so is "baseline + 50%". */
function relativeThreshold({
  metric,
  value,
  unit,
}: Condition): { value: number; kind: 'relative' | 'score' } | undefined {
  if (typeof value !== 'number') return undefined
  if (/^(?:stars?|points?|pts|score|\/\d+)$/i.test(unit)) return { value, kind: 'score' }
  if (/^x\b/i.test(unit)) return { value, kind: 'relative' }
  const isOfBaseline = /^% of (?:the )?(?:baseline|normal|average)/i.test(unit)
  const isMore = /^% (?:over|above)\b/i.test(unit) || (growth.test(metric) && (unit === '%' || isOfBaseline))
  if (isMore) return { value: 1 + value / 100, kind: 'relative' }
  return isOfBaseline ? { value: value / 100, kind: 'relative' } : undefined
}

/** The same metric for certain: the same words, and the same percentile. */
export function isSameMetric(a: Threshold, b: Threshold): boolean {
  const agree = a.condition.percentile === b.condition.percentile && a.isStandIn === b.isStandIn
  return isComparable(a, b) && agree && covers(a, b) && covers(b, a)
}

/** Most likely the same metric: one name says more than the other ("error rate", "5xx error rate of checkout"). */
export function isLikeMetric(a: Threshold, b: Threshold): boolean {
  const percentiles = [a.condition.percentile, b.condition.percentile]
  const agree = percentiles.includes(undefined) || percentiles[0] === percentiles[1]
  return isComparable(a, b) && agree && (covers(a, b) || covers(b, a))
}

function isComparable(a: Threshold, b: Threshold): boolean {
  return (
    a.kind === b.kind && a.concept === b.concept && (a.concept !== '' || a.qualifiers.length * b.qualifiers.length > 0)
  )
}

const covers = (wide: Threshold, narrow: Threshold): boolean =>
  narrow.qualifiers.every((word) => wide.qualifiers.includes(word))

/** Several words for one thing; a complement counts the good ones. The first that fits decides. */
const concepts: { concept: string; pattern: RegExp; isComplement?: true; isStandIn?: true }[] = [
  { concept: 'crash', pattern: /\bcrash-? ?free\b|\bsans (?:crash|plantage)\b/, isComplement: true },
  { concept: 'crash', pattern: /\bcrash(?:es|ed|ing)?\b/ },
  {
    concept: 'error',
    pattern: /\bavailability\b|\buptime\b|\bdisponibilite\b|\bdisponibilidade\b|可用性/,
    isComplement: true,
    isStandIn: true,
  },
  {
    concept: 'error',
    pattern: /\b(?:5xx|4xx|http)? ?(?:errors?|erreurs?|erros?|failures?|failed|falhas?)\b|\b5xx\b|错误|エラー/,
  },
  {
    concept: 'latency',
    pattern:
      /\blatenc(?:y|ies)\b|\bresponse times?\b|\btemps de reponse\b|\btempo de resposta\b|\blatence\b|\blatencia\b|延迟|レイテンシ/,
  },
]

/** Words that say how something is counted, not what. */
const idle = new Set(
  'a an any the of in on for to per and or is are de du des la le do da rate rates taux taxa ratio percent percentage count number level overall average avg mean median time times total api http https 5xx prod production sustained sessions session users user requests request sli slo spike spikes burst bursts increase increases increased rise rises growth regresses regress regression degradation baseline exceeds exceed reach reaches drop drops across all'.split(
    ' ',
  ),
)

function nameOf(metric: string): Pick<Threshold, 'concept' | 'qualifiers' | 'isStandIn'> & { isComplement: boolean } {
  const folded = metric.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const known = concepts.find(({ pattern }) => pattern.test(folded))
  const rest = known ? folded.replace(new RegExp(known.pattern, 'g'), ' ') : folded
  const words = (rest.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 1 && !idle.has(word))
  const qualifiers = [...new Set(words.map((word) => word.replace(/(?<=\p{L}{3})s$/u, '')))].sort()
  return {
    concept: known?.concept ?? '',
    qualifiers,
    isComplement: known?.isComplement === true,
    isStandIn: known?.isStandIn === true,
  }
}

/** Whether the metric fires, or passes, towards higher values. */
export const isUpper = ({ comparator }: Threshold): boolean => comparator === '>' || comparator === '>='
export const isLower = ({ comparator }: Threshold): boolean => comparator === '<' || comparator === '<='
