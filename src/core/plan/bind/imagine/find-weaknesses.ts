/** Weaknesses of a plan that no run has to show: what is not bound, not promised, not held or not tried. */
import type { UnfinishedBindings } from '../../bindings.ts'
import { type Condition, canonicalThreshold } from '../../condition.ts'
import type { DraftPhase, DraftStage, DraftTrigger, PlanDraft } from '../../draft.ts'
import { metricForm, misfit } from '../bind-statements.ts'
import { nameKey } from '../names.ts'
import { movesTraffic, phaseIdIn } from '../phase-ids.ts'
import { isShareBack } from '../propose/propose-rollback.ts'
import { placeOf } from '../propose/propose-steps.ts'
import { environmentOf } from '../propose/words.ts'
import { saysBaseline } from './imagine-service.ts'
import { startOf, type Weakness } from './weakness.ts'

/** `given` are the bindings as somebody wrote them: what was imagined makes nothing less weak. */
export function findWeaknesses(draft: PlanDraft, given: UnfinishedBindings): Weakness[] {
  return [
    ...rolloutOf(draft),
    ...unmeasuredTriggers(draft, given),
    ...promises(draft, given),
    ...ungatedStages(draft),
    ...undoneSteps(draft, given),
    ...emptyStages(draft, given),
    ...undrilledToggles(draft, given),
  ]
}

const triggersOf = ({ phases, triggers = [] }: PlanDraft): DraftTrigger[] => [
  ...triggers,
  ...phases.flatMap((phase) => phase.triggers),
]

function rolloutOf(draft: PlanDraft): Weakness[] {
  const source = startOf(draft)
  if (!draft.phases.some(movesTraffic)) {
    const message = 'no phase states a share of traffic, so nothing is judged and nothing can be taken back by itself'
    return [{ code: 'NO_ROLLOUT', source, message, hint: 'write the share into the phase: "Phase 2: Canary (10%)"' }]
  }
  if (triggersOf(draft).some(({ action }) => action === 'rollBack')) return []
  const message = 'traffic moves, and no trigger takes it back: only a person can'
  return [{ code: 'NO_TRIGGER', source, message, hint: 'write one: "Rollback trigger: error rate > 5%"' }]
}

function unmeasuredTriggers(draft: PlanDraft, given: UnfinishedBindings): Weakness[] {
  const isThere = (metric: string) => Object.hasOwn(given.metrics ?? {}, metric)
  const bound = Object.entries(given.triggers ?? {}).filter(([, one]) => !('anyOf' in one) || isThere(one.anyOf))
  const named = new Set(bound.map(([says]) => nameKey(says)))
  const metrics = Object.values(given.metrics ?? {})
  const metricFor = new Map(metrics.flatMap((metric) => metric.says.map((said) => [nameKey(said), metric])))
  return triggersOf(draft).flatMap(({ text, action, condition, source }): Weakness[] => {
    if (action === 'notify' || named.has(nameKey(text))) return []
    const metric = condition && metricFor.get(nameKey(condition.metric))
    const problem = metric && misfit(metricForm(metric), condition)
    if (metric && problem === undefined) return []
    const why = problem === undefined ? '' : ` (${problem})`
    return [
      {
        code: 'UNMEASURED_TRIGGER',
        source,
        message: `nothing measures "${text}"${why}, and nobody is named to report it`,
        hint:
          condition && !metric
            ? `bind "${condition.metric}" under metrics`
            : 'bind it under triggers: `reportedBy` a group',
      },
    ]
  })
}

function promises(draft: PlanDraft, given: UnfinishedBindings): Weakness[] {
  const weaknesses: Weakness[] = []
  if (given.rollback?.deadline === undefined && draft.rollback.budgetMs === undefined)
    weaknesses.push({
      code: 'NO_DEADLINE',
      source: draft.rollback.steps[0]?.source ?? startOf(draft),
      message: 'nothing says how long a rollback may take, so none can be late',
      hint: 'write "roll back within 10 minutes", or bind `rollback: { deadline: 10m }`',
    })
  const isSaid = given.service?.baseline ?? given.service?.firstRelease ?? Object.values(given.services ?? {})[0]
  if (isSaid === undefined && !saysBaseline(draft))
    weaknesses.push({
      code: 'NO_BASELINE',
      source: draft.rollback.steps[0]?.source ?? startOf(draft),
      message: 'nothing says which version a rollback goes back to',
      hint: 'write "Current version: v1.2" at the head of the document, or bind `baseline` under service',
    })
  return weaknesses
}

/** What the document says of going back beside the traffic, and nothing does: a rehearsal supposes a command for it. */
function undoneSteps({ rollback }: PlanDraft, given: UnfinishedBindings): Weakness[] {
  const bound = new Set(Object.keys(given.rollback?.steps ?? {}).map(nameKey))
  return rollback.steps
    .filter((step) => !bound.has(nameKey(step.text)) && !isShareBack(step))
    .map(({ text, source }) => ({
      code: 'UNBOUND_ROLLBACK_STEP',
      source,
      message: `nothing does "${text}" when the release goes back`,
      hint: 'bind it under rollback: steps, or say who does it: `byHand: …`',
    }))
}

/** Stages that the release passes as soon as they are there: no criterion, no time, and nobody is waited for before the next. */
function ungatedStages({ phases }: PlanDraft): Weakness[] {
  const last = phases.findLast(movesTraffic)
  return phases.flatMap((phase, index): Weakness[] => {
    if (!movesTraffic(phase) || phase.criteria.length > 0) return []
    const stages = stagesOf(phase)
    const isHeldAfter = phase === last || isHeld(phases[index + 1])
    const open = stages.find(({ bakeMs }, at) => bakeMs === 0 && !(isHeldAfter && at === stages.length - 1))
    if (!open) return []
    const { name, source } = open
    const message = `"${name}" has neither a criterion nor a time: the release passes it as soon as its share is there`
    const hint = 'add a criterion with a number, or how long it bakes'
    return [{ code: 'UNGATED_STAGE', source, message, hint }]
  })
}

type DraftRung = Pick<DraftStage, 'name' | 'source'> & { percent: number | undefined; bakeMs: number }

/** The stages of a phase, or the phase as its only one; a stage without a time has its part of the phase's. */
function stagesOf({ name, source, percent, timing, stages }: DraftPhase): DraftRung[] {
  const bakeMs = timing?.durationMs?.[0] ?? 0
  if (stages.length === 0) return [{ name, source, percent, bakeMs }]
  return stages.map((stage) => ({ ...stage, bakeMs: stage.timing?.durationMs?.[0] ?? bakeMs / stages.length }))
}

/** At a share of 0 no request is counted, so a stated number is never reached: the release is held until a person overrides it. */
function emptyStages({ phases }: PlanDraft, given: UnfinishedBindings): Weakness[] {
  const cohorts = (phase: DraftPhase) =>
    new Set(Object.keys(given.phases?.[phaseIdIn(phases, phase)]?.cohorts ?? {}).map(nameKey))
  const bound = new Set(Object.keys(given.criteria ?? {}).map(nameKey))
  return phases.flatMap((phase) => {
    const isMeasured = phase.criteria.some(
      ({ text, condition }) => condition && isOfUsers(condition) && !bound.has(nameKey(text)),
    )
    const met = cohorts(phase)
    return stagesOf(phase).flatMap(({ name, percent, source }): Weakness[] => {
      if (!isMeasured || percent !== 0 || met.has(nameKey(name))) return []
      const message = `"${name}" has a share of 0 %, and its criteria count what users meet there`
      const hint = 'give it a share, or bind its criteria under criteria to a check or a `signOff`'
      return [{ code: 'EMPTY_STAGE', source, message, hint }]
    })
  })
}

/** A size is shown by the instances themselves, with users or without. */
const isOfUsers = (condition: Condition): boolean => {
  const kind = canonicalThreshold(condition)?.kind
  return kind !== undefined && kind !== 'size'
}

const isHeld = (next: DraftPhase | undefined): boolean =>
  next !== undefined &&
  (next.entryCriteria.length > 0 || next.steps.length > 0 || (next.timing?.startOffsetMs ?? 0) > 0)

const drills =
  /\bdrill|\brehears|\bexercis|\bboth ways\b|\bon and (?:back )?off\b|\boff and (?:back )?on\b|\bthere and back\b|\bback and forth\b|\bflip|\benabl\w+ and disabl|\bdisabl\w+ and (?:re-?)?enabl/i

/** A rollback toggle that no step on staging tries both ways may not undo anything when it is needed. */
function undrilledToggles(draft: PlanDraft, { phases = {}, flags = {} }: UnfinishedBindings): Weakness[] {
  const drilled = Object.values(phases)
    .flatMap(({ steps }) => Object.values(steps))
    .flatMap((step) => ('drill' in step ? [step.drill] : []))
  const isDrilled = (key: string) =>
    drilled.some((ref) => (typeof ref === 'string' ? ref === key : ref.flag === (flags[key]?.key ?? key)))
  const toggles = new Map(
    draft.flags.filter(({ isRollbackToggle }) => isRollbackToggle).map((flag) => [flag.key, flag]),
  )
  const tried = toggles.size === 0 ? [] : stagingTexts(draft).filter((text) => drills.test(text))
  return [...toggles.values()].flatMap(({ key, source }): Weakness[] => {
    if (
      isDrilled(key) ||
      tried.some((text) => text.includes(key) || /\btoggles\b|\bevery (?:rollback )?toggle\b/i.test(text))
    )
      return []
    const message = `no step on staging tries ${key} both ways before anybody is exposed`
    return [
      { code: 'TOGGLE_NOT_DRILLED', source, message, hint: `add a step to a staging phase: "Drill ${key} on and off"` },
    ]
  })
}

/** What the document says is to be done on staging. */
function stagingTexts({ phases, checklists }: PlanDraft): string[] {
  const steps = phases.flatMap((phase) =>
    phase.steps
      .filter(({ text }) => placeOf(phase, text) === 'staging')
      .map(({ text, details, code }) => [text, ...details, ...code.map((block) => block.text)].join('\n')),
  )
  const criteria = phases
    .filter((phase) => placeOf(phase) === 'staging')
    .flatMap((phase) => [...phase.entryCriteria, ...phase.criteria].map(({ text }) => text))
  const items = checklists.flatMap(({ title, items: own }) =>
    own.filter(({ text }) => environmentOf(text, title) === 'staging').map(({ text }) => text),
  )
  return [...steps, ...criteria, ...items]
}
