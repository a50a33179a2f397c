/** Steps that are driver calls: one, or several in order. Each call is an effect of its own, done before the next one is asked for. */
import type { Phase } from '../../plan/plan.ts'
import type { CatalogueCall, Step, StepOf } from '../../plan/step.ts'
import type { Effect } from '../effect.ts'
import type { Purpose } from '../events.ts'
import type { DriverError } from '../outcome.ts'
import type { Now, Release } from '../release.ts'
import { driveEffect } from '../request-effect.ts'
import type { StepProgress } from './step-progress.ts'

type CallingStep = Exclude<Step, StepOf<'rollout' | 'confirm' | 'wait'>>

/** A call of a step; the only one has no name. */
interface Call {
  part?: string
  effect: Effect
}

export function advanceCalls(release: Release, phase: Phase, step: CallingStep, now: Now): StepProgress {
  for (const { part, effect } of callsOf(release, step)) {
    const purpose: Purpose = {
      kind: 'step',
      phaseId: phase.id,
      stepId: step.id,
      ...(part === undefined ? {} : { part }),
    }
    const { requests, progress } = driveEffect(release, purpose, effect, now)
    if (progress.state === 'failed')
      return part === 'verify' && progress.error.code !== 'unknown'
        ? reverted(release, phase, step, progress.error, now)
        : { failed: progress.error }
    if (progress.state !== 'done') return requests
  }
  return 'done'
}

/** A change that was applied and does not verify is taken back, where the plan says how, before the step counts as failed. */
function reverted(release: Release, phase: Phase, step: CallingStep, error: DriverError, now: Now): StepProgress {
  if (step.kind !== 'migrate' || !step.revert) return { failed: error }
  const purpose: Purpose = { kind: 'step', phaseId: phase.id, stepId: step.id, part: 'revert' }
  const { requests, progress } = driveEffect(release, purpose, commandOf(step.revert), now)
  if (progress.state === 'done') return { failed: { ...error, message: `${error.message}; it was reverted` } }
  if (progress.state !== 'failed') return requests
  return { failed: { ...error, message: `${error.message}; reverting it failed too: ${progress.error.message}` } }
}

/** Everything a step asks of drivers, in order. */
export function callsOf(release: Release, step: CallingStep): Call[] {
  switch (step.kind) {
    case 'deploy':
      return [{ effect: { kind: 'deploy', target: step.target, version: step.version } }]
    case 'check':
      return [{ effect: { kind: 'runCheck', check: step.check } }]
    case 'command':
      return [{ effect: commandOf(step) }]
    case 'setFlag': {
      const { backend, flag, percent } = step
      return [{ effect: { kind: 'setFlag', backend, flag, setting: { percent } } }]
    }
    case 'notify':
      return [{ effect: { kind: 'notify', message: messageOf(release, step) } }]
    case 'drill':
      return drillCalls(step)
    case 'migrate':
      return migrationCalls(step)
  }
}

const commandOf = ({ command, parameters }: CatalogueCall): Effect => ({ kind: 'runCommand', command, parameters })

const messageOf = ({ plan, releaseId }: Release, { audience, text }: StepOf<'notify'>) => ({
  urgency: 'inform' as const,
  audience,
  subject: `${plan.name} (${releaseId}): ${text}`,
  body: text,
})

/** Both ways, each read back: a toggle that only goes on is no way back. */
function drillCalls({ backend, flag }: StepOf<'drill'>): Call[] {
  const set = (part: string, percent: number): Call => ({
    part,
    effect: { kind: 'setFlag', backend, flag, setting: { percent } },
  })
  return [set('on', 100), set('off', 0)]
}

/** In this order, whatever the plan has of it: nothing is applied before its backup was verified. */
function migrationCalls(step: StepOf<'migrate'>): Call[] {
  return (['backup', 'verifyBackup', 'dryRun', 'apply', 'verify'] as const).flatMap((part) => {
    const call = step[part]
    return call ? [{ part, effect: commandOf(call) }] : []
  })
}
