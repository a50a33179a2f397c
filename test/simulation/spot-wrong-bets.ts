/** Asks of a simulated release under the sequential judge whether its odds, bars and verdicts are what its readings make them, by `reference-bets.ts`. */
import { canonicalThreshold } from '../../src/core/plan/condition.ts'
import { ladderOf, type Plan } from '../../src/core/plan/plan.ts'
import type { Criterion, Stage, Trigger } from '../../src/core/plan/step.ts'
import type { EventOf } from '../../src/core/release/events.ts'
import type { ArmCounts } from '../../src/core/release/evidence.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import type { Judgement } from '../../src/core/release/judgement.ts'
import {
  type BetTick,
  type Counted,
  oddsAbove,
  oddsAboveAfterBlock,
  oddsBelow,
  oddsWithin,
  oddsWorse,
} from './reference-bets.ts'
import type { Scenario } from './scenario.ts'

export interface WrongBet {
  statementId: string
  atMs: number
  message: string
}

/** Everything that one statement was told. */
interface Course {
  startMs: number
  ticks: BetTick[]
  /** The odds of the look before. */
  odds: number | null
  /** They were once so high that they may have been capped. */
  isCapped: boolean
}

type Statement = Criterion | Trigger

/** Beyond this, wealth may be capped, and what follows is another course. */
const mostCompared = 1e6

export function wrongBets(scenario: Scenario, log: readonly Recorded[]): WrongBet[] {
  return new Bookkeeper(scenario).read(log)
}

class Bookkeeper {
  readonly #plan: Plan
  readonly #speed: number
  readonly #stages: ReadonlyMap<string, Stage>
  /** By service and statement. */
  #courses = new Map<string, Course>()
  /** By service, when its stage was entered, and its last look. */
  readonly #entered = new Map<string, number>()
  readonly #looked = new Map<string, number>()
  readonly #wrong: WrongBet[] = []

  constructor({ plan, speed }: Scenario) {
    this.#plan = plan
    this.#speed = speed
    this.#stages = new Map(ladderOf(plan).map(({ stage }) => [stage.id, stage]))
  }

  read(log: readonly Recorded[]): WrongBet[] {
    for (const { event, elapsedMs } of log) {
      if (event.type === 'StageEntered') this.#enter(event, elapsedMs)
      if (event.type === 'StageObserved') this.#look(event, elapsedMs)
    }
    return this.#wrong
  }

  /** Criteria begin anew; triggers that stay armed go on. */
  #enter({ service, stageId }: EventOf<'StageEntered'>, atMs: number): void {
    const armed = new Set(this.#stages.get(stageId)?.triggers.map(({ id }) => `${service} ${id}`))
    this.#courses = new Map([...this.#courses].filter(([key]) => armed.has(key) || !key.startsWith(`${service} `)))
    this.#entered.set(service, atMs)
    this.#looked.set(service, atMs)
  }

  #look(event: EventOf<'StageObserved'>, atMs: number): void {
    const { service, stageId } = event
    const stage = this.#stages.get(stageId)
    if (!stage) return
    const fromMs = this.#looked.get(service) ?? atMs
    this.#looked.set(service, atMs)
    for (const [statements, judgements] of [
      [stage.criteria, event.criteria],
      [stage.triggers, event.triggers],
    ] as const)
      for (const [index, statement] of statements.entries()) {
        const { maturesMs = 0 } = this.#plan.metrics[statement.metricId] ?? {}
        const isRipe = atMs - (this.#entered.get(service) ?? 0) >= maturesMs
        const arms = isRipe ? event.readings[statement.metricId]?.arms : undefined
        const course = this.#told(`${service} ${statement.id}`, statement, arms, fromMs, atMs)
        const judgement = judgements[index]
        const message = course && judgement ? this.#wrongWith(stage, statement, judgement, course) : null
        if (message !== null) this.#wrong.push({ statementId: statement.id, atMs, message })
        if (course) course.odds = judgement?.statistics?.odds ?? course.odds
      }
  }

  #told(
    key: string,
    statement: Statement,
    arms: { candidate?: ArmCounts; baseline?: ArmCounts } | undefined,
    fromMs: number,
    atMs: number,
  ): Course | undefined {
    const known = this.#courses.get(key)
    if (!arms?.candidate) return known
    const course = known ?? { startMs: fromMs, ticks: [], odds: null, isCapped: false }
    this.#courses.set(key, course)
    const other = arms.baseline ? countedOf(arms.baseline, statement) : null
    course.ticks.push({ atMs: atMs - course.startMs, own: countedOf(arms.candidate, statement), other })
    return course
  }

  #wrongWith(stage: Stage, statement: Statement, judgement: Judgement, course: Course): string | null {
    const { statistics, verdict } = judgement
    const { sequential } = this.#plan.judging
    if (!statistics || !sequential) return null
    const isTrigger = 'windowMs' in statement
    const { alike, stageMs } = this.#watch(statement.id, isTrigger ? 'triggers' : 'criteria', stage)
    const isBadBar = isTrigger || verdict === 'Failed'
    const bar = isBadBar ? alike / sequential.rollbackAlpha : 1 / sequential.promotionAlpha
    if (!near(statistics.bar, bar)) return `its bar is ${statistics.bar}, not ${bar}`
    if ((verdict === 'Failed' || verdict === 'Successful') && !isTrigger && statistics.odds < bar)
      return `${verdict} at ${statistics.odds}`
    const noise = this.#plan.metrics[statement.metricId]?.noise
    const differs = comparing(course)
    if (noise) return wrongBlock(statement, statistics.odds, course, stageMs, noise, differs)
    const worseBar = alike / sequential.rollbackAlpha
    return wrongOdds(statement, judgement, statistics.odds, course.ticks, differs, {
      stageMs,
      worseBar,
      passBar: 1 / sequential.promotionAlpha,
      margin: statement.metricId === 'latency' ? undefined : sequential.margin,
      minimum: this.#plan.metrics[statement.metricId]?.minimumSamples ?? 0,
    })
  }

  /**
   * Among how many the false alarms are shared, and how long the statement is watched: a criterion begins anew with each of its stages, a trigger
   * goes on. Gauges bet nothing.
   */
  #watch(statementId: string, kind: 'criteria' | 'triggers', stage: Stage): { alike: number; stageMs: number } {
    const stages = [...this.#stages.values()]
    const isBet = ({ metricId }: Statement) => !('gauge' in (this.#plan.metrics[metricId]?.query ?? {}))
    const ids = new Set(stages.flatMap((one) => one[kind].filter(isBet).map(({ id }) => id)))
    const own = stages.filter((one) => one[kind].some(({ id }) => id === statementId))
    const bakeMs = kind === 'triggers' ? own.reduce((sum, one) => sum + one.bakeMs, 0) : stage.bakeMs
    const times = kind === 'triggers' ? 1 : own.length
    return { alike: ids.size * times, stageMs: Math.max(60_000, bakeMs / this.#speed) }
  }
}

/** Requests, and the bad ones that the statement is about: events, what is lacking of them, or what lies beyond the edge. */
function countedOf({ total, events = 0, buckets }: ArmCounts, { condition }: Statement): Counted {
  const threshold = canonicalThreshold(condition)
  if (threshold?.kind === 'duration')
    return { total, bad: total - (buckets?.find(({ le }) => le === threshold.value)?.count ?? 0) }
  return { total, bad: condition.metric === 'conversion' ? total - events : events }
}

function badRate({ condition }: Statement): number {
  const threshold = canonicalThreshold(condition)
  if (threshold?.kind === 'duration') return 1 - (condition.percentile ?? 0) / 100
  const value = threshold?.value ?? Number.NaN
  return condition.metric === 'conversion' ? 1 - value : value
}

/** What the verdicts on a statement ask for. */
interface Sureness {
  stageMs: number
  worseBar: number
  passBar: number
  margin: number | undefined
  minimum: number
}

function wrongOdds(
  statement: Statement,
  { verdict, samples }: Judgement,
  odds: number,
  ticks: readonly BetTick[],
  differs: Compare,
  { stageMs, worseBar, passBar, margin, minimum }: Sureness,
): string | null {
  const rate = badRate(statement)
  const isErrors = statement.metricId === 'errors'
  const bad = oddsAbove(ticks, rate, stageMs)
  if ('windowMs' in statement) return differs(odds, bad)
  if (verdict !== 'Failed') {
    if (isErrors && oddsWorse(ticks, stageMs) > worseBar * (1 + 1e-6))
      return `${verdict}, and it is worse than the baseline`
    const isWithin = margin === undefined || oddsWithin(ticks, margin) >= passBar * (1 - 1e-6)
    if (verdict === 'Successful' && !isWithin) return 'it passed, and is not shown to keep the margin'
    const good = oddsBelow(ticks, rate)
    const isShown = isWithin && good > passBar * (1 + 1e-6) && samples >= minimum
    if (verdict === 'Inconclusive' && isShown) return 'it is shown, and did not pass'
    return differs(odds, good)
  }
  // What its own threshold shows is told first. Of latencies and frequent events another bet says that the candidate is worse; it is not worked out here.
  return isErrors ? differs(odds, bad >= worseBar ? bad : oddsWorse(ticks, stageMs)) : null
}

/** Between the ends of blocks nothing moves; and the first block counts as the strongest noise of the class has it. */
function wrongBlock(
  statement: Statement,
  odds: number,
  { ticks, odds: before }: Course,
  stageMs: number,
  { spanMs, mostCv }: { spanMs: number; mostCv: number },
  differs: Compare,
): string | null {
  if (!('windowMs' in statement)) return null
  const ends: number[] = []
  for (const { atMs } of ticks) if (atMs - (ends.at(-1) ?? 0) >= spanMs) ends.push(atMs)
  const isEnd = ends.at(-1) === ticks.at(-1)?.atMs
  if (!isEnd) return before === null || near(odds, before) ? null : `it went from ${before} to ${odds} within a block`
  if (ends.length !== 1) return null
  const own = ticks.reduce((sum, tick) => ({ total: sum.total + tick.own.total, bad: sum.bad + tick.own.bad }), {
    total: 0,
    bad: 0,
  })
  const block = { atMs: ends[0] ?? 0, own, other: null }
  return differs(odds, oddsAboveAfterBlock(block, badRate(statement), stageMs, mostCv))
}

const near = (one: number, other: number): boolean =>
  Math.abs(one - other) <= 1e-6 * Math.max(Math.abs(one), Math.abs(other))

/** What is wrong with the odds, given what they come to. */
type Compare = (odds: number, expected: number) => string | null

function comparing(course: Course): Compare {
  return (odds, expected) => {
    course.isCapped ||= Math.max(odds, expected) > mostCompared
    return course.isCapped || near(odds, expected) ? null : `its odds are ${odds}, and come to ${expected}`
  }
}
