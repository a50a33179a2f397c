/** The exact bars of stages with a stated horizon: what their metric is expected to bring says how many events a stage lasts for. */
import { askedOf } from '../../judge/asked.ts'
import { beyondHorizon, worseTest } from '../../judge/bets.ts'
import { calibrateBar } from '../../judge/calibrate-bar.ts'
import { isFrequent } from '../../judge/rate-ratio.ts'
import { ladderOf, type Phase, type Plan } from '../plan.ts'
import type { Criterion, RolloutStep, Stage, Step, Trigger } from '../step.ts'
import { watchesOf } from '../watches.ts'

/** A longer horizon is not worth the computing: the bar is near the usual one then. */
const mostEvents = 20_000
/** With fewer events nothing is shown before the horizon is over. */
const leastEvents = 10

const minuteMs = 60_000

/** The plan with the bars of its stages; none where nothing is compared, or nobody says what to expect. */
export function withBars(plan: Plan): Plan {
  const { sequential } = plan.judging
  if (!sequential || sequential.falseAlarmEveryMs !== undefined) return plan
  if (!Object.values(plan.metrics).some(({ expected, noise }) => expected && !noise)) return plan
  const watches = watchesOf(
    ladderOf(plan).map(({ stage }) => stage),
    plan.metrics,
  )
  const alphaOf = ({ id }: Criterion | Trigger) => {
    const { part, stages } = watches.get(id) ?? { part: 1, stages: 1 }
    return (sequential.rollbackAlpha * part) / stages
  }
  const phases = plan.phases.map(
    (phase): Phase => ({ ...phase, steps: phase.steps.map((step) => withStages(plan, step, alphaOf)) }),
  )
  return { ...plan, phases }
}

type AlphaOf = (statement: Criterion | Trigger) => number

function withStages(plan: Plan, step: Step, alphaOf: AlphaOf): Step {
  if (step.kind !== 'rollout') return step
  return {
    ...step,
    stages: step.stages.map((stage) => ({ ...stage, ...barsOf(plan, stage, alphaOf) })),
  } satisfies RolloutStep
}

function barsOf(plan: Plan, stage: Stage, alphaOf: AlphaOf): Pick<Stage, 'bars'> {
  const bars = [...stage.criteria, ...stage.triggers].flatMap((statement) => {
    const bar = barOf(plan, stage, statement, alphaOf(statement))
    return bar ? [[statement.id, bar] as const] : []
  })
  return bars.length === 0 ? {} : { bars: Object.fromEntries(bars) }
}

function barOf(
  plan: Plan,
  { percent, bakeMs }: Stage,
  statement: Criterion | Trigger,
  alpha: number,
): { odds: number; events: number } | undefined {
  const { expected, noise } = plan.metrics[statement.metricId] ?? {}
  const isTrigger = 'windowMs' in statement
  const asked = askedOf(statement.condition, isTrigger)
  const isCompared = asked?.kind === 'ratio' ? asked.isHighBad : asked?.kind === 'rate' && !isTrigger
  if (!expected || noise || !asked || !isCompared || percent <= 0 || percent >= 100) return undefined
  const events = Math.ceil((expected.perMinute * bakeMs * expected.rate) / minuteMs)
  if (events < leastEvents || events > mostEvents) return undefined
  const certainty = { rollbackAlpha: alpha, promotionAlpha: alpha, stageMs: bakeMs, expectedRate: expected.rate }
  const test = worseTest(asked, certainty)
  if (isFrequent(test)) return undefined
  const walk = { share: percent / 100, events, nullRatio: test.nullRatio }
  return { odds: calibrateBar(test.alternatives, alpha * (1 - beyondHorizon), walk), events }
}
