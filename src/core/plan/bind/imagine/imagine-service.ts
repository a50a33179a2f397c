/** The service that moves, and what the operator has to lend for it: a router, deployers, a metric source and its two versions. */
import type { Bindings } from '../../bindings.ts'
import type { PlanDraft } from '../../draft.ts'
import { nameKey } from '../names.ts'
import { proposeService } from '../propose/propose-service.ts'
import { placeOf } from '../propose/propose-steps.ts'
import { type Imagination, nowhere } from './imagination.ts'

type Service = Bindings['service']
type NameOf = 'name' | 'candidate' | 'baseline' | 'router' | 'deployer'

/** What a name of a version may not be longer than; heads of documents hold whole sentences. */
const maximumName = 60

export function imagineService(world: Imagination): Service {
  const { draft, given } = world
  const router = decide(world, 'router', () => [world.freeName('targets', 'imagined-router')])
  const candidate = decide(world, 'candidate', () => [...versionSaid(draft, newVersion), 'candidate', 'next'])
  const baseline = decide(world, 'baseline', () => [...versionSaid(draft, oldVersion), 'baseline', 'previous'])
  // Before an imagined deployer could lend its own.
  const name = decide(world, 'name', () => ['service'], movedService(world))
  const deployer = decide(world, 'deployer', () => [world.freeName('targets', 'imagined-production')])
  const service: Service = {
    name,
    candidate,
    baseline,
    router,
    deployer,
    arms: given.service?.arms ?? { label: 'version' },
    arrivals: given.service?.arrivals ?? { source: metricSource(world), total: 'requests_received_total' },
  }
  for (const key of ['arms', 'arrivals'] as const)
    if (given.service?.[key] === undefined)
      world.note({ in: 'bindings', path: ['service', key], value: service[key], reason: 'the simulation measures so' })
  world.bindings = { ...world.bindings, service }
  lendVersions(world, service)
  return service
}

/** What is bound stays; else the best of what `tidegate bind` proposes; else the first of these names. The two versions differ. */
function decide(world: Imagination, key: NameOf, names: () => string[], said?: string): string {
  const { service = {} } = world.bindings
  const bound = service[key]
  if (bound !== undefined) return bound
  const other = key === 'candidate' ? service.baseline : key === 'baseline' ? service.candidate : undefined
  const proposals = proposeService(world.proposeInput, []).find(({ path }) => path[1] === key)?.proposals ?? []
  const best =
    said === undefined
      ? proposals.find(({ value }) => value !== other)
      : { value: said, reason: 'steps are bound to its rollout' }
  const value = best ? String(best.value) : (names().find((one) => one !== other) ?? key)
  world.bind({ service: { ...service, [key]: value } }, ['service', key], value, best?.reason ?? 'nothing binds it')
  return value
}

/** The service whose rollout the bindings name in a step. */
const movedService = ({ given }: Imagination): string | undefined =>
  Object.values(given.phases ?? {})
    .flatMap(({ steps }) => Object.values(steps))
    .find((step) => 'rollout' in step)?.rollout

const newVersion = /^(?:(?:new |target |release |app |candidate )?version|release|candidate|versao|nouvelle version)$/
const oldVersion =
  /^(?:(?:previous|prior|current|existing|old|stable|baseline|live|running|rollback|fallback)(?: production)?(?: version| release)?|(?:roll ?back|fall ?back)(?: version| target| to)|version (?:actuelle|precedente)|versao (?:atual|anterior))$/

/** The version that the head of the document states under such a label. */
function versionSaid({ metadata }: PlanDraft, label: RegExp): string[] {
  return metadata.filter((entry) => label.test(nameKey(entry.label))).map(({ value }) => value.slice(0, maximumName))
}

/** Whether the document says which version runs today. */
export const saysBaseline = (draft: PlanDraft): boolean => versionSaid(draft, oldVersion).length > 0

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

/** Targets that were imagined, and in real ones the versions that were. A name that a real operator does not know stays a mistake. */
function lendVersions(world: Imagination, service: Service): void {
  const { given, hasOperator, draft } = world
  const wasGiven = (key: NameOf): boolean => given.service?.[key] !== undefined
  const versions = [service.candidate, service.baseline]
  const imagined = [
    ...(wasGiven('candidate') ? [] : [service.candidate]),
    ...(wasGiven('baseline') ? [] : [service.baseline]),
  ]
  const targets = [
    { name: service.router, kind: 'embedded-proxy' as const, isGiven: wasGiven('router') },
    { name: service.deployer, kind: 'process' as const, isGiven: wasGiven('deployer') },
    ...deployTargets(world).map((name) => ({ name, kind: 'process' as const, isGiven: true })),
  ]
  for (const { name, kind, isGiven } of targets) {
    const isKnown = Object.hasOwn(world.operator.targets, name)
    if (!hasOperator) world.lendTarget(name, kind, versions, isGiven ? 'the bindings name it' : 'nothing is lent')
    else if (isKnown) world.lendTarget(name, kind, imagined, 'it has to know both versions')
    else if (!isGiven) world.lendTarget(name, kind, versions, 'nothing that is lent fits')
  }
  const isStaged = draft.phases.some((phase) =>
    [...phase.steps.map(({ text }) => text), ''].some((text) => placeOf(phase, text) === 'staging'),
  )
  if (!hasOperator && !wasGiven('deployer') && isStaged)
    world.lendTarget('imagined-staging', 'process', versions, 'the document speaks of staging')
}

const deployTargets = ({ given }: Imagination): string[] =>
  Object.values(given.phases ?? {}).flatMap(({ steps }) =>
    Object.values(steps).flatMap((step) => ('deploy' in step ? [step.deploy] : [])),
  )

/** Without an operator, everything else that the bindings name is supposed to be lent. */
export function lendWhatIsNamed(world: Imagination): void {
  if (world.hasOperator) return
  const { metrics = {}, phases = {}, criteria = {}, flags = {}, service = {} } = world.given
  const reason = 'the bindings name it'
  const steps = Object.values(phases).flatMap((phase) => Object.values(phase.steps))
  const sources = [...Object.values(metrics).map(({ source }) => source), service.arrivals?.source]
  for (const name of new Set(sources)) if (name !== undefined) lendSource(world, name, reason)
  for (const name of new Set(Object.values(flags).map(({ source }) => source)))
    world.lend('flagSources', name, { driver: 'flagd-file', file: `${name}.json` }, reason)
  const checks = [...steps, ...Object.values(criteria)].flatMap((one) => ('check' in one ? [one.check] : []))
  for (const name of new Set(checks)) {
    const request = {
      name,
      method: 'GET' as const,
      url: nowhere('check'),
      headers: {},
      status: [200],
      bodyIncludes: [],
    }
    world.lend('checks', name, { driver: 'http', requests: [request] }, reason)
  }
  const commands = new Map(steps.flatMap((one) => ('command' in one ? [[one.command, one.parameters]] : [])))
  for (const [name, parameters] of commands) {
    const patterns = Object.fromEntries(Object.keys(parameters).map((key) => [key, { pattern: '.*' }]))
    const command = { description: name, argv: ['/imagined', name] as [string, ...string[]], env: {}, timeout: 60_000 }
    world.lend('commands', name, { ...command, parameters: patterns }, reason)
  }
}
