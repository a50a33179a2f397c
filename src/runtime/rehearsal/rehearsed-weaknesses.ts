/** What a rehearsal shows of a plan that nobody sees by reading it: where the good path stops, and triggers that stay silent. */
import type { Weakness } from '../../core/plan/bind/imagine/weakness.ts'
import { findRung, type Plan } from '../../core/plan/plan.ts'
import { openGates } from '../../core/release/open-gates.ts'
import type { GoodRun } from './assess.ts'
import type { Exploration } from './explore.ts'

export function rehearsedWeaknesses(plan: Plan, { good, silent }: Exploration): Weakness[] {
  return [...whereItStops(plan, good), ...silentTriggers(plan, silent)]
}

/** With healthy numbers, working drivers and people who answer, a release gets to its end; where it does not, no other one will. */
function whereItStops(plan: Plan, { release, firstHold, now }: GoodRun): Weakness[] {
  if (release.ended?.status === 'Succeeded') return []
  if (firstHold) return [heldFor(plan, firstHold)]
  return openGates(release, now).map(({ gate }) => ({
    code: 'GATE_NEVER_OPENS' as const,
    source: gate.source,
    message: `"${gate.text}" does not open, even when everything is well`,
    hint: 'look at what it waits for: its window, its evidence, the people of its role',
  }))
}

function heldFor(plan: Plan, { about, reason }: { about: string; reason: string }): Weakness {
  const [kind, ...words] = about.split(' ')
  const id = words.join(' ')
  const rung = findRung(plan, id)
  if (rung)
    return {
      code: 'STAGE_NEVER_LEFT',
      source: rung.stage.source,
      message: `${rung.phase.name}, ${rung.stage.name} is held even when everything is well: ${reason}`,
      hint: 'its criteria contradict each other, a trigger, or what its metric can show',
    }
  const statements = plan.phases.flatMap(({ entry, steps, exit }) => [...entry, ...steps, ...exit])
  return {
    code: kind === 'gate' ? 'GATE_NEVER_OPENS' : 'STEP_NEVER_DONE',
    source: statements.find((one) => one.id === id)?.source ?? { start: 1, end: 1 },
    message: `${about} is held even when everything is well: ${reason}`,
    hint: 'look at what it is bound to',
  }
}

function silentTriggers(plan: Plan, silent: Exploration['silent']): Weakness[] {
  const byTrigger = Map.groupBy(silent, ({ triggerId }) => triggerId)
  return [...byTrigger].flatMap(([triggerId, places]) => {
    const rungs = places.flatMap(({ stageId }) => findRung(plan, stageId) ?? [])
    const trigger = rungs.flatMap(({ stage }) => stage.triggers).find(({ id }) => id === triggerId)
    if (!trigger) return []
    const stages = [...new Set(rungs.map(({ stage }) => stage.name))].join(', ')
    return [
      {
        code: 'TRIGGER_NEVER_FIRES' as const,
        source: trigger.source,
        message: `"${trigger.text}" does nothing when it is breached (${stages})`,
        hint: 'its metric cannot show such a value, or another statement of the stage hides it',
      },
    ]
  })
}
