/** Rule: the last stage has nothing that passes it or rolls it back. */
import type { DraftPhase, PlanDraft } from '../draft.ts'
import { firstLine, type LintRule } from './rule.ts'

export const finalStageUngated: LintRule = {
  id: 'FINAL_STAGE_UNGATED',
  severity: 'warning',
  summary: 'the last stage has neither a measured exit criterion nor a trigger of its own',
  why: 'The last stage is where everybody is exposed. "No grave defects heard of" says only that nobody complained.',
  instead: 'Give the stage a number that passes it, or one that rolls it back: "Order errors < 1%".',
  check: (draft) => {
    const last = lastStage(draft)
    if (!last || isGated(last, draft)) return []
    const message = `the last stage, "${last.name}", has neither a measurable exit criterion nor a trigger of its own`
    return [{ source: firstLine(last.source), message, hint: 'add a criterion with a number, or a rollback trigger' }]
  },
  examples: {
    finds: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n\n## Success metrics\n- Order errors < 1%',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Success criteria:**\n- Everything looks calm\n- No grave defects heard of',
      '## Phase 1: Pilot shops\n\n## Phase 2: General availability\n- Open to all',
      '## Phase 1: Pilot shops\n**Success criteria:**\n- Order errors < 1%\n\n## Phase 2: Full rollout\n**Go/no-go:**\n- Phase 1 went well',
      '## Phase 1: Pilot (10%)\n**Success criteria:**\n- Order errors < 1%\n\n## Phase 2: Everyone (100%)\n\n## Halt rules\n- Order errors > 5%',
    ],
    accepts: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Success criteria:**\n- Order errors < 1%',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Rollback trigger:**\n- Payment provider unreachable',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n\n## Halt rules\n- Order errors > 5%',
      '## Phase 1: Backup\n\n## Phase 2: Switch DNS',
      '## Phase 1: Pilot (10%)\n**Success criteria:**\n- Order errors < 1%\n\n## Phase 2: Everyone (100%)\n**Success criteria:**\n- Same as phase 1',
    ],
  },
}

/** What comes after everybody has it is no stage: looking back, handing over, tidying up. */
const afterwards =
  /\bpost\b|\bafter\b|\bhand-?over\b|\bmonitor|\bstabili[sz]|\bclean-?up\b|\bretrospective\b|\bdecommission|\bfollow-?up/i
/** Names of stages that stand for a share of the users though no number says which. */
const audience =
  /\b(?:pilot\w*|canary|alpha|beta|dogfood\w*|general availability|ga|early adopters?|limited|\w*roll-?out|soft launch|full launch|everyone|all users)\b|^(?:wave|ring|vague|cohort)\b/i

const hasShare = ({ percent, stages }: DraftPhase): boolean => percent !== undefined || stages.length > 0

/** Of a ladder its last rung; without shares the last phase that lets more people in. */
function lastStage({ phases }: PlanDraft): DraftPhase | undefined {
  const shared = phases.findLast(hasShare)
  const stages = phases.filter(({ name }) => !afterwards.test(name))
  const last = stages.at(-1)
  if (!shared) return stages.filter(({ name }) => audience.test(name)).length >= 2 ? last : undefined
  // "Phase 4: Full launch" after "Phase 3: 20%" is a rung too, though it states no number.
  return last && phases.indexOf(last) > phases.indexOf(shared) && audience.test(last.name) ? last : shared
}

/** "Same as in phase 2": its numbers hold here too. */
const again = /^\W*(?:the )?(?:same|identical|mesm[oa]s?|idem|m[eê]mes?|identiques?)(?!\p{L})/iu

function isGated(last: DraftPhase, { phases, successMetrics, triggers = [] }: PlanDraft): boolean {
  const hasOwn = ({ triggers: own, criteria }: DraftPhase) =>
    own.length > 0 || criteria.some(({ form }) => form === 'numeric')
  const later = phases.slice(phases.indexOf(last))
  if (later.some(hasOwn)) return true
  const earlier = phases.slice(0, phases.indexOf(last))
  if (last.criteria.some(({ text }) => again.test(text)) && earlier.some(hasOwn)) return true
  if (!phases.some(hasShare)) return !earlier.some(hasOwn) && later.some(({ criteria }) => criteria.length > 0)
  // A ladder told in passing belongs to the numbered phases around it, and to their gates.
  if (
    last.ordinal === undefined &&
    phases.some(({ ordinal, criteria }) => ordinal !== undefined && criteria.length > 0)
  )
    return true
  if (phases.filter(hasShare).some(hasOwn)) return false
  // Where no stage has any of its own, triggers for the whole rollout are those of every stage. Metrics for afterwards gate none.
  if (triggers.some(({ action, condition }) => action !== 'notify' && condition !== undefined)) return true
  return last.ordinal === undefined && successMetrics.some(({ condition }) => condition !== undefined)
}
