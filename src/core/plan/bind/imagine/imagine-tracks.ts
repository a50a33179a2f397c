/** Tracks that run beside each other move one service each: those that are bound by the track's name, else imagined ones. */
import type { Bindings } from '../../bindings.ts'
import type { DraftPhase } from '../../draft.ts'
import { nameKey, slugOf } from '../names.ts'
import { movesTraffic, parallelTracks } from '../phase-ids.ts'
import type { Imagination } from './imagination.ts'
import { lendVersions } from './lend-named.ts'

/** The name of the service that each phase moves. `main` is the one that was bound or imagined for the whole document. */
export function imagineTracks(world: Imagination, main: Bindings['service']): (phase: DraftPhase) => string {
  const { phases } = world.draft
  const tracks = parallelTracks(phases)
  const bound = Object.keys(world.given.services ?? {})
  const [first = ''] = main ? [main.name] : bound
  const isFree = !phases.some((phase) => movesTraffic(phase) && !(phase.track !== undefined && tracks.has(phase.track)))
  const owners = new Map<string, string>()
  for (const track of tracks) {
    const own = [first, ...bound].find((name) => nameKey(name) === nameKey(track))
    if (own !== undefined) owners.set(track, own)
  }
  for (const track of tracks) {
    if (owners.has(track)) continue
    // The whole document's service is that of the first track where no phase outside the tracks needs it.
    const isMain = isFree && ![...owners.values()].includes(first)
    owners.set(track, isMain || !main ? first : imagineService(world, main, track))
  }
  return ({ track }) => (track === undefined ? first : (owners.get(track) ?? first))
}

/** Another service like the main one, behind a router of its own. */
function imagineService(world: Imagination, main: NonNullable<Bindings['service']>, track: string): string {
  const services = world.bindings.services ?? {}
  let name = slugOf(track)
  for (let number = 2; name === main.name || Object.hasOwn(services, name); number++)
    name = `${slugOf(track)}-${number}`
  const { name: _main, flag: _flag, ...like } = main
  const service = { ...like, router: world.freeName('targets', `imagined-${name}-router`) }
  const reason = `the track "${track}" runs beside others`
  world.bind({ services: { ...services, [name]: service } }, ['services', name], service, reason)
  lendVersions(world, service)
  return name
}
