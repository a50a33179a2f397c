/** The service that moves, with its router, its deployer and its two versions. */
import type { Bindings } from '../../bindings.ts'
import type { PlanDraft } from '../../draft.ts'
import { nameKey } from '../names.ts'
import { proposeService } from '../propose/propose-service.ts'
import type { Imagination } from './imagination.ts'
import { lendVersions, metricSource } from './lend-named.ts'

type Service = NonNullable<Bindings['service']>
type NameOf = 'name' | 'candidate' | 'baseline' | 'router' | 'deployer'

/** What a name of a version may not be longer than; heads of documents hold whole sentences. */
const maximumName = 60

/** Undefined where every service is bound under `services`. A first release has no baseline, and what a flag moves no router. */
export function imagineService(world: Imagination): Service | undefined {
  const { draft, given } = world
  const { firstRelease, flag } = given.service ?? {}
  if (Object.keys(given.services ?? {}).length > 0 && given.service === undefined) return undefined
  if (flag === undefined) decide(world, 'router', () => [world.freeName('targets', 'imagined-router')])
  const candidate = decide(world, 'candidate', () => [...versionSaid(draft, newVersion), 'candidate', 'next'])
  if (!firstRelease) decide(world, 'baseline', () => [...versionSaid(draft, oldVersion), 'baseline', 'previous'])
  // Before an imagined deployer could lend its own.
  const name = decide(world, 'name', () => ['service'], movedService(world))
  if (flag === undefined) decide(world, 'deployer', () => [world.freeName('targets', 'imagined-production')])
  const measured = {
    arms: given.service?.arms ?? { label: 'version' },
    arrivals: given.service?.arrivals ?? { source: metricSource(world), total: 'requests_received_total' },
  }
  for (const key of ['arms', 'arrivals'] as const)
    if (given.service?.[key] === undefined)
      world.note({ in: 'bindings', path: ['service', key], value: measured[key], reason: 'the simulation measures so' })
  const service: Service = { ...world.bindings.service, name, candidate, ...measured }
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

/** The service whose rollout the bindings name in a step, beside those that are bound under `services`. */
const movedService = ({ given }: Imagination): string | undefined =>
  Object.values(given.phases ?? {})
    .flatMap(({ steps }) => Object.values(steps))
    .flatMap((step) => ('rollout' in step ? step.rollout : []))
    .find((name) => !Object.hasOwn(given.services ?? {}, name))

const newVersion = /^(?:(?:new |target |release |app |candidate )?version|release|candidate|versao|nouvelle version)$/
const oldVersion =
  /^(?:(?:previous|prior|current|existing|old|stable|baseline|live|running|rollback|fallback)(?: production)?(?: version| release)?|(?:roll ?back|fall ?back)(?: version| target| to)|version (?:actuelle|precedente)|versao (?:atual|anterior))$/

/** The version that the head of the document states under such a label. */
function versionSaid({ metadata }: PlanDraft, label: RegExp): string[] {
  return metadata.filter((entry) => label.test(nameKey(entry.label))).map(({ value }) => value.slice(0, maximumName))
}

/** Whether the document says which version runs today. */
export const saysBaseline = (draft: PlanDraft): boolean => versionSaid(draft, oldVersion).length > 0
