/** Questions about effects: what was asked for a purpose, how it went, what is still to be done. */
import { type Effect, effectLimits } from './effect.ts'
import type { Purpose } from './events.ts'
import type { Shares } from './evidence.ts'
import { type DriverError, isTransient } from './outcome.ts'
import type { EffectState, Release } from './release.ts'

/** Equal within what any router resolves: a thousandth of a percent. */
export function sameShares(a: Shares | null, b: Shares | null): boolean {
  if (a === null || b === null) return false
  const versions = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...versions].every((version) => Math.abs((a[version] ?? 0) - (b[version] ?? 0)) < 0.001)
}

export function samePurpose(a: Purpose, b: Purpose): boolean {
  if (a.kind === 'step' && b.kind === 'step') return a.phaseId === b.phaseId && a.stepId === b.stepId
  if (a.kind === 'stage' && b.kind === 'stage') return a.stageId === b.stageId
  if (a.kind === 'requirement' && b.kind === 'requirement')
    return a.phaseId === b.phaseId && a.requirementId === b.requirementId
  if (a.kind === 'notice' && b.kind === 'notice') return a.about === b.about
  return a.kind === 'rollback' && b.kind === 'rollback'
}

/** The last attempt made for a purpose since `sinceMs`. */
export function lastAttempt(release: Release, purpose: Purpose, sinceMs = 0): EffectState | undefined {
  return Object.values(release.effects).findLast(
    (state) => state.requestedMs >= sinceMs && samePurpose(state.purpose, purpose),
  )
}

/** Effects requested and not settled: what the runtime must perform, in the order they were asked for. */
export const pendingEffects = (release: Release): EffectState[] =>
  Object.values(release.effects).filter((state) => state.settled === null)

/** Where an effect stands: `failed` is final, `retry` says from when on. */
export type Progress =
  | { state: 'none' }
  | { state: 'running' }
  | { state: 'done'; effect: EffectState }
  | { state: 'retry'; atMs: number; attempt: number; error: DriverError }
  | { state: 'failed'; error: DriverError }

/** Tries to reach share 0 before the engine leaves it to the person it paged; with the longest backoff this is eight minutes. */
const rollbackAttempts = 100

/** How the effect for a purpose stands. A rollback counts from its trigger on, and tries again whatever the error was. */
export function progressOf(release: Release, purpose: Purpose): Progress {
  const goingBack = purpose.kind === 'rollback'
  const last = lastAttempt(release, purpose, goingBack ? release.rollback?.triggeredMs : 0)
  if (!last) return { state: 'none' }
  if (!last.settled) return { state: 'running' }
  const problem = problemOf(last)
  if (!problem) return { state: 'done', effect: last }
  const limits = effectLimits[last.effect.kind]
  const attempts = goingBack ? rollbackAttempts : limits.attempts
  if (!(problem.retry || goingBack) || last.attempt >= attempts) return { state: 'failed', error: problem.error }
  const waitMs = Math.min(limits.backoffMs * 2 ** (last.attempt - 1), maximumBackoffMs)
  return { state: 'retry', atMs: last.settled.atMs + waitMs, attempt: last.attempt + 1, error: problem.error }
}

export const maximumBackoffMs = 5_000

/** What is wrong with a settled effect, judged against what was asked: an error, a readback that differs, a check or command that failed. */
function problemOf({ effect, settled }: EffectState): { error: DriverError; retry: boolean } | undefined {
  if (!settled) return undefined
  if (!settled.outcome.ok) return { error: settled.outcome.error, retry: isTransient(settled.outcome.error) }
  return mismatch(effect, settled.outcome.value)
}

type Value = Extract<NonNullable<EffectState['settled']>['outcome'], { ok: true }>['value']

function mismatch(effect: Effect, value: Value): { error: DriverError; retry: boolean } | undefined {
  const rejected = (message: string, retry: boolean) => ({ error: { code: 'rejected' as const, message }, retry })
  if (effect.kind !== value.kind) return rejected(`asked for ${effect.kind}, was answered ${value.kind}`, false)
  if (effect.kind === 'setShares' && value.kind === 'setShares' && !sameShares(effect.shares, value.shares)) {
    return rejected(`shares read back as ${formatShares(value.shares)}, asked for ${formatShares(effect.shares)}`, true)
  }
  if (effect.kind === 'deploy' && value.kind === 'deploy') {
    const healthy = value.versions.running.some(({ version, healthy }) => version === effect.version && healthy)
    if (!healthy) return rejected(`${effect.version} is not healthy at ${effect.target}`, true)
  }
  if (value.kind === 'runCheck' && value.evidence.verdict !== 'passed') return rejected(value.evidence.summary, true)
  if (value.kind === 'runCommand' && value.result.exitCode !== 0) {
    return rejected(`exit code ${value.result.exitCode}: ${value.result.output.trim().split('\n').at(-1) ?? ''}`, false)
  }
  return undefined
}

/** `v0.0.9 90 %, v0.1.0 10 %` */
export const formatShares = (shares: Shares): string =>
  Object.entries(shares)
    .map(([version, percent]) => `${version} ${percent} %`)
    .join(', ')
