/** Criteria, triggers and checklists: measured by a metric, checked, judged like an earlier phase, or somebody's word. */
import type { MetricBinding } from '../../bindings-services.ts'
import { type Condition, canonicalThreshold } from '../../condition.ts'
import type { DraftCriterion, DraftPhase, DraftTrigger } from '../../draft.ts'
import { runsIn } from '../bind-gates.ts'
import { type MetricForm, metricForm, misfit } from '../bind-statements.ts'
import { nameKey } from '../names.ts'
import { movesTraffic, phaseIdIn } from '../phase-ids.ts'
import { matchChecks } from './match-catalogue.ts'
import { boundFinding, type Finding, type Proposal, type ProposeInput, settle, spoken } from './proposal.ts'
import { groupFor, groupsOf, says } from './propose-people.ts'
import { placeOf } from './propose-steps.ts'
import { environmentOf, otherWords, sharedWords, wordsOf } from './words.ts'

/** What the statements stand on: the metrics found so far, by their findings, and who is asked, once that is known. */
export interface Ground {
  metrics: readonly Finding[]
  asks: string | undefined
}

/** A binding to somebody's word, written only where the somebody is known. */
function wordOf(key: 'signOff' | 'reportedBy', asks: string | undefined, reason: string): Proposal {
  return { value: { [key]: asks ?? '…' }, confidence: asks === undefined ? 0.6 : 0.8, reason }
}

/** The metric that will measure these words, and what it can answer. */
function measuring(metric: string, { metrics }: Ground): { id: string; form: MetricForm } | undefined {
  for (const { state, value, path } of metrics) {
    if (state !== 'bound' && state !== 'proposed') continue
    const binding = value as MetricBinding
    if (binding.says.some((said) => nameKey(said) === nameKey(metric)))
      return { id: path[1] ?? '', form: metricForm(binding) }
  }
  return undefined
}

export function proposeCriteria(input: ProposeInput, ground: Ground): Finding[] {
  const bound = new Map(
    Object.entries(input.bindings.criteria ?? {}).map(([says, binding]) => [nameKey(says), binding]),
  )
  const seen = new Set<string>()
  const statements = input.draft.phases.flatMap((phase, index) =>
    [...phase.entryCriteria, ...phase.criteria].map((criterion) => {
      const subject = {
        section: 'criteria' as const,
        path: ['criteria', criterion.text],
        says: criterion.text,
        source: criterion.source,
        otherwise: `${spoken(ground.asks)} signs it`,
      }
      const canMeasure = movesTraffic(phase) && phase.criteria.includes(criterion)
      const measured = canMeasure ? byMetric(subject, criterion.condition, ground, 'signOff') : undefined
      return {
        criterion,
        phase,
        subject,
        canMeasure,
        measured,
        earlier: canMeasure ? input.draft.phases.slice(0, index) : [],
      }
    }),
  )
  const measuredTexts = new Set(
    statements.flatMap(({ measured, subject }) => (measured ? [nameKey(subject.says)] : [])),
  )
  return statements.flatMap(({ criterion, phase, subject, canMeasure, measured, earlier }): Finding[] => {
    const key = nameKey(subject.says)
    const binding = bound.get(key)
    if (!binding && measured?.state === 'measured') return [measured]
    // An entry by these words holds wherever the document says them.
    if (seen.has(key)) return []
    seen.add(key)
    if (binding) return [boundFinding(subject, binding)]
    if (measured) return [measured]
    // It would take the measuring from the phase that says the same.
    if (measuredTexts.has(key)) return [settle(subject, [])]
    const finding = settle(subject, proposalsFor(criterion, phase, earlier, input))
    return [canMeasure ? withProblem(finding, criterion.condition) : finding]
  })
}

/** Measured, or a person's word where the metric cannot answer what is stated. Undefined where no metric is found. */
function byMetric(
  subject: Omit<Finding, 'state' | 'proposals'>,
  condition: Condition | undefined,
  ground: Ground,
  key: 'signOff' | 'reportedBy',
): Finding | undefined {
  const metric = condition && measuring(condition.metric, ground)
  if (!metric) return undefined
  const problem = misfit(metric.form, condition)
  if (problem === undefined) return { ...subject, state: 'measured', value: metric.id, proposals: [] }
  return settle(subject, [wordOf(key, ground.asks, problem)])
}

/** Says why a stated threshold is left to a person. */
function withProblem(finding: Finding, condition: Condition | undefined): Finding {
  if (!condition || finding.state !== 'unbound') return finding
  const form = canonicalThreshold(condition)?.kind === 'duration' ? 'histogram' : 'counters'
  return { ...finding, reason: misfit(form, condition) ?? `nothing on offer measures "${condition.metric}"` }
}

const repeating =
  /\b(?:all|same|these|those|earlier|previous|above|canary)\b.*\b(?:metrics?|criteria|slos?|thresholds?|gates?)\b.*\b(?:stable|hold|met|green|remain|within|pass|healthy|good|nominal)\b|\b(?:metrics|criteria|slos|thresholds)\b.*\b(?:remain|stay|still|same as)\b/i

function proposalsFor(
  { text, form }: DraftCriterion,
  phase: DraftPhase,
  earlier: readonly DraftPhase[],
  input: ProposeInput,
): Proposal[] {
  const model = earlier.findLast((before) => movesTraffic(before) && before.criteria.some(({ condition }) => condition))
  const owner = groupFor(phase, ['gateOwner', 'approver'], input)
  return [
    ...(model && repeating.test(text)
      ? [
          {
            value: { sameAs: phaseIdIn(input.draft.phases, model) },
            confidence: 0.8,
            reason: `what ${model.name} measures, once more`,
          },
        ]
      : []),
    ...(form === 'numeric' && runsIn(text) === undefined
      ? []
      : matchChecks(text, placeOf(phase, text), input.operator).map((one) => streakOf(text, one))),
    ...groupsSaid(text, input).map((group): Proposal => {
      const signs = /\b(?:approv|sign|review|certif|accept|audit|confirm)/i.test(text)
      return { value: { signOff: group }, confidence: signs ? 0.8 : 0.55, reason: `it names ${group}` }
    }),
    ...(owner
      ? [{ value: { signOff: owner.group }, confidence: 0.75, reason: `${owner.name} decides at this gate` }]
      : []),
  ]
}

/** Of "5 green runs in a row" one is not enough; how long to wait between two is for a person to say. */
function streakOf(text: string, { value, confidence, reason }: Proposal): Proposal {
  const runs = runsIn(text)
  if (runs === undefined) return { value, confidence, reason }
  const { check } = value as { check: string }
  return {
    value: { streak: check, every: '10m' },
    confidence: Math.min(confidence, 0.65),
    reason: `${reason}, ${runs} runs in a row`,
  }
}

const groupsSaid = (text: string, { operator }: ProposeInput): string[] =>
  groupsOf(operator).filter((group) => says(text, group))

export function proposeTriggers(input: ProposeInput, ground: Ground): Finding[] {
  const bound = new Map(
    Object.entries(input.bindings.triggers ?? {}).map(([says, binding]) => [nameKey(says), binding]),
  )
  const triggers = [...(input.draft.triggers ?? []), ...input.draft.phases.flatMap((phase) => phase.triggers)]
  const seen = new Set<string>()
  return triggers.flatMap((trigger): Finding[] => {
    const { text, source, condition } = trigger
    if (seen.has(nameKey(text))) return []
    seen.add(nameKey(text))
    const subject = {
      section: 'triggers' as const,
      path: ['triggers', text],
      says: text,
      source,
      otherwise: `it fires when ${spoken(ground.asks)} reports it`,
    }
    const binding = bound.get(nameKey(text))
    if (binding) return [boundFinding(subject, binding)]
    const measured = byMetric(subject, condition, ground, 'reportedBy')
    if (measured) return [measured]
    return [withProblem(settle(subject, [...eventOf(trigger, ground), ...reporters(text, input)]), condition)]
  })
}

const reporters = (text: string, input: ProposeInput): Proposal[] =>
  groupsSaid(text, input).map((group) => ({
    value: { reportedBy: group },
    confidence: 0.8,
    reason: `it names ${group}`,
  }))

/** A metric of which one event fires the trigger: never written by itself, for a single failure then takes the release back. */
function eventOf({ text, condition }: DraftTrigger, { metrics }: Ground): Proposal[] {
  if (condition) return []
  return metrics.flatMap(({ state, value, path }): Proposal[] => {
    if (state === 'unbound' || typeof value !== 'object' || value === null || !('events' in value)) return []
    const { says } = value as MetricBinding
    const matched = sharedWords(
      otherWords(wordsOf(text), wordsOf('failures errors failed issues problems')),
      wordsOf(...says),
    )
    if (matched.length === 0) return []
    return [{ value: { anyOf: path[1] }, confidence: 0.6, reason: `fires on the first of ${says[0]}` }]
  })
}

/** Which phase waits for a checklist; the first one where nothing says otherwise. */
export function proposeChecklists(input: ProposeInput, { asks }: Ground): Finding[] {
  const { draft, bindings } = input
  const bound = new Map(Object.entries(bindings.checklists ?? {}).map(([says, binding]) => [nameKey(says), binding]))
  const [first] = draft.phases
  const seen = new Set<string>()
  return draft.checklists.flatMap(({ title, source }): Finding[] => {
    if (!first || seen.has(nameKey(title))) return []
    seen.add(nameKey(title))
    const otherwise = `${spoken(asks)} signs its items before ${phaseIdIn(draft.phases, first)}`
    const subject = { section: 'checklists' as const, path: ['checklists', title], says: title, source, otherwise }
    const binding = bound.get(nameKey(title))
    if (binding) return [boundFinding(subject, binding)]
    const group = groupsSaid(title, input)[0] ?? asks ?? '…'
    const place = environmentOf(title)
    const inPlace = place && draft.phases.find((phase) => placeOf(phase) === place)
    const [named, also] = draft.phases.filter(
      (phase) =>
        sharedWords(wordsOf(title), otherWords(wordsOf(phase.name), wordsOf('phase stage step day week'))).length > 1,
    )
    const before = inPlace ?? (also ? undefined : named)
    if (!before) return [settle(subject, [])]
    const reason = inPlace ? `${before.name} is the first in ${place}` : `it shares words with ${before.name}`
    const confidence = group === '…' ? 0.5 : inPlace ? 0.75 : 0.7
    return [
      settle(subject, [{ value: { signOff: group, before: phaseIdIn(draft.phases, before) }, confidence, reason }]),
    ]
  })
}

/** Who confirms what others deliver: whoever the words name. */
export function proposeDependencies(input: ProposeInput, { asks }: Ground): Finding[] {
  const { draft, bindings } = input
  const bound = new Map(Object.entries(bindings.dependencies ?? {}).map(([words, one]) => [nameKey(words), one]))
  const [first] = draft.phases
  const seen = new Set<string>()
  return draft.dependencies.flatMap(({ text, source, phase }): Finding[] => {
    if (!first || seen.has(nameKey(text))) return []
    seen.add(nameKey(text))
    const waiting = draft.phases.find(({ name }) => name === phase) ?? first
    const before = phaseIdIn(draft.phases, waiting)
    const otherwise = `${spoken(asks)} confirms it before ${before}`
    const subject = { section: 'dependencies' as const, path: ['dependencies', text], says: text, source, otherwise }
    const binding = bound.get(nameKey(text))
    if (binding) return [boundFinding(subject, binding)]
    const proposals = groupsSaid(text, input).map((group): Proposal => {
      return { value: { dependency: group, before }, confidence: 0.6, reason: `it names ${group}` }
    })
    return [settle(subject, proposals)]
  })
}
