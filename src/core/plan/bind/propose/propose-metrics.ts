/** Metrics for the words of criteria and triggers that state a threshold: which of the queries on offer means the same. */
import { type Condition, canonicalThreshold } from '../../condition.ts'
import type { SourceRange } from '../../diagnostic.ts'
import { type MetricForm, misfit } from '../bind-statements.ts'
import { nameKey, slugOf } from '../names.ts'
import { movesTraffic } from '../phase-ids.ts'
import type { Candidate } from './metric-candidates.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle } from './proposal.ts'
import { otherWords, quoteWords, sharedWords, wordsOf } from './words.ts'

/** One metric of the plan: every spelling of it, and every threshold stated for it where something can be measured. */
export interface Need {
  says: string[]
  source: SourceRange
  conditions: Condition[]
}

const failureWords = wordsOf(
  'error errors failure failures failed failing fault faults exception exceptions crash crashes issue issues problem problems 5xx erreur erreurs erro erros falha falhas fallo fallos',
)
const successWords = wordsOf(
  'availability available uptime success successful disponibilite disponibilidade disponibilidad',
)
/** What a metric's name says about the form of its number, or about requests in general. */
const formWords = wordsOf(
  'rate rates ratio percentage percent average median overall total time times duration latency latencies response responses request requests http api call calls endpoint endpoints count number spike increase elevated p50 p75 p90 p95 p99 taux temps reponse tempo resposta tasa tiempo respuesta',
)

/** The metrics that the measurable criteria and triggers speak of, in the order of the document. */
export function needsOf({ draft }: Pick<ProposeInput, 'draft'>): Need[] {
  const needs = new Map<string, Need>()
  const add = (statement: { condition?: Condition | undefined; source: SourceRange }) => {
    const { condition, source } = statement
    if (!condition || wordsOf(condition.metric).length === 0) return
    const key = nameKey(condition.metric)
    const need = needs.get(key) ?? { says: [condition.metric], source, conditions: [] }
    need.conditions.push(condition)
    needs.set(key, need)
  }
  for (const phase of draft.phases) if (movesTraffic(phase)) phase.criteria.forEach(add)
  for (const trigger of [...(draft.triggers ?? []), ...draft.phases.flatMap(({ triggers }) => triggers)]) add(trigger)
  return [...needs.values()].sort((a, b) => a.source.start - b.source.start)
}

/** Findings under `metrics`; spellings that mean the same query share one entry. */
export function proposeMetrics(
  input: ProposeInput,
  candidates: readonly Candidate[],
  arm: string | undefined,
): Finding[] {
  const bound = Object.entries(input.bindings.metrics ?? {})
  const taken = new Set(bound.map(([id]) => id))
  const findings: Finding[] = []
  const merged = new Map<string, Finding>()
  for (const need of needsOf(input)) {
    const [name = ''] = need.says
    const holder = bound.find(([, { says }]) => says.some((said) => nameKey(said) === nameKey(name)))
    const subject = {
      section: 'metrics' as const,
      says: name,
      source: need.source,
      otherwise: 'people judge what it measures',
    }
    if (holder) {
      findings.push(boundFinding({ ...subject, path: ['metrics', holder[0]] }, holder[1]))
      continue
    }
    const finding = settle({ ...subject, path: ['metrics', freeId(name, taken)] }, proposalsFor(need, candidates, arm))
    const query = finding.state === 'proposed' ? JSON.stringify({ ...(finding.value as object), says: [] }) : ''
    const same = merged.get(query)
    if (same) {
      const value = same.value as { says: string[] }
      value.says.push(name)
      findings.push({ ...finding, path: same.path, value })
      continue
    }
    if (finding.state === 'proposed') merged.set(query, finding)
    // What nothing measures is told where the plan says it.
    if (finding.state === 'unbound') continue
    taken.add(finding.path[1] ?? '')
    findings.push(finding)
  }
  return findings
}

function freeId(name: string, taken: ReadonlySet<string>): string {
  const id = slugOf(name)
  let number = 2
  while (taken.has(number === 2 ? id : `${id}-${number - 1}`)) number++
  return number === 2 ? id : `${id}-${number - 1}`
}

/** Values are metric bindings. None where no threshold of the metric can be judged at all. */
function proposalsFor(need: Need, candidates: readonly Candidate[], arm: string | undefined): Proposal[] {
  const judged = need.conditions.filter((condition) => canonicalThreshold(condition) !== undefined)
  if (judged.length === 0) return []
  const proposals = candidates.flatMap((candidate): Proposal[] => {
    const form: MetricForm = candidate.kind === 'time' ? 'histogram' : 'counters'
    const fitting = judged.filter((condition) => misfit(form, condition) === undefined)
    const score = fitting.length > 0 ? scoreOf(need, judged, candidate, arm) : undefined
    return score ? [{ ...score, value: { says: [...need.says], source: candidate.source, ...candidate.query } }] : []
  })
  return withoutTies(proposals)
}

/** How surely these words mean this query. The plan's own words (email, verification) have to be the metric's words too. */
function scoreOf(
  need: Need,
  conditions: readonly Condition[],
  candidate: Candidate,
  arm: string | undefined,
): Omit<Proposal, 'value'> | undefined {
  const said = wordsOf(...need.says)
  const saysFailure = sharedWords(said, failureWords).length > 0
  const saysSuccess = sharedWords(said, successWords).length > 0
  const kinds = new Set(conditions.map((condition) => canonicalThreshold(condition)?.kind))
  const isRate = kinds.has('fraction') || kinds.has('ratio')
  const own = otherWords(said, [...formWords, ...failureWords, ...successWords])
  const matched = sharedWords(own, candidate.words)
  const isMeant = {
    time: kinds.has('duration'),
    failures: saysFailure && !saysSuccess && !/\bfree\b/i.test(need.says.join(' ')),
    success: saysSuccess && isRate,
    outcome: isRate && !saysFailure && own.length > 0,
  }[candidate.kind]
  if (!isMeant || (own.length > 0 && matched.length === 0)) return undefined
  const special = otherWords(wordsOf(candidate.family), [
    ...formWords,
    ...said,
    ...failureWords,
    ...wordsOf(
      'seconds milliseconds total tidegate proxy ingress gateway router nginx haproxy envoy traefik istio edge server client',
    ),
  ])
  const reasons = [
    matched.length > 0 ? `says ${quoteWords(matched, need.says.join(' '))}` : 'requests in general',
    ...(candidate.atRouter ? ['counted at the router'] : []),
  ]
  let confidence = own.length > 0 ? 0.9 * (matched.length / own.length) : candidate.isTraffic ? 0.85 : 0.3
  if (own.length === 0 && special.length > 0) confidence -= 0.1
  if (candidate.atRouter && candidate.kind !== 'outcome') confidence += 0.1
  if (candidate.kind === 'success' && sharedWords(said, wordsOf('uptime')).length > 0) {
    confidence -= 0.3
    reasons.push('requests answered, which is not quite uptime')
  }
  if (candidate.doubt !== undefined) {
    confidence -= 0.3
    reasons.push(candidate.doubt)
  }
  if (arm !== undefined && Object.keys(candidate.labels).length > 0 && candidate.labels[arm] === undefined) {
    confidence -= 0.4
    reasons.push(`its label ${arm}, which tells the versions apart, was not seen`)
  }
  return { confidence: Math.min(0.95, confidence), reason: reasons.join(', ') }
}

/** Two that are as likely as each other are a guess, and a person has to choose. */
function withoutTies(proposals: Proposal[]): Proposal[] {
  const ranked = [...proposals].sort((a, b) => b.confidence - a.confidence)
  const [best, second] = ranked
  if (!best || !second || best.confidence - second.confidence >= 0.05) return ranked
  const reason = `${best.reason}; another is as likely`
  return [
    { ...best, reason, confidence: Math.min(best.confidence, 0.6) },
    ...ranked.slice(1).map((other) => ({ ...other, confidence: Math.min(other.confidence, 0.6) })),
  ]
}
