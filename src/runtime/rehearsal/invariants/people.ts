/** What people are told and asked: holds, pauses, triggers that act, notices (7, 9). */

import type { Release } from '../../../core/release/release.ts'
import { at, every, firstOf, type Invariant } from './invariant.ts'
import { indexOf } from './plan-index.ts'
import { hasPassed, isGoingBack, verdictOf } from './state.ts'

/** Is there what a hold is about, and is it still open? */
function isHoldable(release: Release, about: string): boolean {
  const { plan, phases } = release
  const { stages, gates, steps, triggerIds } = indexOf(plan)
  const separator = about.indexOf(' ')
  const id = about.slice(separator + 1)
  const isOpen = (phaseId: string): boolean => phases[phaseId]?.status === 'active'
  switch (about.slice(0, separator)) {
    case 'stage':
      return stages.has(id) && !hasPassed(release, id)
    case 'gate':
      return isOpen(gates.get(id)?.phase.id ?? '')
    case 'step': {
      const phaseId = steps.get(id)?.phase.id ?? ''
      return isOpen(phaseId) && phases[phaseId]?.steps[id]?.completedMs == null
    }
    case 'trigger':
      return triggerIds.has(id)
    default:
      return false
  }
}

export const peopleInvariants: Invariant[] = [
  at(
    'ReleaseHeld',
    '13 a hold names something that exists, once, and who decides',
    ({ about, ask }, { before, after }) =>
      firstOf(
        !isHoldable(before, about) && `${about} is nothing that could be held`,
        before.holds.some((hold) => hold.about === about) && `${about} is held already`,
        ask === '' && 'nobody is asked',
        !after.holds.some((hold) => hold.about === about) && `the hold of ${about} was lost`,
        before.ended && 'it is over',
      ),
  ),
  at('HoldCleared', '13 what is cleared was held', ({ about }, { before, after }) =>
    firstOf(
      !before.holds.some((hold) => hold.about === about) && `${about} was not held`,
      after.holds.some((hold) => hold.about === about) && `${about} is still held`,
    ),
  ),
  at(
    ['PhaseCompleted', 'PhaseStarted', 'StageEntered', 'StagePassed', 'StepStarted', 'StepSkipped'],
    '13 nothing stays held that is over',
    (_event, { after }) => {
      const over = after.holds.find(({ about }) => !isHoldable(after, about))
      return over ? `${over.about} is over and still held` : null
    },
  ),
  at('ReleasePaused', '7 a release is paused once, and never on its way back', (_event, { before }) =>
    firstOf(
      before.pause && 'it is paused already',
      before.ended && 'it is over',
      isGoingBack(before) && 'it goes back',
    ),
  ),
  at(
    'TriggerActed',
    '6 a trigger acts once each time it is breached',
    ({ service, triggerId, action, episode }, { before, after }) => {
      const exposure = before.services[service]?.exposure
      const trigger =
        exposure &&
        indexOf(before.plan)
          .stages.get(exposure.stageId)
          ?.stage.triggers.find(({ id }) => id === triggerId)
      const verdict = verdictOf(before, service, triggerId)
      return firstOf(
        trigger?.action !== action && trigger?.action.kind !== action.kind && `${triggerId} does something else`,
        exposure?.acting.includes(triggerId) && `${triggerId} acts already`,
        episode !== (before.episodes[triggerId] ?? 0) + 1 && `episode ${episode} of ${triggerId} is not the next`,
        verdict !== 'Failed' && `${triggerId} acted on ${verdict}`,
        (exposure?.streaks[triggerId] ?? 0) < before.plan.judging.breachLooks && `${triggerId} acted too early`,
        !after.services[service]?.exposure?.acting.includes(triggerId) && `${triggerId} acted and nobody remembers`,
      )
    },
  ),
  at('TriggerCleared', '6 a trigger is clear after enough clear looks', ({ service, triggerId }, { before }) => {
    const exposure = before.services[service]?.exposure
    return firstOf(
      !exposure?.acting.includes(triggerId) && `${triggerId} did not act`,
      (exposure?.streaks[triggerId] ?? 0) > -before.plan.judging.clearLooks && `${triggerId} is not clear yet`,
    )
  }),
  at('EffectRequested', '7 each notice goes out once', ({ purpose, attempt }, { before }) =>
    purpose.kind === 'notice' && attempt === 1 && before.effects[`notice ${purpose.about}`]
      ? `"${purpose.about}" was told already`
      : null,
  ),
  at('EffectRequested', '7 a notice tells of what is so', ({ purpose, attempt }, { before }) => {
    if (purpose.kind !== 'notice' || attempt > 1 || !purpose.about.startsWith('held at ')) return null
    const isSo = before.holds.some(({ about, sinceMs }) => purpose.about === `held at ${sinceMs}, ${about}`)
    return isSo ? null : `"${purpose.about}" is told and is not so`
  }),
  every('7 a hold is never forgotten', (event, { before, after }) => {
    if (before.holds.length <= after.holds.length) return null
    const clears =
      ['HoldCleared', 'RetryOrdered', 'TriggerFired', 'StagePassed', 'StepSkipped'].includes(event.type) ||
      after.ended !== null
    return clears ? null : `${event.type} cleared a hold`
  }),
]
