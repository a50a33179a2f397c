import { describe, expect, it } from 'vitest'
import { plan } from '../../../../test/fixtures/plan.ts'
import { worseRatios } from '../../judge/alternatives.ts'
import { rateCrossing } from '../../judge/calibrate-bar.ts'
import { ladderOf, type Plan } from '../plan.ts'
import { withBars } from './bind-bars.ts'

const hour = 3_600_000
const errors = plan.metrics.errors
if (!errors) throw new Error('the example has errors')

/** The example with an hour in each stage, and what to expect of its errors. */
function planOf(change: Partial<Plan['metrics'][string]>, judging: Partial<Plan['judging']> = {}): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) =>
      step.kind === 'rollout' ? { ...step, stages: step.stages.map((stage) => ({ ...stage, bakeMs: hour })) } : step,
    ),
  }))
  const metrics = { ...plan.metrics, errors: { ...errors, ...change } as Plan['metrics'][string] }
  const sequential = { rollbackAlpha: 0.01, promotionAlpha: 0.05 }
  return { ...plan, metrics, phases, judging: { ...plan.judging, sequential, ...judging } }
}

const expected = { perMinute: 6_000, rate: 0.005 }
const barsOf = (made: Plan) => ladderOf(withBars(made)).map(({ stage }) => stage.bars)

describe('bars of stages with a stated horizon', () => {
  it('are lower than the usual odds, and let no more false alarms pass than a stage may have', () => {
    const bars = barsOf(planOf({ expected }))
    const [canary] = bars
    const [[id, bar] = ['', undefined]] = Object.entries(canary ?? {})
    expect(id).toBe('canary/errors')
    expect(bar?.events).toBe(1_800)
    // Two criteria on errors, two on latency, share them: the canary's in one stage, that of 50 % and 100 % in two.
    const alpha = 0.01 / 4
    expect(bar?.odds).toBeLessThan(1 / alpha)
    const walk = { share: 0.1, events: 1_800 }
    const { probability } = rateCrossing(worseRatios, bar?.odds ?? 0, walk)
    expect(probability).toBeLessThanOrEqual(0.9 * alpha)
    expect(probability).toBeGreaterThan(0.8 * alpha)
    expect(bars.map((one) => one !== undefined)).toEqual([true, true, false])
  })

  it('are not made where nobody says what to expect, noise is declared, or the plan wants another contract', () => {
    const none = [undefined, undefined, undefined]
    expect(barsOf(planOf({}))).toEqual(none)
    expect(barsOf(planOf({ expected, noise: { spanMs: 60_000, mostCv: 0.5 } }))).toEqual(none)
    expect(
      barsOf(
        planOf({ expected }, { sequential: { rollbackAlpha: 0.01, promotionAlpha: 0.05, falseAlarmEveryMs: hour } }),
      ),
    ).toEqual(none)
    expect(barsOf(planOf({ expected: { perMinute: 1e6, rate: 0.01 } }))).toEqual(none)
    const { sequential: _, ...simple } = plan.judging
    expect(barsOf({ ...planOf({ expected }), judging: simple })).toEqual(none)
  })
})
