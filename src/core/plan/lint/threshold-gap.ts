/** Rule: between passing and rolling back lies a band about which nothing is said. */
import { type Condition, formatCondition } from '../condition.ts'
import type { DraftCriterion, DraftTrigger, PlanDraft } from '../draft.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'
import { isLikeMetric, isLower, isSameMetric, isUpper, type Threshold, thresholdOf } from './threshold.ts'

export const thresholdGap: LintRule = {
  id: 'THRESHOLD_GAP',
  severity: 'note',
  summary: 'a metric passes below one number and rolls back above another, and between the two nothing is said',
  why: 'In that undecided band Tidegate holds the stage and asks a person. This is often meant, so it is a note: check that somebody is there to answer.',
  instead: 'To have no band, write the same number on both sides.',
  check,
  examples: {
    finds: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 4%',
      '## Phase 1\n**Success criteria:**\n- Error rate < 1%\n\n**Rollback trigger:**\n- 5xx error rate > 4%',
      '## Phase 1\n**Success criteria:**\n- Availability >= 99.9%\n\n**Rollback trigger:**\n- Errors > 2%',
      '## Phase 1\n**Success criteria:**\n- Crash rate < baseline + 10%\n\n**Rollback trigger:**\n- Crash rate increase > 50%',
      '## Phase 1\n**Success criteria:**\n- Crash-free sessions > 98%\n\n**Rollback trigger:**\n- Crash-free users < 95%',
    ],
    accepts: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 1%',
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Page load p95 > 2s',
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors increase > 50%',
      '## Phase 1\n**Success criteria:**\n- Latency p95 < 1s\n\n**Rollback trigger:**\n- Latency p99 > 2s',
      '## Phase 1\n**Success criteria:**\n- Availability >= 99%\n\n**Rollback trigger:**\n- Errors > 1%',
    ],
  },
}

/** Triggers stay armed, so those of earlier phases count too. */
function check(draft: PlanDraft): Finding[] {
  const global = draft.triggers ?? []
  const byPhase = draft.phases.flatMap((phase, index) => {
    const armed = draft.phases.slice(0, index + 1).flatMap((earlier) => earlier.triggers)
    return findGaps([...phase.entryCriteria, ...phase.criteria], [...armed, ...global])
  })
  const all = [...draft.phases.flatMap((phase) => phase.triggers), ...global]
  return distinct([...byPhase, ...findGaps(draft.successMetrics, all)], ({ message }) => message)
}

function findGaps(criteria: DraftCriterion[], triggers: DraftTrigger[]): Finding[] {
  const stated = triggers.flatMap(({ condition }) => (condition && thresholdOf(condition)) ?? [])
  // Of triggers that say the same, one is enough to look at.
  const distinctFires = new Map(stated.map((fire) => [formatCondition(fire.condition), fire]))
  const fires = [...distinctFires.values()].slice(0, triggerLimit)
  return criteria.flatMap(({ condition, form, source }) => {
    const pass = condition && form === 'numeric' ? thresholdOf(condition) : undefined
    if (!pass) return []
    const meant = fires.filter((fire) => isLikeMetric(pass, fire))
    // One trigger that takes over where passing ends leaves no band, whatever others say.
    if (meant.some((fire) => isSameMetric(pass, fire) && opposes(pass, fire) && !leavesGap(pass, fire))) return []
    const fire = meant.find((one) => leavesGap(pass, one))
    return fire ? [{ source, message: describeGap(pass.condition, fire.condition), hint }] : []
  })
}

const triggerLimit = 100

const hint = 'there the stage is held and a person is asked; write one number on both sides if that is not meant'

function describeGap(pass: Condition, fire: Condition): string {
  const isOne = pass.metric.toLowerCase() === fire.metric.toLowerCase()
  const amounts = [amount(pass), amount(fire)]
  const band = pass.comparator.startsWith('<') ? amounts : amounts.reverse()
  const between = `between "${formatCondition(pass)}" and "${formatCondition(fire)}"`
  return isOne
    ? `${between} the band from ${band.join(' to ')} neither passes nor rolls back`
    : `${between} lies a band that neither passes nor rolls back`
}

const opposes = (pass: Threshold, fire: Threshold): boolean =>
  (isLower(pass) && isUpper(fire)) || (isUpper(pass) && isLower(fire))

/** A rounding of `1 - 0.99` is no band. */
const nothing = 1e-9

function leavesGap(pass: Threshold, fire: Threshold): boolean {
  const upward = isLower(pass) && isUpper(fire)
  const downward = isUpper(pass) && isLower(fire)
  return (upward && fire.value - pass.value > nothing) || (downward && pass.value - fire.value > nothing)
}

function amount({ value, unit }: Condition): string {
  return `${value}${unit === 'count' ? '' : ` ${unit}`}`
}
