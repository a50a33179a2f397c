/** What gates gather: since when they are waited for, the runs of their checks, who passed over them. */
import type { EffectOutcome } from './effect.ts'
import type { Purpose } from './events.ts'
import type { Fold } from './fold.ts'
import type { EffectState, GateState, Release } from './release.ts'

/** More runs of a check than any gate looks back on. */
const maximumRuns = 1_000

export const foldGates: {
  GateReached: Fold<'GateReached'>
  GateReminded: Fold<'GateReminded'>
  GateDeadlineMissed: Fold<'GateDeadlineMissed'>
  GateBypassed: Fold<'GateBypassed'>
  GateReassigned: Fold<'GateReassigned'>
  WebhookReceived: Fold<'WebhookReceived'>
} = {
  GateReached: (before, { gateId }, { elapsedMs }) =>
    withGate(before, gateId, { openedMs: elapsedMs, triedMs: elapsedMs, missedMs: null, remindedMs: null }),
  GateReminded: (before, { gateId }, { elapsedMs }) => withGate(before, gateId, { remindedMs: elapsedMs }),
  GateDeadlineMissed: (before, { gateId }, { elapsedMs }) => withGate(before, gateId, { missedMs: elapsedMs }),
  GateBypassed: (before, { gateId, reason }, { actor, elapsedMs }) =>
    withGate(before, gateId, { bypass: { by: actor, reason, atMs: elapsedMs } }),
  GateReassigned: (before, { gateId, role }) => withGate(before, gateId, { role }),
  WebhookReceived: (before, { gateId, evidence }, { elapsedMs }) =>
    withGate(before, gateId, {
      runs: [...(before.gates[gateId]?.runs ?? []), { atMs: elapsedMs, evidence }].slice(-maximumRuns),
    }),
}

/** The result of a gate's check, once its call has settled with one. */
export function addRun(
  before: Release,
  { purpose }: EffectState,
  outcome: EffectOutcome,
  atMs: number,
): Partial<Release> {
  if (purpose.kind !== 'gate' || !outcome.ok || outcome.value.kind !== 'runCheck') return {}
  const { evidence } = outcome.value
  const runs = [...(before.gates[purpose.gateId]?.runs ?? []), { atMs, evidence }].slice(-maximumRuns)
  return withGate(before, purpose.gateId, { runs, runsDone: purpose.run })
}

/** A run of a gate's check was asked for. */
export const countRun = (before: Release, purpose: Purpose): Partial<Release> =>
  purpose.kind === 'gate' ? withGate(before, purpose.gateId, { run: purpose.run }) : {}

function withGate(before: Release, gateId: string, change: Partial<GateState>): Pick<Release, 'gates'> {
  const gate = before.gates[gateId] ?? neverReached
  return { gates: { ...before.gates, [gateId]: { ...gate, ...change } } }
}

const neverReached: GateState = {
  openedMs: 0,
  runs: [],
  run: 0,
  runsDone: 0,
  triedMs: 0,
  bypass: null,
  role: null,
  missedMs: null,
  remindedMs: null,
}
