/** What a call asks for and brings back, worked out from the plan anew: the invariants' own word on whether it was done. */
import type { Plan } from '../../../core/plan/plan.ts'
import type { CatalogueCall, Step } from '../../../core/plan/step.ts'
import type { Effect, EffectOutcome } from '../../../core/release/effect.ts'
import type { Purpose } from '../../../core/release/events.ts'
import type { EffectState, Release } from '../../../core/release/release.ts'

/** Tries of each kind of call before the engine gives up, and the wait after the first; a way back is tried a hundred times. */
export const tries: Record<Effect['kind'], { most: number; waitMs: number }> = {
  deploy: { most: 2, waitMs: 1_000 },
  setShares: { most: 5, waitMs: 250 },
  runCheck: { most: 3, waitMs: 1_000 },
  rehearse: { most: 2, waitMs: 1_000 },
  runCommand: { most: 1, waitMs: 1_000 },
  notify: { most: 3, waitMs: 2_000 },
  setFlag: { most: 5, waitMs: 250 },
  readVersions: { most: 100, waitMs: 250 },
}
export const mostWaysBack = 100
export const longestWaitMs = 5_000

/** The key under which the last attempt for a purpose is kept. */
export function keyOf(purpose: Purpose): string {
  switch (purpose.kind) {
    case 'step':
      return purpose.part === undefined ? `step ${purpose.stepId}` : `step ${purpose.stepId} ${purpose.part}`
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

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.001

/** Was what came back what was asked for? */
export function isDone({ artefacts }: Release, { effect, settled }: EffectState): boolean {
  return settled !== null && answers(artefacts, effect, settled.outcome)
}

function answers(artefacts: Release['artefacts'], effect: Effect, outcome: EffectOutcome): boolean {
  if (!outcome.ok) return false
  const { value } = outcome
  switch (value.kind) {
    case 'deploy':
      return (
        effect.kind === 'deploy' &&
        value.versions.running.some(
          ({ version, healthy, artefactDigest }) =>
            version === effect.version &&
            healthy &&
            (artefactDigest === undefined || artefactDigest === (artefacts[version] ?? artefactDigest)),
        )
      )
    case 'setShares':
      return (
        effect.kind === 'setShares' &&
        Object.entries(effect.shares).every(([version, percent]) => near(value.shares[version] ?? 0, percent)) &&
        Object.entries(value.shares).every(([version, percent]) => near(effect.shares[version] ?? 0, percent))
      )
    case 'setFlag':
      return effect.kind === 'setFlag' && value.setting.percent === effect.setting.percent
    case 'runCheck':
      return (effect.kind === 'runCheck' || effect.kind === 'rehearse') && value.evidence.verdict === 'passed'
    case 'runCommand':
      return effect.kind === 'runCommand' && value.result.exitCode === 0
    default:
      return value.kind === effect.kind
  }
}

/** What a step asks for: the parts of its calls in order, with the effect of each. Waits, ladders and people's steps ask for nothing. */
export function callsOf({ plan, releaseId }: Pick<Release, 'plan' | 'releaseId'>, step: Step): Map<string, Effect> {
  switch (step.kind) {
    case 'deploy':
      return new Map([['', { kind: 'deploy', target: step.target, version: step.version }]])
    case 'check':
      return new Map([['', { kind: 'runCheck', check: step.check }]])
    case 'command':
      return new Map([['', run(step)]])
    case 'setFlag':
      return new Map([['', setFlag(step, step.percent)]])
    case 'notify':
      return new Map([['', tell(plan, releaseId, step.audience, step.text)]])
    case 'drill':
      return new Map([
        ['on', setFlag(step, 100)],
        ['off', setFlag(step, 0)],
      ])
    case 'migrate': {
      const { backup, verifyBackup, dryRun, apply, verify } = step
      const parts = Object.entries({ backup, verifyBackup, dryRun, apply, verify })
      return new Map(parts.flatMap(([part, call]): [string, Effect][] => (call ? [[part, run(call)]] : [])))
    }
    default:
      return new Map()
  }
}

export const run = ({ command, parameters }: CatalogueCall): Effect => ({ kind: 'runCommand', command, parameters })

const setFlag = ({ backend, flag }: { backend: string; flag: string }, percent: number): Effect => ({
  kind: 'setFlag',
  backend,
  flag,
  setting: { percent },
})

const tell = ({ name }: Plan, releaseId: string, audience: string[], text: string): Effect => ({
  kind: 'notify',
  message: { urgency: 'inform', audience, subject: `${name} (${releaseId}): ${text}`, body: text },
})

/** Equal as data, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length &&
    left.every(([key, value]) => isSame(value, (b as Readonly<Record<string, unknown>>)[key]))
  )
}
