/** Which phases wait for which: one after another as the document has them, tracks beside each other, unless the bindings say otherwise. */
import type { DraftPhase } from '../draft.ts'
import type { Phase } from '../plan.ts'
import type { Binder } from './binder.ts'
import { parallelTracks, phaseIds } from './phase-ids.ts'
import { stuckIn } from './stuck.ts'

/** By phase id. Unknown names and circles are reported. */
export function bindPhaseOrder(binder: Binder): ReadonlyMap<string, string[]> {
  const { draft, bindings } = binder.input
  const ids = phaseIds(draft.phases)
  const known = [...ids.values()]
  const order = asWritten(draft.phases)
  for (const [id, { dependsOn }] of Object.entries(bindings.phases)) {
    if (!dependsOn || !order.has(id)) continue
    for (const name of dependsOn)
      if (!known.includes(name)) binder.unknown(['phases', id, 'dependsOn'], 'phase', name, known)
    order.set(
      id,
      [...new Set(dependsOn)].filter((name) => known.includes(name)),
    )
  }
  const stuck = stuckIn(known, (id) => order.get(id) ?? [])
  if (stuck.length > 0) {
    const place = stuck.find((id) => bindings.phases[id]?.dependsOn) ?? ''
    const message = `these phases wait for each other and never begin: ${stuck.join(', ')}`
    binder.report('error', 'PHASE_CYCLE', ['phases', place, 'dependsOn'], message, 'take one of these waits away')
  }
  return order
}

/** Each phase after the one before it; a track beside the others, after what stands before the first of them; then all of them are over. */
function asWritten(phases: readonly DraftPhase[]): Map<string, string[]> {
  const tracks = parallelTracks(phases)
  const order = new Map<string, string[]>()
  let before: string[] = []
  let heads = new Map<string, string>()
  for (const [phase, id] of phaseIds(phases)) {
    if (phase.track !== undefined && tracks.has(phase.track)) {
      const head = heads.get(phase.track)
      order.set(id, head === undefined ? before : [head])
      heads.set(phase.track, id)
    } else {
      order.set(id, heads.size > 0 ? [...heads.values()] : before)
      heads = new Map()
      before = [id]
    }
  }
  return order
}

/** A service is moved by one phase at a time: of two that move it, one has to come after the other. */
export function reportClashes(binder: Binder, phases: readonly Phase[]): void {
  const earlier = earlierThan(phases)
  const movers = phases.flatMap((phase) =>
    phase.steps.flatMap((step) => (step.kind === 'rollout' ? [{ phase, service: step.service }] : [])),
  )
  for (const [index, { phase, service }] of movers.entries()) {
    const clash = movers
      .slice(0, index)
      .find(
        (other) =>
          other.service === service &&
          other.phase !== phase &&
          !earlier.get(phase.id)?.has(other.phase.id) &&
          !earlier.get(other.phase.id)?.has(phase.id),
      )
    if (!clash) continue
    const message = `${clash.phase.name} and ${phase.name} may run at the same time, and both move ${service}`
    const hint = `give each track a service of its own, or an order: phases: ${phase.id}: { dependsOn: [${clash.phase.id}] }`
    binder.report('error', 'SERVICE_MOVED_TWICE', phase.source, message, hint)
    return
  }
}

/** Every phase that comes before a phase, however far back; empty for those in a circle. */
function earlierThan(phases: readonly Phase[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (let open = [...phases], left = -1; open.length !== left; ) {
    left = open.length
    for (const { id, dependsOn } of open) {
      if (!dependsOn.every((name) => found.has(name))) continue
      found.set(id, new Set(dependsOn.flatMap((name) => [name, ...(found.get(name) ?? [])])))
    }
    open = open.filter(({ id }) => !found.has(id))
  }
  return found
}
