/** Drivers of a rehearsal: what each call does to the simulated world, what it answers and when, and how it fails. */
import { type Plan, serviceOf } from '../../core/plan/plan.ts'
import { type Service, serviceShares } from '../../core/plan/service.ts'
import { type Effect, type EffectOutcome, effectLimits } from '../../core/release/effect.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { EffectState } from '../../core/release/release.ts'
import type { CallFault } from './fault.ts'

/** How long a call takes when nothing is wrong, in milliseconds. Nobody knows the real ones before the first run. */
export const callTimesMs: Record<Effect['kind'], number> = {
  deploy: 5_000,
  setShares: 300,
  runCheck: 2_000,
  rehearse: 5_000,
  runCommand: 2_000,
  notify: 200,
  setFlag: 300,
  readVersions: 100,
}

/** A driver that ignores its limit is given up this much later, and an older call to the same target is waited for this long. */
export const graceMs = 1_000

/** What a call comes to. `percent` is the candidate's share that it leaves, where it moves users; `isUp` whether what it deployed answers. */
export interface Answer {
  afterMs: number
  outcome: EffectOutcome
  percent?: number
  isUp: boolean
}

/** The world as the target knows it. */
interface Surroundings {
  shares: Readonly<Record<string, number>>
  down: ReadonlySet<string>
}

export function answerOf(plan: Plan, state: EffectState, world: Surroundings, fault: CallFault | undefined): Answer {
  const { effect } = state
  const afterMs = callTimesMs[effect.kind]
  const moved = movedService(plan, state)
  const asked = moved && percentOf(moved, effect)
  const done = doneAnswer(plan, effect, world, moved, asked)
  const silent: Answer = {
    afterMs: effectLimits[effect.kind].timeoutMs + graceMs,
    outcome: fail('timeout', 'no answer within the limit'),
    isUp: false,
  }
  const isFirst = state.attempt === 1
  switch (fault) {
    case undefined:
      return done
    case 'unavailableOnce':
      return isFirst ? { afterMs, outcome: fail('unavailable', 'the target is not there'), isUp: false } : done
    case 'hangsOnce':
      return isFirst ? silent : done
    case 'hangs':
      return silent
    case 'slow':
      return { ...done, afterMs: Math.max(afterMs, effectLimits[effect.kind].timeoutMs - 1) }
    case 'doneUnheard':
      return isFirst ? { ...done, ...silent, isUp: true } : done
    case 'refused':
      return { afterMs, outcome: fail('rejected', 'the target refuses'), isUp: false }
    case 'lies':
      return { afterMs, outcome: done.outcome, isUp: false }
    case 'failed':
    case 'pending':
      return { afterMs, outcome: succeed({ kind: 'runCheck', evidence: found(fault) }), isUp: false }
    case 'wrongArtefact':
      return effect.kind === 'deploy'
        ? { ...done, outcome: deployed(effect.version, true, `sha256:another ${effect.version}`) }
        : done
    case 'halfDone':
      return { afterMs, ...half(effect, world, moved, asked), isUp: false }
  }
}

function half(
  effect: Effect,
  { shares }: Surroundings,
  moved: Service | undefined,
  asked: number | undefined,
): Omit<Answer, 'afterMs' | 'isUp'> {
  if (effect.kind === 'deploy') return { outcome: deployed(effect.version, false) }
  if (effect.kind === 'runCommand')
    return { outcome: succeed({ kind: 'runCommand', result: { exitCode: 1, output: 'stopped half way' } }) }
  if (asked === undefined || !moved) return { outcome: fail('unavailable', 'stopped half way') }
  const percent = (asked + (shares[moved.name] ?? 0)) / 2
  return { outcome: movedTo(effect, moved, percent), percent }
}

/** The service whose users a call moves. */
function movedService(plan: Plan, { effect, purpose }: EffectState): Service | undefined {
  const moves = effect.kind === 'setShares' || effect.kind === 'setFlag'
  return moves && (purpose.kind === 'stage' || purpose.kind === 'rollback')
    ? serviceOf(plan, purpose.service)
    : undefined
}

/** The candidate's share that a call asks for. */
function percentOf({ candidate }: Service, effect: Effect): number | undefined {
  if (effect.kind === 'setFlag') return effect.setting.percent
  return effect.kind === 'setShares' ? (effect.shares[candidate] ?? 0) : undefined
}

const movedTo = (effect: Effect, service: Service, percent: number): EffectOutcome =>
  effect.kind === 'setFlag'
    ? succeed({ kind: 'setFlag', setting: { ...effect.setting, percent } })
    : succeed({ kind: 'setShares', shares: serviceShares(service, percent) })

function doneAnswer(
  plan: Plan,
  effect: Effect,
  { down }: Surroundings,
  moved: Service | undefined,
  asked: number | undefined,
): Answer {
  const afterMs = callTimesMs[effect.kind]
  const done = (outcome: EffectOutcome): Answer => ({ afterMs, outcome, isUp: true })
  switch (effect.kind) {
    case 'deploy':
      return done(deployed(effect.version, true))
    case 'setShares':
    case 'setFlag':
      return moved && asked !== undefined
        ? { ...done(movedTo(effect, moved, asked)), percent: asked }
        : done(
            effect.kind === 'setFlag'
              ? succeed({ kind: 'setFlag', setting: effect.setting })
              : succeed({ kind: 'setShares', shares: effect.shares }),
          )
    case 'runCheck':
    case 'rehearse':
      return done(succeed({ kind: 'runCheck', evidence: found('passed') }))
    case 'runCommand':
      return done(succeed({ kind: 'runCommand', result: { exitCode: 0, output: '' } }))
    case 'notify':
      return done(succeed({ kind: 'notify' }))
    case 'readVersions': {
      const here = plan.services.filter(({ deployer }) => deployer === effect.target)
      const running = here.map(({ baseline }) => ({ version: baseline, healthy: !down.has(baseline) }))
      return done(succeed({ kind: 'readVersions', versions: { running } }))
    }
  }
}

const deployed = (version: string, healthy: boolean, artefactDigest = `sha256:${version}`): EffectOutcome =>
  succeed({ kind: 'deploy', versions: { running: [{ version, healthy, artefactDigest }] } })

const found = (verdict: CheckEvidence['verdict']): CheckEvidence => ({
  verdict,
  summary: `the rehearsed check: ${verdict}`,
  details: [],
})
