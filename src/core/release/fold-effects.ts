/** What requested and settled effects leave in the state: desired shares at the request, observed shares at the readback. */
import { serviceOf } from '../plan/plan.ts'
import { serviceShares } from '../plan/service.ts'
import type { Effect, EffectOutcome } from './effect.ts'
import { artefactIn, effectById, purposeKey, sameShares } from './effects.ts'
import type { Purpose } from './events.ts'
import type { Shares } from './evidence.ts'
import type { Fold } from './fold.ts'
import { addRun, countRun } from './fold-gates.ts'
import { type EffectState, type Release, type ServiceState, serviceState } from './release.ts'

export const foldEffects: { EffectRequested: Fold<'EffectRequested'>; EffectSettled: Fold<'EffectSettled'> } = {
  EffectRequested: (before, { effectId, effect, purpose, attempt }, { elapsedMs, position }) => ({
    effects: {
      ...before.effects,
      [purposeKey(purpose)]: {
        effectId,
        effect,
        purpose,
        attempt,
        fence: position,
        requestedMs: elapsedMs,
        settled: null,
      },
    },
    effectCount: before.effectCount + 1,
    ...countRun(before, purpose),
    ...asked(before, purpose, effect),
  }),
  EffectSettled: (before, { effectId, outcome }, { elapsedMs }) => {
    const state = effectById(before, effectId)
    // An attempt that was given up for a newer one says nothing any more.
    if (!state) return {}
    const effects = {
      ...before.effects,
      [purposeKey(state.purpose)]: { ...state, settled: { atMs: elapsedMs, outcome } },
    }
    const after = { ...before, effects }
    return {
      effects,
      ...readBack(after, state, outcome, elapsedMs),
      ...addRun(before, state, outcome, elapsedMs),
      ...firstArtefact(before, state, outcome),
    }
  },
}

/** The service whose users a call moves. */
function movedService(purpose: Purpose): string | undefined {
  if (purpose.kind === 'stage') return purpose.service
  return purpose.kind === 'rollback' && purpose.part === 'shares' ? purpose.service : undefined
}

function asked(before: Release, purpose: Purpose, effect: Effect): Partial<Release> {
  const name = movedService(purpose)
  const desired = name === undefined ? undefined : sharesIn(before, name, effect)
  if (name === undefined || !desired) return {}
  const state = serviceState(before, name)
  const askedStageId = purpose.kind === 'stage' ? purpose.stageId : state.askedStageId
  return withService(before, name, { ...state, askedStageId, shares: { ...state.shares, desired } })
}

function readBack(
  before: Release,
  { purpose }: EffectState,
  outcome: EffectOutcome,
  elapsedMs: number,
): Partial<Release> {
  const name = movedService(purpose)
  const observed = name === undefined || !outcome.ok ? undefined : sharesIn(before, name, outcome.value)
  if (name === undefined || !observed) return {}
  const state = serviceState(before, name)
  const after = { ...state, shares: { ...state.shares, observed, observedMs: elapsedMs } }
  const { rollback } = state
  const isAsAsked = sameShares(observed, state.shares.desired)
  if (purpose.kind === 'rollback' && rollback?.readBackMs === null && isAsAsked)
    return withService(before, name, { ...after, rollback: { ...rollback, readBackMs: elapsedMs } })
  if (purpose.kind !== 'stage' || rollback == null || rollback.readBackMs === null || isAsAsked)
    return withService(before, name, after)
  // An older write landed after share 0 was read back: users are at the candidate again, and share 0 is asked for once more.
  const { [purposeKey({ kind: 'rollback', service: name, part: 'shares' })]: _undone, ...effects } = before.effects
  const notBack = { ...after, rollback: { ...rollback, readBackMs: null, quietMs: null } }
  return { ...withService(before, name, notBack), effects }
}

/** The first target that runs a version says which artefact it is: what is tried there is what goes on. */
function firstArtefact({ artefacts }: Release, { effect }: EffectState, outcome: EffectOutcome): Partial<Release> {
  if (effect.kind !== 'deploy' || !outcome.ok || outcome.value.kind !== 'deploy') return {}
  const digest = artefactIn(outcome.value.versions, effect.version)
  if (digest === undefined || artefacts[effect.version] !== undefined) return {}
  return { artefacts: { ...artefacts, [effect.version]: digest } }
}

/** What a call asks for or brings back, as shares of the service's two versions. */
function sharesIn(
  { plan }: Release,
  name: string,
  call: Effect | Extract<EffectOutcome, { ok: true }>['value'],
): Shares | undefined {
  if (call.kind === 'setShares') return call.shares
  return call.kind === 'setFlag' ? serviceShares(serviceOf(plan, name), call.setting.percent) : undefined
}

export const withService = (before: Release, name: string, state: ServiceState): Pick<Release, 'services'> => ({
  services: { ...before.services, [name]: state },
})
