/** What requested and settled effects leave in the state: desired shares at the request, observed shares at the readback. */
import { sameShares } from './effects.ts'
import type { Fold } from './fold.ts'

export const foldEffects: { EffectRequested: Fold<'EffectRequested'>; EffectSettled: Fold<'EffectSettled'> } = {
  EffectRequested: (before, { effectId, effect, purpose, attempt }, { elapsedMs, position }) => ({
    effects: {
      ...before.effects,
      [effectId]: { effectId, effect, purpose, attempt, fence: position, requestedMs: elapsedMs, settled: null },
    },
    ...(effect.kind === 'setShares' ? { shares: { ...before.shares, desired: effect.shares } } : {}),
  }),
  EffectSettled: (before, { effectId, outcome }, { elapsedMs }) => {
    const state = before.effects[effectId]
    if (!state) throw new Error(`effect ${effectId} was never requested`)
    const effects = { ...before.effects, [effectId]: { ...state, settled: { atMs: elapsedMs, outcome } } }
    if (!outcome.ok || outcome.value.kind !== 'setShares') return { effects }
    const { shares } = outcome.value
    const zeroed =
      before.rollback?.readBackMs === null &&
      state.purpose.kind === 'rollback' &&
      sameShares(shares, before.shares.desired)
    return {
      effects,
      shares: { ...before.shares, observed: shares, observedMs: elapsedMs },
      ...(zeroed && before.rollback ? { rollback: { ...before.rollback, readBackMs: elapsedMs } } : {}),
    }
  },
}
