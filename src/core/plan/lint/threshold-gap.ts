/**
 * THRESHOLD_GAP: a metric passes below one number and rolls back above another, and between the two nothing is said.
 * In that undecided band Tidegate holds the stage and asks a person. This is often meant, so it is a note: check that somebody is there
 * to answer. To have no band, write the same number on both sides.
 */
import { type Condition, canonicalThreshold, formatCondition } from '../condition.ts'
import type { DraftCriterion, DraftTrigger, PlanDraft } from '../draft.ts'
import { significantWords } from './find-phase.ts'
import type { Finding, LintRule } from './rule.ts'

export const thresholdGap: LintRule = {
  id: 'THRESHOLD_GAP',
  severity: 'note',
  check,
  examples: {
    finds: ['## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 4%'],
    accepts: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 1%',
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Page load p95 > 2s',
    ],
  },
}

function check(draft: PlanDraft): Finding[] {
  const global = draft.triggers ?? []
  const byPhase = draft.phases.flatMap((phase) =>
    phase.criteria.flatMap((criterion) => findGap(criterion, [...phase.triggers, ...global])),
  )
  const overall = draft.successMetrics.flatMap((criterion) =>
    findGap(criterion, [...draft.phases.flatMap((phase) => phase.triggers), ...global]),
  )
  const findings = [...byPhase, ...overall]
  return findings.filter(({ message }, index) => findings.findIndex((other) => other.message === message) === index)
}

function findGap(criterion: DraftCriterion, triggers: DraftTrigger[]): Finding[] {
  const pass = criterion.condition
  if (!pass || criterion.form !== 'numeric') return []
  for (const { condition: fire } of triggers) {
    if (!fire || !isSameMetric(pass, fire) || !leavesGap(pass, fire)) continue
    const band = pass.comparator.startsWith('<') ? [amount(pass), amount(fire)] : [amount(fire), amount(pass)]
    const message = `between "${formatCondition(pass)}" and "${formatCondition(fire)}" the band from ${band.join(' to ')} neither passes nor rolls back`
    return [
      {
        source: criterion.source,
        message,
        hint: 'there the stage is held and a person is asked; write one number on both sides if that is not meant',
      },
    ]
  }
  return []
}

function leavesGap(pass: Condition, fire: Condition): boolean {
  const low = canonicalThreshold(pass)
  const high = canonicalThreshold(fire)
  if (!low || !high || low.kind !== high.kind) return false
  const upward = pass.comparator.startsWith('<') && fire.comparator.startsWith('>')
  const downward = pass.comparator.startsWith('>') && fire.comparator.startsWith('<')
  return (upward && high.value > low.value) || (downward && high.value < low.value)
}

function isSameMetric(a: Condition, b: Condition): boolean {
  const words = significantWords(a.metric)
  const others = new Set(significantWords(b.metric))
  return (
    a.percentile === b.percentile &&
    words.length > 0 &&
    words.length === others.size &&
    words.every((word) => others.has(word))
  )
}

function amount({ value, unit }: Condition): string {
  return `${value}${unit === 'count' ? '' : ` ${unit}`}`
}
