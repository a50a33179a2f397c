/** Rule: one metric has two thresholds that cannot both hold. */
import { formatCondition } from '../condition.ts'
import type { DraftCriterion, DraftPhase, DraftTrigger, PlanDraft } from '../draft.ts'
import { significantWords } from './find-phase.ts'
import { distinct, type Finding, firstLine, type LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'
import { isLower, isSameMetric, isUpper, type Threshold, thresholdOf } from './threshold.ts'

export const thresholdConflict: LintRule = {
  id: 'THRESHOLD_CONFLICT',
  severity: 'warning',
  summary: 'one metric has two different thresholds for the same purpose, or rolls back where it also passes',
  why: 'Whoever watches the metric, a person or Tidegate, cannot follow both. The one that was forgotten usually decides.',
  instead:
    'Keep one number for each purpose and stage, and say "warning" or "target" where a second one is meant as that.',
  check: (draft) =>
    distinct([...inPhases(draft), ...amongTriggers(draft), ...anyGate(draft)], ({ message }) => message),
  examples: {
    finds: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 5%\n\n**Rollback trigger:**\n- Order errors > 2%',
      '## Phase 1\n**Success criteria:**\n- Crash rate < 1%\n- Crash-free sessions >= 99.5%',
      '## Rollback triggers\n- Order errors > 2%\n- Order errors > 5%',
      '## Gate\n- [ ] Order errors < 1%\n\nIf any gate fails, execute the rollback immediately.\n\n## Rollback triggers\n- SLO breach for 10 minutes',
    ],
    accepts: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 5%',
      '## Phase 1\n**Success criteria:**\n- Order errors < 5%\n\n## Phase 2\n**Success criteria:**\n- Order errors < 1%',
      '## Rollback triggers\n- Order errors > 5% for 1 minute\n- Order errors > 2% for 10 minutes',
      '## Rollback triggers\n- Error rate > 2%\n- Uptime < 95%',
      '## Rollback triggers\n- Critical: order errors > 5%\n- Warning: order errors > 2%',
      '## Phase 1\n**Success criteria:**\n- Latency p95 < 1s\n- Latency p99 < 2s',
    ],
  },
}

interface Placed {
  threshold: Threshold
  line: number
  text: string
}

/** In a list longer than this nobody looks for a conflict of two by eye either; all are compared with each other. */
const listLimit = 100

function placed(statements: readonly (DraftCriterion | DraftTrigger)[]): Placed[] {
  return statements.slice(0, listLimit).flatMap(({ condition, source, text }) => {
    const threshold = condition && thresholdOf(condition)
    return threshold ? [{ threshold, line: source.start, text }] : []
  })
}

/** Degrees of one thing ("warning", "P1", "target") have numbers of their own, and so has an investigation before a rollback. */
const degree =
  /\b(?:warn(?:ing)?|critical|severe|minor|major|info|p[0-4]|sev ?-?\d|target|goal|stretch|ideal(?:ly)?|investigate|alert|watch|baseline)\b/i

const hint = 'keep the one that is meant; say "warning" or "target" where the other is meant as that'

function inPhases({ phases, triggers = [], successMetrics }: PlanDraft): Finding[] {
  return [
    ...phases.flatMap((phase) => [
      ...unlike(placed(phase.criteria), 'passes'),
      ...overlaps(placed(phase.criteria), placed(acting([...phase.triggers, ...reaching(phase, triggers)]))),
    ]),
    ...overlaps(placed(successMetrics), placed(acting(triggers))),
  ]
}

const acting = (triggers: readonly DraftTrigger[]): DraftTrigger[] =>
  triggers.filter(({ action }) => action !== 'notify')

/** Triggers of another ladder ("iOS") say nothing about this one. */
function reaching({ track, name }: DraftPhase, triggers: readonly DraftTrigger[]): DraftTrigger[] {
  const own = significantWords(`${track ?? ''} ${name}`)
  return triggers.filter(({ group }) => {
    const words = significantWords(group ?? '')
    return words.length === 0 || words.some((word) => own.includes(word))
  })
}

/** The same metric, direction and window in one list with two numbers. */
function unlike(list: readonly Placed[], does: 'passes' | 'fires'): Finding[] {
  return list.flatMap((one, index) => {
    const other = list.slice(0, index).find((earlier) => isUnlike(earlier, one))
    if (!other) return []
    const message = `"${shown(one)}" and "${shown(other)}" on line ${other.line} say differently when the same metric ${does}`
    return [{ source: { start: one.line, end: one.line }, message, hint }]
  })
}

function isUnlike(a: Placed, b: Placed): boolean {
  const sameWay = (isUpper(a.threshold) && isUpper(b.threshold)) || (isLower(a.threshold) && isLower(b.threshold))
  return (
    a.line !== b.line &&
    sameWay &&
    isSameMetric(a.threshold, b.threshold) &&
    differs(a.threshold.value, b.threshold.value) &&
    a.threshold.condition.windowMs === b.threshold.condition.windowMs &&
    !degree.test(a.text) &&
    !degree.test(b.text)
  )
}

const differs = (a: number, b: number): boolean => Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

/** A value that passes and rolls back at once. */
function overlaps(passes: readonly Placed[], fires: readonly Placed[]): Finding[] {
  return passes.flatMap((pass) => {
    const fire = fires.find(
      (one) => isSameMetric(pass.threshold, one.threshold) && doesOverlap(pass.threshold, one.threshold),
    )
    if (!fire) return []
    const message = `"${shown(pass)}" passes values that "${shown(fire)}" on line ${fire.line} rolls back on`
    return [
      {
        source: { start: pass.line, end: pass.line },
        message,
        hint: 'let the trigger begin where passing ends, or beyond',
      },
    ]
  })
}

function doesOverlap(pass: Threshold, fire: Threshold): boolean {
  if (!differs(pass.value, fire.value)) return false
  return (
    (isLower(pass) && isUpper(fire) && fire.value < pass.value) ||
    (isUpper(pass) && isLower(fire) && fire.value > pass.value)
  )
}

/** Two numbers in the list for the whole rollout, and a phase's own that is laxer than one that is always armed. */
function amongTriggers({ phases, triggers = [] }: PlanDraft): Finding[] {
  const byKind = Map.groupBy(acting(triggers), ({ action, group }) => `${action} ${group ?? ''}`)
  const global = [...byKind.values()].flatMap((list) => unlike(placed(list), 'fires'))
  const laxer = phases.flatMap((phase) =>
    acting(phase.triggers).flatMap((own) => {
      const rivals = placed(reaching(phase, acting(triggers)).filter(({ action }) => action === own.action))
      return placed([own]).flatMap((one) => {
        const rival = rivals.find((other) => isUnlike(one, other) && isLaxer(one.threshold, other.threshold))
        if (!rival) return []
        const message = `"${shown(one)}" never decides: "${shown(rival)}" on line ${rival.line} holds for the whole rollout and fires earlier`
        return [{ source: { start: one.line, end: one.line }, message, hint }]
      })
    }),
  )
  return [...global, ...laxer]
}

const isLaxer = (a: Threshold, b: Threshold): boolean => (isUpper(a) ? a.value > b.value : a.value < b.value)

/** "Any gate fails: roll back at once" beside a trigger that waits for the same gates to be breached for a while. */
function anyGate(draft: PlanDraft): Finding[] {
  const rule =
    /\bany\b.{0,25}\b(?:gates?|criteri(?:on|a)|slos?|checks?)\b.{0,25}\b(?:fails?|failed|breach(?:es|ed)?|miss(?:es|ed)?|not met)\b.{0,60}\broll(?:s|ed)? ?-?back/i
  const atOnce = textsOf(draft).find(({ text }) => rule.test(text) && /immediate|at once|instant/i.test(text))
  if (!atOnce) return []
  const triggers = [...draft.phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  const waits = triggers.find(({ text }) => /\b(?:gates?|criteria|slos?)\b.{0,30}\bfor\b.{0,15}\d/i.test(text))
  if (!waits) return []
  const message = `line ${atOnce.line} rolls back as soon as any gate fails, while "${waits.text}" waits`
  return [{ source: firstLine(waits.source), message, hint: 'say once how long a gate has to be breached' }]
}

const shown = ({ threshold }: Placed): string => formatCondition(threshold.condition)
