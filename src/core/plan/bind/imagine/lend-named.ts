/** What an operator has to lend for a rehearsal: targets with their versions, and without an operator whatever the bindings name. */
import { type Bindings, servicesOf } from '../../bindings.ts'
import type { FlagRef } from '../../bindings-flags.ts'
import type { ServiceBinding } from '../../bindings-services.ts'
import type { CallBinding } from '../../bindings-steps.ts'
import { placeOf } from '../propose/propose-steps.ts'
import { type Imagination, nowhere } from './imagination.ts'

const named = 'the bindings name it'

/** The source of whatever the simulation measures. */
export function metricSource(world: Imagination): string {
  const name = 'imagined-metrics'
  if (!Object.hasOwn(world.operator.metricSources, name))
    lendSource(world, name, 'the simulation measures what is imagined')
  return name
}

function lendSource(world: Imagination, name: string, reason: string): void {
  world.lend('metricSources', name, { driver: 'prometheus-text', urls: [`${nowhere('metrics')}/metrics`] }, reason)
}

/** Without an operator, every router knows the cohorts that the bindings name. */
export function lendCohorts(world: Imagination): void {
  if (world.hasOperator) return
  const names = Object.values(world.given.phases ?? {}).flatMap(({ cohorts = {} }) => Object.values(cohorts))
  const cohorts = Object.fromEntries(
    [...new Set(names)].map((value) => [value, { header: 'x-cohort', value: 'imagined' }]),
  )
  if (names.length === 0) return
  for (const [name, target] of Object.entries(world.operator.targets))
    if ('cohorts' in target) world.lend('targets', name, { ...target, cohorts }, named)
}

/** Targets that were imagined, and in real ones the versions that were. A name that a real operator does not know stays a mistake. */
export function lendVersions(world: Imagination, service: ServiceBinding): void {
  const { given, hasOperator, draft } = world
  const wasGiven = (key: 'candidate' | 'baseline' | 'router' | 'deployer'): boolean =>
    service[key] !== undefined && given.service?.[key] === service[key]
  const versions = versionsOf(service)
  const imagined = [
    ...(wasGiven('candidate') ? [] : [service.candidate]),
    ...(wasGiven('baseline') || service.baseline === undefined ? [] : [service.baseline]),
  ]
  const targets = [
    { name: service.router, kind: 'embedded-proxy' as const, isGiven: wasGiven('router') },
    { name: service.deployer, kind: 'process' as const, isGiven: wasGiven('deployer') },
    ...deployTargets(world).map((name) => ({ name, kind: 'process' as const, isGiven: true })),
  ]
  for (const { name, kind, isGiven } of targets) {
    if (name === undefined) continue
    const isKnown = Object.hasOwn(world.operator.targets, name)
    if (!hasOperator) world.lendTarget(name, kind, versions, isGiven ? named : 'nothing is lent')
    else if (isKnown) world.lendTarget(name, kind, imagined, 'it has to know both versions')
    else if (!isGiven) world.lendTarget(name, kind, versions, 'nothing that is lent fits')
  }
  const isStaged = draft.phases.some((phase) =>
    [...phase.steps.map(({ text }) => text), ''].some((text) => placeOf(phase, text) === 'staging'),
  )
  if (!hasOperator && !wasGiven('deployer') && isStaged)
    world.lendTarget('imagined-staging', 'process', versions, 'the document speaks of staging')
}

const versionsOf = ({ candidate, baseline, firstRelease }: ServiceBinding): string[] =>
  [candidate, baseline, firstRelease?.fallback].filter((version) => version !== undefined)

const stepsOf = ({ given }: Imagination) => [
  ...Object.values(given.phases ?? {}).flatMap(({ steps }) => Object.values(steps)),
  ...Object.values(given.rollback?.steps ?? {}),
]

const deployTargets = (world: Imagination): string[] =>
  stepsOf(world).flatMap((step) => ('deploy' in step ? [step.deploy] : []))

/** Without an operator, everything else that the bindings name is supposed to be lent. */
export function lendWhatIsNamed(world: Imagination): void {
  if (world.hasOperator) return
  const { metrics = {}, flags = {}, service, services = {} } = world.given
  const all = [...Object.values(services), ...(service ? [service] : [])]
  const sources = [
    ...Object.values(metrics).map(({ source }) => source),
    ...all.map(({ arrivals }) => arrivals?.source),
  ]
  for (const name of new Set(sources)) if (name !== undefined) lendSource(world, name, named)
  for (const name of new Set(Object.values(flags).flatMap((flag) => ('source' in flag ? [flag.source] : []))))
    world.lend('flagSources', name, { driver: 'flagd-file', file: `${name}.json` }, named)
  for (const name of backendsOf(world))
    world.lend('flagBackends', name, { driver: 'flagd-file', file: `${name}.json` }, named)
  lendGates(world)
  lendCommands(world)
  for (const [, one] of servicesOf({ services } as Bindings)) {
    if (one.router !== undefined) world.lendTarget(one.router, 'embedded-proxy', versionsOf(one), named)
    if (one.deployer !== undefined) world.lendTarget(one.deployer, 'process', versionsOf(one), named)
  }
}

function backendsOf(world: Imagination): Set<string> {
  const { flags = {}, service, services = {} } = world.given
  const refs = [
    service?.flag,
    ...Object.values(services).map(({ flag }) => flag),
    ...stepsOf(world).map((step) => ('setFlag' in step ? step.setFlag : 'drill' in step ? step.drill : undefined)),
  ]
  const backendOf = (ref: FlagRef | undefined) => (typeof ref === 'object' ? [ref.backend] : [])
  const bound = Object.values(flags).flatMap((flag) => ('backend' in flag ? [flag.backend] : []))
  return new Set([...bound, ...refs.flatMap(backendOf)])
}

function lendGates(world: Imagination): void {
  const { criteria, checklists, dependencies } = world.given
  const gates = [criteria, checklists, dependencies].flatMap((section) => Object.values(section ?? {}))
  const checks = [...stepsOf(world), ...gates].flatMap((one) =>
    'check' in one ? [one.check] : 'streak' in one ? [one.streak] : [],
  )
  for (const name of new Set(checks)) {
    const request = {
      name,
      method: 'GET' as const,
      url: nowhere('check'),
      headers: {},
      status: [200],
      bodyIncludes: [],
    }
    world.lend('checks', name, { driver: 'http', requests: [request] }, named)
  }
  for (const name of new Set(gates.flatMap((one) => ('webhook' in one ? [one.webhook] : []))))
    world.lend('hooks', name, { secret: { env: 'IMAGINED_HOOK_SECRET' } }, named)
}

function lendCommands(world: Imagination): void {
  const calls = stepsOf(world).flatMap((one): CallBinding[] => {
    if ('command' in one) return [one]
    if (!('migrate' in one)) return []
    const { backup, verifyBackup, dryRun, apply, verify, revert } = one.migrate
    return [backup, verifyBackup, dryRun, apply, verify, revert].filter((call) => call !== undefined)
  })
  const actions = Object.values(world.given.triggers ?? {}).flatMap((one): CallBinding[] =>
    'action' in one && typeof one.action === 'object' ? [one.action] : [],
  )
  for (const call of [...calls, ...actions]) {
    const { command, parameters } = typeof call === 'string' ? { command: call, parameters: {} } : call
    if (!Object.hasOwn(world.operator.commands, command)) lendCommand(world, command, Object.keys(parameters), named)
  }
}

/** A command that takes these parameters, whatever they are. */
export function lendCommand(world: Imagination, name: string, parameters: readonly string[], reason: string): void {
  const patterns = Object.fromEntries(parameters.map((key) => [key, { pattern: '.*' }]))
  const argv: [string, ...string[]] = ['/imagined', name]
  world.lend('commands', name, { description: name, argv, env: {}, timeout: 60_000, parameters: patterns }, reason)
}
