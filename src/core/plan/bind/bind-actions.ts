/** Steps that are calls of drivers, forward and when the release goes back: each names what the operator lends. */
import type { RollbackStepBinding, StepBinding } from '../bindings-steps.ts'
import type { RollbackStep } from '../step.ts'
import { bindCommand } from './bind-commands.ts'
import { flagOf } from './bind-flags.ts'
import { requireCheck, type Statement } from './bind-gates.ts'
import type { Binder, BindingsPath } from './binder.ts'

type Action<B> = B extends { deploy: unknown } | { check: unknown } | { command: unknown } | { setFlag: unknown }
  ? B
  : never
export type ActionBinding = Action<StepBinding> | Action<RollbackStepBinding>

export const isAction = (binding: StepBinding | RollbackStepBinding): binding is ActionBinding =>
  'deploy' in binding || 'check' in binding || 'command' in binding || 'setFlag' in binding

/** `side` is the version that a deployment brings. */
export function bindAction(
  binder: Binder,
  statement: Statement,
  binding: ActionBinding,
  place: BindingsPath,
  side: 'candidate' | 'baseline',
): RollbackStep {
  if ('check' in binding) {
    requireCheck(binder, [...place, 'check'], binding.check)
    return { ...statement, kind: 'check', check: binding.check }
  }
  if ('command' in binding) return { ...statement, kind: 'command', ...bindCommand(binder, place, binding) }
  if ('setFlag' in binding) {
    const flag = flagOf(binder, [...place, 'setFlag'], binding.setFlag)
    return { ...statement, kind: 'setFlag', ...flag, percent: binding.percent }
  }
  const version = versionFor(binder, binding, place, side)
  const { targets } = binder.input.operator
  const target = targets[binding.deploy]
  if (target?.driver !== 'process') {
    const known = Object.keys(targets).filter((name) => targets[name]?.driver === 'process')
    binder.unknown([...place, 'deploy'], 'deployer', binding.deploy, known)
  } else if (version !== undefined && !Object.hasOwn(target.versions, version)) {
    const known = Object.keys(target.versions)
    binder.unknown([...place, 'deploy'], `version of target ${binding.deploy}`, version, known)
  }
  return { ...statement, kind: 'deploy', target: binding.deploy, version: version ?? '' }
}

/** Of the service that is named, the only one, or the only one that this target runs. `undefined` after a report. */
function versionFor(
  binder: Binder,
  { deploy, service }: Extract<ActionBinding, { deploy: string }>,
  place: BindingsPath,
  side: 'candidate' | 'baseline',
): string | undefined {
  const services = [...binder.services.values()]
  const names = services.map(({ name }) => name)
  if (service !== undefined) {
    const named = binder.services.get(service)
    if (!named) binder.unknown([...place, 'service'], 'service', service, names)
    return named?.[side]
  }
  const own = services.length > 1 ? services.filter(({ deployer }) => deployer === deploy) : services
  const [only, ...others] = own
  if (only && others.length === 0) return only[side]
  if (names.length === 0) return undefined
  const message = `${deploy} could get the ${side} of several services`
  binder.report('error', 'WHOSE_VERSION', place, message, `name one: \`service: ${names.join('` or `service: ')}\``)
  return undefined
}
