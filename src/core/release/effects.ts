/** Questions about effects: what was asked for a purpose, how it went, what is still to be done. */
import { type Effect, effectLimits } from './effect.ts'
import type { Purpose } from './events.ts'
import type { FlagSetting, RunningVersions, Shares } from './evidence.ts'
import { type DriverError, isTransient } from './outcome.ts'
import type { EffectState, Release } from './release.ts'

/** Equal within what any router resolves: a thousandth of a percent. */
export function sameShares(a: Shares | null, b: Shares | null): boolean {
  if (a === null || b === null) return false
  const versions = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...versions].every((version) => Math.abs((a[version] ?? 0) - (b[version] ?? 0)) < 0.001)
}

/** One purpose, one key: the last attempt for it is what counts. */
export function purposeKey(purpose: Purpose): string {
  switch (purpose.kind) {
    case 'step':
      return `step ${purpose.stepId}${purpose.part === undefined ? '' : ` ${purpose.part}`}`
    case 'stage':
      return `stage ${purpose.stageId}`
    case 'gate':
      return `gate ${purpose.gateId}`
    case 'trigger':
      return `trigger ${purpose.triggerId}`
    case 'rollback':
      return `rollback ${purpose.service} ${purpose.part}`
    case 'rollbackStep':
      return `rollbackStep ${purpose.stepId}`
    case 'notice':
      return `notice ${purpose.about}`
  }
}

/** The last attempt made for a purpose; what an earlier run of a check or an earlier breach asked for is not it. */
export function lastAttempt(release: Release, purpose: Purpose): EffectState | undefined {
  const state = release.effects[purposeKey(purpose)]
  if (purpose.kind === 'gate' && state?.purpose.kind === 'gate' && state.purpose.run !== purpose.run) return undefined
  if (purpose.kind === 'trigger' && state?.purpose.kind === 'trigger' && state.purpose.episode !== purpose.episode)
    return undefined
  return state
}

/** Effects requested and not settled: what the runtime must perform, in the order they were asked for. */
export const pendingEffects = (release: Release): EffectState[] =>
  Object.values(release.effects)
    .filter((state) => state.settled === null)
    .sort((a, b) => a.requestedMs - b.requestedMs || a.fence - b.fence)

/** Once something goes back, what raised its share or served a phase that stopped is no longer wanted: whoever performs it stops. */
export function isAbandoned(release: Release, { purpose }: EffectState): boolean {
  if (!release.rollback) return false
  switch (purpose.kind) {
    case 'step':
    case 'gate':
      return release.phases[purpose.phaseId]?.status === 'stopped'
    case 'stage':
      return release.services[purpose.service]?.rollback != null
    case 'trigger':
      return release.rollback.isWhole
    default:
      return false
  }
}

/** Writes under way that raise a share of what goes back: they are told to stop, and may land after share 0 all the same. */
export const lateWrites = (release: Release): EffectState[] =>
  pendingEffects(release).filter((state) => state.purpose.kind === 'stage' && isAbandoned(release, state))

/** The effect with this id, if it is the last attempt for its purpose. */
export const effectById = (release: Release, effectId: string): EffectState | undefined =>
  Object.values(release.effects).find((state) => state.effectId === effectId)

/** Where an effect stands: `failed` is final, `retry` says from when on. */
export type Progress =
  | { state: 'none' }
  | { state: 'running' }
  | { state: 'done'; effect: EffectState }
  | { state: 'retry'; atMs: number; attempt: number; error: DriverError }
  | { state: 'failed'; error: DriverError }

/** Tries to reach share 0 before the engine leaves it to the person it paged; with the longest backoff this is eight minutes. */
const rollbackAttempts = 100

/** How the effect for a purpose stands. */
export function progressOf(release: Release, purpose: Purpose): Progress {
  const last = lastAttempt(release, purpose)
  return last ? progressOfAttempt(release, last) : { state: 'none' }
}

/** How the last attempt for its purpose stands. Going back is tried again whatever the error was. */
export function progressOfAttempt(release: Release, last: EffectState): Progress {
  if (!last.settled) return { state: 'running' }
  const problem = problemOf(release, last)
  if (!problem) return { state: 'done', effect: last }
  const goingBack = last.purpose.kind === 'rollback'
  const limits = effectLimits[last.effect.kind]
  const attempts = goingBack ? rollbackAttempts : limits.attempts
  if (!(problem.retry || goingBack) || last.attempt >= attempts) return { state: 'failed', error: problem.error }
  const waitMs = Math.min(limits.backoffMs * 2 ** (last.attempt - 1), maximumBackoffMs)
  return { state: 'retry', atMs: last.settled.atMs + waitMs, attempt: last.attempt + 1, error: problem.error }
}

export const maximumBackoffMs = 5_000

/** What is wrong with a settled effect, judged against what was asked: an error, a readback that differs, a check or command that failed. */
function problemOf(
  release: Release,
  { effect, purpose, settled }: EffectState,
): { error: DriverError; retry: boolean } | undefined {
  if (!settled) return undefined
  if (!settled.outcome.ok) return { error: settled.outcome.error, retry: isTransient(settled.outcome.error) }
  // A gate weighs its evidence itself: a check that is pending or failed was still run.
  if (purpose.kind === 'gate' && settled.outcome.value.kind === 'runCheck') return undefined
  return mismatch(release, effect, settled.outcome.value)
}

type Value = Extract<NonNullable<EffectState['settled']>['outcome'], { ok: true }>['value']

function mismatch(
  { artefacts }: Release,
  effect: Effect,
  value: Value,
): { error: DriverError; retry: boolean } | undefined {
  const rejected = (message: string, retry: boolean) => ({ error: { code: 'rejected' as const, message }, retry })
  if (effect.kind !== value.kind) return rejected(`asked for ${effect.kind}, was answered ${value.kind}`, false)
  if (effect.kind === 'setShares' && value.kind === 'setShares' && !sameShares(effect.shares, value.shares)) {
    return rejected(`shares read back as ${formatShares(value.shares)}, asked for ${formatShares(effect.shares)}`, true)
  }
  if (effect.kind === 'setFlag' && value.kind === 'setFlag' && !sameSetting(effect.setting, value.setting)) {
    const [seen, asked] = [formatSetting(value.setting), formatSetting(effect.setting)]
    return rejected(`${effect.flag} read back at ${seen}, asked for ${asked}`, true)
  }
  if (effect.kind === 'deploy' && value.kind === 'deploy') {
    const healthy = value.versions.running.some(({ version, healthy }) => version === effect.version && healthy)
    if (!healthy) return rejected(`${effect.version} is not healthy at ${effect.target}`, true)
    const digest = artefactIn(value.versions, effect.version)
    const tried = artefacts[effect.version]
    if (digest !== undefined && tried !== undefined && digest !== tried)
      return rejected(
        `${effect.target} runs another artefact as ${effect.version} (${digest}) than was tried (${tried})`,
        false,
      )
  }
  if (value.kind === 'runCheck' && value.evidence.verdict !== 'passed') return rejected(value.evidence.summary, true)
  if (value.kind === 'runCommand' && value.result.exitCode !== 0) {
    return rejected(`exit code ${value.result.exitCode}: ${value.result.output.trim().split('\n').at(-1) ?? ''}`, false)
  }
  return undefined
}

/** Digest of the artefact that a target runs as this version, where it says so. */
export const artefactIn = ({ running }: RunningVersions, version: string): string | undefined =>
  running.find((one) => one.version === version)?.artefactDigest

/** `v0.0.9 90 %, v0.1.0 10 %` */
export const formatShares = (shares: Shares): string =>
  Object.entries(shares)
    .map(([version, percent]) => `${version} ${percent} %`)
    .join(', ')

function sameSetting(asked: FlagSetting, seen: FlagSetting): boolean {
  const [wanted, held] = [new Set(asked.cohorts), new Set(seen.cohorts)]
  return asked.percent === seen.percent && wanted.size === held.size && [...wanted].every((name) => held.has(name))
}

/** `10 %, and all of internal` */
export const formatSetting = ({ percent, cohorts = [] }: FlagSetting): string =>
  cohorts.length === 0 ? `${percent} %` : `${percent} %, and all of ${cohorts.join(', ')}`
