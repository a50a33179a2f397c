/** What a stage's looks leave in the state: bake time, bookmarks, the judges' sums and the latest verdicts. */
import { serviceOf } from '../plan/plan.ts'
import { watchOf } from '../plan/watches.ts'
import type { EventOf } from './events.ts'
import type { MetricReading } from './evidence.ts'
import type { Fold } from './fold.ts'
import { withService } from './fold-effects.ts'
import { judgesAfter, stageOf } from './look.ts'
import { type Exposure, type Release, serviceState } from './release.ts'
import { splitAfter } from './split.ts'

export const foldExposure: {
  StageEntered: Fold<'StageEntered'>
  StageObserved: Fold<'StageObserved'>
  StagePassed: Fold<'StagePassed'>
  TriggerActed: Fold<'TriggerActed'>
  TriggerCleared: Fold<'TriggerCleared'>
} = {
  StageEntered: (before, { service, stageId, shares }, { elapsedMs }) => {
    const state = serviceState(before, service)
    const percent = shares[serviceOf(before.plan, service).candidate] ?? 0
    return withService(before, service, {
      ...state,
      exposure: entered(before, state.exposure, stageId, elapsedMs),
      confirmedPercents: [...state.confirmedPercents, percent],
    })
  },
  StageObserved: (before, event, { elapsedMs }) => {
    const state = serviceState(before, event.service)
    if (!state.exposure) return {}
    const shares = event.shares ? { ...state.shares, observed: event.shares, observedMs: elapsedMs } : state.shares
    return withService(before, event.service, {
      ...state,
      shares,
      exposure: observed(before, state.exposure, event, elapsedMs),
    })
  },
  StagePassed: (before, { service }) => withExposure(before, service, () => ({ passed: true })),
  TriggerActed: (before, { service, triggerId, episode }) => ({
    ...withExposure(before, service, ({ acting }) => ({ acting: [...acting, triggerId] })),
    episodes: { ...before.episodes, [triggerId]: episode },
  }),
  TriggerCleared: (before, { service, triggerId }) =>
    withExposure(before, service, ({ acting }) => ({ acting: acting.filter((id) => id !== triggerId) })),
}

function withExposure(
  before: Release,
  service: string,
  change: (exposure: Exposure) => Partial<Exposure>,
): Partial<Release> {
  const state = serviceState(before, service)
  if (!state.exposure) return {}
  return withService(before, service, { ...state, exposure: { ...state.exposure, ...change(state.exposure) } })
}

/** A new stage starts its own sums; bookmarks and the windows of triggers that stay armed go on, so that no look is lost between stages. */
function entered(release: Release, before: Exposure | null, stageId: string, elapsedMs: number): Exposure {
  const stage = stageOf(release, stageId)
  const armed = new Set(stage.triggers.map(({ id }) => id))
  const carried = <T>(record: Record<string, T> | undefined): Record<string, T> =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([statementId]) => armed.has(statementId)))
  return {
    stageId,
    enteredMs: elapsedMs,
    bakedMs: 0,
    passed: false,
    lastLookMs: elapsedMs,
    lastFreshMs: elapsedMs,
    cursors: before?.cursors ?? {},
    judges: Object.fromEntries(
      Object.entries(carried(before?.judges)).map(([id, { bets, ...counts }]) => [
        id,
        bets && !watchOf(release.plan, id).isByStage ? { ...counts, bets } : counts,
      ]),
    ),
    criteria: [],
    triggers: [],
    streaks: carried(before?.streaks),
    acting: (before?.acting ?? []).filter((id) => armed.has(id)),
    arrivals: { candidate: 0, baseline: 0 },
    missing: {},
    override: null,
  }
}

function observed(before: Release, exposure: Exposure, event: EventOf<'StageObserved'>, elapsedMs: number): Exposure {
  const cursors = { ...exposure.cursors }
  for (const [metricId, reading] of Object.entries(event.readings)) if (reading) cursors[metricId] = reading.cursor
  if (event.arrivals) cursors[arrivalsCursor] = event.arrivals.cursor
  const fresh = Object.keys(event.missing).length === 0
  const { missingSinceMs: sinceMs = {}, ...rest } = exposure
  return {
    ...rest,
    ...(fresh ? {} : { missingSinceMs: missingSince(event, sinceMs, exposure.lastLookMs) }),
    bakedMs: exposure.bakedMs + event.creditMs,
    lastLookMs: elapsedMs,
    lastFreshMs: fresh ? elapsedMs : exposure.lastFreshMs,
    cursors,
    judges: judgesAfter(before, exposure, event.readings, elapsedMs),
    criteria: event.criteria,
    triggers: event.triggers,
    streaks: streaksAfter(exposure.streaks, event.triggers),
    arrivals: addArrivals(exposure.arrivals, event.arrivals),
    ...splitOf(before, exposure, event),
    missing: Object.fromEntries(Object.entries(event.missing).map(([metricId, error]) => [metricId, error.message])),
  }
}

function missingSince(
  { missing }: EventOf<'StageObserved'>,
  before: Readonly<Record<string, number>>,
  lastLookMs: number,
): Record<string, number> {
  return Object.fromEntries(Object.keys(missing).map((metricId) => [metricId, before[metricId] ?? lastLookMs]))
}

function splitOf(before: Release, exposure: Exposure, { service, arrivals, split }: EventOf<'StageObserved'>) {
  const sums = splitAfter(before, service, exposure, arrivals)
  return sums ? { split: { sums, found: exposure.split?.found ?? split ?? null } } : {}
}

/** The bookmark of the service's own count among the metrics' bookmarks; no metric id can be it. */
export const arrivalsCursor = '#arrivals'

function addArrivals(sum: Exposure['arrivals'], reading: MetricReading | null): Exposure['arrivals'] {
  return {
    candidate: sum.candidate + (reading?.arms.candidate?.total ?? 0),
    baseline: sum.baseline + (reading?.arms.baseline?.total ?? 0),
  }
}

/** Breached looks in a row count up, clear ones down; a look that says neither leaves the count. */
function streaksAfter(
  before: Exposure['streaks'],
  triggers: EventOf<'StageObserved'>['triggers'],
): Exposure['streaks'] {
  const after = { ...before }
  for (const { statementId, verdict } of triggers) {
    const streak = before[statementId] ?? 0
    if (verdict === 'Failed') after[statementId] = Math.max(0, streak) + 1
    if (verdict === 'Successful') after[statementId] = Math.min(0, streak) - 1
  }
  return after
}
