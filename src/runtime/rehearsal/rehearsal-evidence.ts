/** What a rehearsal is to a gate: passed when the plan ends safe in every scenario and nothing shows a weakness. */
import { formatDuration } from '../../core/plan/duration.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { explore } from './explore.ts'
import { describeFault } from './fault.ts'
import { rehearsedWeaknesses } from './rehearsed-weaknesses.ts'
import { rehearsalOf } from './setting.ts'

/** Distinct scenarios to reach, and the problems that are told one by one. */
const scenarios = 1_000
const told = 20

/** The same plan at the same time gives the same evidence. A rehearsal that the plan demands is not rehearsed in turn: it passes. */
export function evidenceOf(plan: Plan, startWallMs: number): CheckEvidence {
  const exploration = explore(rehearsalOf(plan, startWallMs), { seed: 1, scenarios })
  const weaknesses = rehearsedWeaknesses(plan, exploration)
  const { unsafe, rollbackMs } = exploration
  const worst = rollbackMs.at(-1)
  const rollback =
    worst === undefined
      ? ''
      : `; share 0 after ${formatDuration(worst)} at worst, ${formatDuration(plan.rollback.deadlineMs)} allowed`
  const problems = [
    ...unsafe.map((run) => `${run.problems[0]}: ${run.faults.map(describeFault).join(' and ')}`),
    ...weaknesses.map(({ code, message }) => `${code}: ${message}`),
  ]
  return {
    verdict: problems.length === 0 ? 'passed' : 'failed',
    summary: `${exploration.scenarios} scenarios, ${unsafe.length} unsafe, ${weaknesses.length} weak${rollback}`,
    details: problems.slice(0, told),
  }
}
