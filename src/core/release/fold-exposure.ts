/** What a stage's looks leave in the state: bake time, bookmarks, the judges' sums and the latest verdicts. */
import type { EventOf } from './events.ts'
import type { MetricReading } from './evidence.ts'
import type { Fold } from './fold.ts'
import { judgesAfter, stageOf } from './look.ts'
import type { Exposure, Release } from './release.ts'

export const foldExposure: {
  StageEntered: Fold<'StageEntered'>
  StageObserved: Fold<'StageObserved'>
  StagePassed: Fold<'StagePassed'>
} = {
  StageEntered: (before, { stageId, shares }, { elapsedMs }) => ({
    exposure: entered(before, stageId, elapsedMs),
    confirmedPercents: [...before.confirmedPercents, shares[before.plan.rollout.candidate] ?? 0],
  }),
  StageObserved: (before, event, { elapsedMs }) =>
    before.exposure
      ? { exposure: observed(before, before.exposure, event, elapsedMs), shares: readBack(before, event, elapsedMs) }
      : {},
  StagePassed: (before) => (before.exposure ? { exposure: { ...before.exposure, passed: true } } : {}),
}

/** A new stage starts its own sums; bookmarks and the windows of triggers that stay armed go on, so that no look is lost between stages. */
function entered(before: Release, stageId: string, elapsedMs: number): Exposure {
  const armed = new Set(stageOf(before, stageId).triggers.map(({ id }) => id))
  const carried = Object.entries(before.exposure?.judges ?? {}).filter(([statementId]) => armed.has(statementId))
  return {
    stageId,
    enteredMs: elapsedMs,
    bakedMs: 0,
    passed: false,
    lastLookMs: elapsedMs,
    lastFreshMs: elapsedMs,
    cursors: before.exposure?.cursors ?? {},
    judges: Object.fromEntries(carried),
    criteria: [],
    triggers: [],
    arrivals: { candidate: 0, baseline: 0 },
    missing: {},
  }
}

function observed(before: Release, exposure: Exposure, event: EventOf<'StageObserved'>, elapsedMs: number): Exposure {
  const cursors = { ...exposure.cursors }
  for (const [metricId, reading] of Object.entries(event.readings)) if (reading) cursors[metricId] = reading.cursor
  if (event.arrivals) cursors[arrivalsCursor] = event.arrivals.cursor
  const fresh = Object.keys(event.missing).length === 0
  return {
    ...exposure,
    bakedMs: exposure.bakedMs + event.creditMs,
    lastLookMs: elapsedMs,
    lastFreshMs: fresh ? elapsedMs : exposure.lastFreshMs,
    cursors,
    judges: judgesAfter(before, exposure, event.readings, elapsedMs),
    criteria: event.criteria,
    triggers: event.triggers,
    arrivals: addArrivals(exposure.arrivals, event.arrivals),
    missing: Object.fromEntries(Object.entries(event.missing).map(([metricId, error]) => [metricId, error.message])),
  }
}

/** The bookmark of the service's own count among the metrics' bookmarks; no metric id can be it. */
export const arrivalsCursor = '#arrivals'

function addArrivals(sum: Exposure['arrivals'], reading: MetricReading | null): Exposure['arrivals'] {
  return {
    candidate: sum.candidate + (reading?.arms.candidate?.total ?? 0),
    baseline: sum.baseline + (reading?.arms.baseline?.total ?? 0),
  }
}

function readBack(before: Release, event: EventOf<'StageObserved'>, elapsedMs: number): Release['shares'] {
  return event.shares ? { ...before.shares, observed: event.shares, observedMs: elapsedMs } : before.shares
}
