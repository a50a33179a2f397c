/** Stages: entered when the share was read back, earning bake time only by fresh data, passed only on what was seen (6, 8, 12). */
import type { Criterion, Trigger } from '../../../core/plan/step.ts'
import type { EventOf } from '../../../core/release/events.ts'
import type { MetricReading } from '../../../core/release/evidence.ts'
import type { Exposure, Release } from '../../../core/release/release.ts'
import { isDone } from './calls.ts'
import { at, firstOf, type Invariant, type Moment } from './invariant.ts'
import { brokenJudgement } from './judgements.ts'
import { indexOf } from './plan-index.ts'

type Observed = EventOf<'StageObserved'>

/** A look later than this many intervals earns no more than this. */
const mostIntervals = 3

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.001

const exposureOf = ({ services }: Release, service: string): Exposure | null => services[service]?.exposure ?? null

/** Does the candidate have this share, as far as these shares say? */
function isAt(release: Release, service: string, percent: number, shares: Readonly<Record<string, number>> | null) {
  const found = release.plan.services.find(({ name }) => name === service)
  if (!found || !shares) return false
  return near(shares[found.candidate] ?? 0, percent) && near(shares[found.baseline] ?? 0, 100 - percent)
}

function brokenEntry({ service, stageId, shares }: EventOf<'StageEntered'>, { before, after, recorded }: Moment) {
  const place = indexOf(before.plan).stages.get(stageId)
  const state = before.services[service]
  const asked = before.effects[`stage ${stageId}`]
  if (!place || !state) return `${stageId} is not in the plan`
  const { percent } = place.stage
  const now = exposureOf(after, service)
  return firstOf(
    !asked && `${stageId} was never asked for`,
    asked && !isDone(before, asked) && `the share of ${stageId} was not read back as asked`,
    !isAt(before, service, percent, shares) && `${stageId} was entered at another share than ${percent} %`,
    !isAt(before, service, percent, state.shares.observed) && `${stageId} was entered and another share is there`,
    state.rollback && `${service} goes back, and ${stageId} was entered`,
    state.exposure?.stageId === stageId && `${stageId} was entered twice`,
    (now?.stageId !== stageId || now.passed || now.bakedMs !== 0) && `${stageId} did not begin anew`,
    (now?.override !== null || now.criteria.length + now.triggers.length > 0) && `${stageId} began with old verdicts`,
    now?.enteredMs !== recorded.elapsedMs && `${stageId} began at another time`,
  )
}

/** No data of a metric, and nothing that says so? */
function silentMetric(event: Observed, statements: readonly (Criterion | Trigger)[]): string | undefined {
  const silent = statements.find(
    ({ metricId }) => !event.readings[metricId]?.arms.candidate && !event.missing[metricId],
  )
  return silent?.metricId
}

function brokenLook(event: Observed, { before, recorded }: Moment): string | null {
  const place = indexOf(before.plan).stages.get(event.stageId)
  const exposure = exposureOf(before, event.service)
  if (!place || exposure?.stageId !== event.stageId) return `${event.stageId} is not where ${event.service} is`
  const { stage } = place
  const silent = silentMetric(event, [...stage.criteria, ...stage.triggers])
  const desired = before.services[event.service]?.shares.desired ?? null
  const isConfirmed = desired !== null && event.shares !== null && isSameShares(desired, event.shares)
  const { rollback } = before
  const isStill = before.pause !== null || (rollback !== null && rollback.endedMs === null)
  const mostMs = Math.min(recorded.elapsedMs - exposure.lastLookMs, mostIntervals * before.plan.judging.intervalMs)
  return firstOf(
    before.ended && 'a look after the end',
    before.services[event.service]?.rollback && `a look at ${event.stageId}, which went back`,
    silent !== undefined && `${silent} had no data of the candidate, and nobody says so`,
    event.creditMs > mostMs && `${event.creditMs} ms of bake time for a look that is worth ${mostMs} ms at most`,
    event.creditMs > 0 && Object.keys(event.missing).length > 0 && 'bake time without data',
    event.creditMs > 0 && !isConfirmed && 'bake time at a share that was not asked for',
    event.creditMs > 0 && isStill && 'bake time while nothing goes forward',
  )
}

const isSameShares = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.entries(a).every(([version, percent]) => near(b[version] ?? 0, percent)) &&
  Object.entries(b).every(([version, percent]) => near(a[version] ?? 0, percent))

/** The fold of a look: bake time, bookmarks, streaks and arrivals move by exactly what was seen. */
function brokenFold(event: Observed, { before, after, recorded }: Moment): string | null {
  const [was, is] = [exposureOf(before, event.service), exposureOf(after, event.service)]
  if (!was || !is) return 'a look left no exposure'
  const isFresh = Object.keys(event.missing).length === 0
  const streak = event.triggers.find(({ statementId, verdict }) => {
    const count = was.streaks[statementId] ?? 0
    const wanted =
      verdict === 'Failed' ? Math.max(0, count) + 1 : verdict === 'Successful' ? Math.min(0, count) - 1 : count
    return (is.streaks[statementId] ?? 0) !== wanted
  })
  const bookmark = Object.entries(event.readings).find(([id, reading]) => reading && is.cursors[id] !== reading.cursor)
  const arrived = event.arrivals?.arms.candidate?.total ?? 0
  return firstOf(
    !near(is.bakedMs, was.bakedMs + event.creditMs) && `${is.bakedMs - was.bakedMs} ms baked of ${event.creditMs} ms`,
    is.lastLookMs !== recorded.elapsedMs && 'the look was not noted',
    is.lastFreshMs !== (isFresh ? recorded.elapsedMs : was.lastFreshMs) && 'freshness is not what was seen',
    streak && `the streak of ${streak.statementId} is not what was seen`,
    bookmark && `the bookmark of ${bookmark[0]} was lost`,
    is.arrivals.candidate !== was.arrivals.candidate + arrived && 'arrivals do not add up',
    Object.keys(is.missing).length !== Object.keys(event.missing).length && 'what is missing was lost',
    event.shares && after.services[event.service]?.shares.observed !== event.shares && 'shares read were lost',
  )
}

/** Every statement of the stage has its verdict, and each follows from what was read. */
function brokenVerdicts(event: Observed, { before, after, recorded }: Moment): string | null {
  const stage = indexOf(before.plan).stages.get(event.stageId)?.stage
  const [was, is] = [exposureOf(before, event.service), exposureOf(after, event.service)]
  if (!stage || !was || !is) return null
  for (const [statements, judgements] of [
    [stage.criteria, event.criteria],
    [stage.triggers, event.triggers],
  ] as const) {
    if (statements.length !== judgements.length)
      return `${judgements.length} verdicts on ${statements.length} statements`
    for (const [position, statement] of statements.entries()) {
      const judgement = judgements[position]
      const ripeMs = was.enteredMs + (before.plan.metrics[statement.metricId]?.maturesMs ?? 0)
      const read: MetricReading | null =
        recorded.elapsedMs < ripeMs ? null : (event.readings[statement.metricId] ?? null)
      if (judgement?.statementId !== statement.id) return `no verdict on ${statement.id}`
      const states = { was: was.judges[statement.id], is: is.judges[statement.id] }
      const wrong = brokenJudgement(before.plan, statement, judgement, states, read, recorded.elapsedMs)
      if (wrong !== null) return `${statement.id}: ${wrong}`
    }
  }
  return null
}

/** What must be so for a stage to pass, with or without a person's word. */
function brokenPass({ service, stageId, promoted }: EventOf<'StagePassed'>, { before, after, recorded }: Moment) {
  const place = indexOf(before.plan).stages.get(stageId)
  const exposure = exposureOf(before, service)
  if (!place || exposure?.stageId !== stageId) return `${stageId} is not where ${service} is`
  const { stage } = place
  const { judging, metrics } = before.plan
  const isPromoted = promoted !== undefined
  const isMeasured = stage.criteria.length + stage.triggers.length > 0
  const open = stage.criteria.find(
    ({ id }) => exposure.criteria.find(({ statementId }) => statementId === id)?.verdict !== 'Successful',
  )
  const unripe = stage.criteria.find(
    ({ metricId }) => recorded.elapsedMs < exposure.enteredMs + (metrics[metricId]?.maturesMs ?? 0),
  )
  return firstOf(
    exposure.passed && `${stageId} passed twice`,
    exposure.lastLookMs === exposure.enteredMs && `${stageId} passed and nobody has looked`,
    before.services[service]?.rollback && `${stageId} passed and ${service} goes back`,
    !exposureOf(after, service)?.passed && `${stageId} passed and is not marked so`,
    !isPromoted && before.pause && `${stageId} passed while paused`,
    !isPromoted &&
      exposure.bakedMs < stage.bakeMs / before.speed &&
      `${stageId} passed after ${exposure.bakedMs} ms of ${stage.bakeMs / before.speed} ms`,
    Object.keys(exposure.missing).length > 0 && `${stageId} passed with missing data`,
    isMeasured &&
      recorded.elapsedMs - exposure.lastFreshMs > judging.stalenessMs &&
      `${stageId} passed on data that is ${recorded.elapsedMs - exposure.lastFreshMs} ms old`,
    !isAt(before, service, stage.percent, before.services[service]?.shares.observed ?? null) &&
      `${stageId} passed at another share`,
    recorded.elapsedMs - (before.services[service]?.shares.observedMs ?? 0) > judging.stalenessMs &&
      `${stageId} passed and nobody has read its shares`,
    exposure.acting.length > 0 && `${stageId} passed while ${exposure.acting[0]} acts`,
    open && (isPromoted || !exposure.override) && `${stageId} passed and ${open.id} does not hold`,
    unripe && !exposure.override && `${stageId} passed before ${unripe.id} could be known`,
  )
}

export const exposureInvariants: Invariant[] = [
  at('StageEntered', '8 a stage is entered when its share was read back', brokenEntry),
  at('StageObserved', '12 bake time is earned by fresh looks, never more than passed', brokenLook),
  at('StageObserved', '2 a look moves the state by what was seen', brokenFold),
  at('StageObserved', '6 verdicts follow from what was read', brokenVerdicts),
  at('StagePassed', '6 missing, stale or partial data never promotes', brokenPass),
  at(
    'VerdictOverridden',
    '6 a verdict is overridden once, and missing data is none',
    ({ service, stageId }, { before, after }) => {
      const exposure = exposureOf(before, service)
      return firstOf(
        exposure?.stageId !== stageId && `${stageId} is not where ${service} is`,
        exposure?.override && `${stageId} was overridden already`,
        exposure?.passed && `${stageId} has passed`,
        exposure && Object.keys(exposure.missing).length > 0 && 'missing data is no verdict',
        exposureOf(after, service)?.override === null && 'the word was lost',
      )
    },
  ),
]
