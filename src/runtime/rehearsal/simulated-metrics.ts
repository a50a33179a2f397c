/** What a look sees in a rehearsal: healthy numbers by default, or those of the fault that is at work. */
import type { Plan } from '../../core/plan/plan.ts'
import { serviceOf } from '../../core/plan/plan.ts'
import { serviceShares } from '../../core/plan/service.ts'
import type { Stage } from '../../core/plan/step.ts'
import type { MetricReading } from '../../core/release/evidence.ts'
import { stageOf } from '../../core/release/look.ts'
import type { Needed, Observation } from '../../core/release/needs.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { type Exposure, type Release, serviceState } from '../../core/release/release.ts'
import { bakeMs } from '../../core/release/time.ts'
import type { DataFault, Fault, Moment } from './fault.ts'
import { baselineLevelOf, countsAt, levelsOf, totalPerLook } from './metric-levels.ts'

/** What the simulated world knows when it is looked at. `looks` counts all looks so far. */
export interface Seen {
  release: Release
  faults: readonly Fault[]
  /** The candidate's real share. */
  percent: number
  looks: number
  /** The candidate answers nothing and counts nothing. */
  isCandidateDown: boolean
}

export function look(seen: Seen, needed: Needed): Observation {
  const { release, faults } = seen
  const { exposure } = serviceState(release, needed.service)
  const stage = needed.look === 'stage' && exposure ? stageOf(release, exposure.stageId) : null
  const data = stage ? dataFault(faults, stage.id) : undefined
  const read = (metricId: string | null) => {
    if (!stage || !exposure || metricId === null) return reading(seen, data, metricId, { own: 0, other: 0 })
    const levels = { own: level(seen, stage, exposure, metricId), other: baselineLevelOf(stage, metricId) }
    return reading(seen, data, metricId, levels)
  }
  return {
    look: needed.look,
    service: needed.service,
    stageId: needed.stageId,
    readings: Object.fromEntries(needed.metrics.map(({ metricId }) => [metricId, read(metricId)])),
    arrivals: serviceOf(release.plan, needed.service).arrivals ? read(null) : null,
    shares: needed.readShares ? shares(seen, data, needed.service) : null,
  }
}

function dataFault(faults: readonly Fault[], stageId: string): DataFault | undefined {
  for (const fault of faults) if (fault.kind === 'data' && fault.stageId === stageId) return fault.how
  return undefined
}

function shares({ release, percent }: Seen, data: DataFault | undefined, service: string): Observation['shares'] {
  if (data === 'sharesUnreadable') return fail('timeout', 'the router did not answer')
  return succeed(serviceShares(serviceOf(release.plan, service), percent))
}

/** Where the metric stands: at the level of the breach or the undecided band that is at work, else healthy. */
function level({ release, faults }: Seen, stage: Stage, exposure: Exposure, metricId: string): number {
  const levels = levelsOf(release.plan, stage, metricId)
  for (const fault of faults) {
    if (fault.kind === 'undecided' && fault.stageId === stage.id) return levels.undecided ?? levels.healthy
    if (fault.kind !== 'breach' || fault.stageId !== stage.id || !hasCome(release, stage, exposure, fault.from))
      continue
    const breach = levels.breach[fault.triggerId]
    if (breach != null) return breach
  }
  return levels.healthy
}

function hasCome(release: Release, stage: Stage, exposure: Exposure, from: Moment): boolean {
  if (from === 'afterPass') return exposure.passed
  return from === 'atOnce' || exposure.bakedMs >= bakeMs(release, stage) / 2
}

/** `metricId` is null for the service's own count. */
function reading(
  { release: { plan }, percent, looks, isCandidateDown }: Seen,
  data: DataFault | undefined,
  metricId: string | null,
  { own, other }: { own: number; other: number },
): Outcome<MetricReading> {
  if (data === 'unavailable') return fail('unavailable', 'the source is not there')
  if (data === 'missing' || (data === 'flickers' && looks % 2 === 0))
    return fail('notFound', 'the source has no such data')
  const candidate = armAt(plan, data, metricId, own, percent)
  const baseline = armAt(plan, undefined, metricId, other, 100 - percent)
  const hasCandidate = data !== 'baselineOnly' && !isCandidateDown && (percent > 0 || metricId === null)
  return succeed({
    arms: {
      ...(hasCandidate && { candidate }),
      ...(data !== 'candidateOnly' && percent < 100 && { baseline }),
    },
    cursor: looks,
  })
}

function armAt(plan: Plan, data: DataFault | undefined, metricId: string | null, level: number, percent: number) {
  if (percent === 0 || data === 'stale') return countsAt(plan, metricId ?? '', 0, 0)
  if (data === 'notANumber') return { total: totalPerLook, events: Number.NaN }
  if (data === 'fewSamples') return countsAt(plan, metricId ?? '', 0, 1)
  return countsAt(plan, metricId ?? '', level, totalPerLook)
}
