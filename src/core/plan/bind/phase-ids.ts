/** Ids of phases, by which `tidegate.yaml` names them, and the tracks that a document runs beside each other. */
import type { DraftPhase } from '../draft.ts'
import { slugOf } from './names.ts'

/** A phase that states a share of traffic or users. */
export const movesTraffic = (phase: { percent?: number | undefined; stages: readonly unknown[] }): boolean =>
  phase.stages.length > 0 || phase.percent !== undefined

/** The ladders of a document that has several: tracks in which something is moved. */
export function parallelTracks(phases: readonly DraftPhase[]): ReadonlySet<string> {
  const tracks = new Set(phases.flatMap((phase) => (phase.track && movesTraffic(phase) ? [phase.track] : [])))
  return tracks.size > 1 ? tracks : new Set()
}

const known = new WeakMap<readonly DraftPhase[], ReadonlyMap<DraftPhase, string>>()

/** `phase-2` by the author's number, else the words of the name; of parallel tracks, with the track before it. Each id is there once. */
export function phaseIds(phases: readonly DraftPhase[]): ReadonlyMap<DraftPhase, string> {
  const found = known.get(phases)
  if (found) return found
  const tracks = parallelTracks(phases)
  const taken = new Set<string>()
  const ids = new Map<DraftPhase, string>()
  for (const phase of phases) {
    const plain = plainId(phase, tracks)
    let id = plain
    for (let number = 2; taken.has(id); number++) id = `${plain}-${number}`
    taken.add(id)
    ids.set(phase, id)
  }
  known.set(phases, ids)
  return ids
}

function plainId({ name, ordinal, track }: DraftPhase, tracks: ReadonlySet<string>): string {
  const own = ordinal === undefined ? slugOf(name) : `phase-${ordinal}`
  if (track === undefined || !tracks.has(track)) return own
  const prefix = `${slugOf(track)}-`
  return own.startsWith(prefix) ? own : `${prefix}${own}`
}

/** The id of a phase of this list. */
export function phaseIdIn(phases: readonly DraftPhase[], phase: DraftPhase): string {
  const id = phaseIds(phases).get(phase)
  if (id === undefined) throw new Error(`phase "${phase.name}" is not in its document`)
  return id
}
