/** Plain questions about a release's state, answered without the engine's own helpers. */
import type { PhaseState, Release } from '../../../core/release/release.ts'
import { indexOf } from './plan-index.ts'

const waiting: PhaseState = { status: 'waiting', startedMs: null, completedMs: null, steps: {} }

export const phaseStateOf = ({ phases }: Release, id: string): PhaseState => phases[id] ?? waiting

/** A rollback is under way. */
export const isGoingBack = ({ ended, rollback }: Release): boolean =>
  ended === null && rollback !== null && rollback.endedMs === null

/** Has this stage passed, or one above it been entered? */
export function hasPassed(release: Release, stageId: string): boolean {
  const { stages } = indexOf(release.plan)
  const place = stages.get(stageId)
  const exposure = place && release.services[place.service.name]?.exposure
  const current = exposure && stages.get(exposure.stageId)
  return place && current ? current.rank > place.rank || (current.rank === place.rank && exposure.passed) : false
}

/** The verdict of the last look on a statement of the service's stage. */
export const verdictOf = ({ services }: Release, service: string, triggerId: string): string | undefined =>
  services[service]?.exposure?.triggers.find(({ statementId }) => statementId === triggerId)?.verdict
