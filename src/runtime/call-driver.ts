/** One effect, one driver call. */
import type { Plan } from '../core/plan/plan.ts'
import type { Effect, EffectOutcome } from '../core/release/effect.ts'
import { fail, type Outcome } from '../core/release/outcome.ts'
import type { DriverSet, EffectContext } from '../ports/drivers.ts'
import { rehearseApart } from './rehearsal/rehearse-apart.ts'

/** Calls the driver that serves the effect's target; a name without a driver is `notFound`. */
export async function callDriver(
  drivers: DriverSet,
  plan: Plan,
  effect: Effect,
  context: EffectContext,
): Promise<EffectOutcome> {
  switch (effect.kind) {
    case 'deploy': {
      const outcome = await drivers.deployer(effect.target)?.deploy(effect.target, effect.version, context)
      return mapValue(outcome, effect.target, (versions) => ({ kind: 'deploy' as const, versions }))
    }
    case 'setShares': {
      const { target, shares: asked, cohorts } = effect
      const outcome = await drivers.router(target)?.setShares(target, asked, context, cohorts)
      return mapValue(outcome, target, (shares) => ({ kind: 'setShares' as const, shares }))
    }
    case 'runCheck': {
      const outcome = await drivers.checkRunner(effect.check)?.runCheck(effect.check, context)
      return mapValue(outcome, effect.check, (evidence) => ({ kind: 'runCheck' as const, evidence }))
    }
    case 'rehearse': {
      const outcome = await rehearseApart(plan, context)
      return mapValue(outcome, 'rehearsal', (evidence) => ({ kind: 'runCheck' as const, evidence }))
    }
    case 'runCommand': {
      const outcome = await drivers.commandRunner(effect.command)?.run(effect.command, effect.parameters, context)
      return mapValue(outcome, effect.command, (result) => ({ kind: 'runCommand' as const, result }))
    }
    case 'setFlag': {
      const { backend, flag, setting } = effect
      const outcome = await drivers.flagBackend(backend)?.setFlag(backend, flag, setting, context)
      return mapValue(outcome, backend, (readBack) => ({ kind: 'setFlag' as const, setting: readBack }))
    }
    case 'readVersions': {
      const outcome = await drivers.deployer(effect.target)?.readVersion(effect.target, context)
      return mapValue(outcome, effect.target, (versions) => ({ kind: 'readVersions' as const, versions }))
    }
    case 'notify': {
      const channels = drivers.notifiers()
      const outcomes = await Promise.all(
        channels.map(({ channel, notifier }) => notifier.notify(channel, effect.message, context)),
      )
      return outcomes.find((outcome) => !outcome.ok) ?? { ok: true, value: { kind: 'notify' } }
    }
  }
}

function mapValue<T, V>(outcome: Outcome<T> | undefined, name: string, map: (value: T) => V): Outcome<V> {
  if (!outcome) return fail('notFound', `no driver serves "${name}"`)
  return outcome.ok ? { ok: true, value: map(outcome.value) } : outcome
}
