import { describe, expect, it } from 'vitest'
import { plan } from '../../../test/fixtures/plan.ts'
import { trainPlan } from '../../../test/fixtures/train-plan.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { explore } from './explore.ts'
import { describeFault } from './fault.ts'
import { rehearsedWeaknesses } from './rehearsed-weaknesses.ts'
import { rehearsalOf } from './setting.ts'

const startWallMs = Date.UTC(2026, 0, 5, 9)
const rehearse = (one: Plan, scenarios = 300) => explore(rehearsalOf(one, startWallMs), { seed: 1, scenarios })

/** The example with other stages. */
const withStages = (change: (stage: Stage) => Stage): Plan => ({
  ...plan,
  phases: plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) => (step.kind === 'rollout' ? { ...step, stages: step.stages.map(change) } : step)),
  })),
})
type Stage = Extract<Plan['phases'][number]['steps'][number], { kind: 'rollout' }>['stages'][number]

/** Thousands of releases each, beside whatever else the machine does. */
const timeout = 60_000

describe('exploring a plan', { timeout }, () => {
  it('always ends the example safe, and says how long going back took', () => {
    const found = rehearse(plan)
    expect(found.good.release.status).toBe('Succeeded')
    expect(found.unsafe.map(({ problems, faults }) => [problems, faults.map(describeFault)])).toEqual([])
    expect(found.scenarios).toBeGreaterThanOrEqual(300)
    expect(found.singleFaults).toBeGreaterThan(300)
    expect(found.worstLiveRollbackMs).toBeLessThanOrEqual(2_000)
    expect(rehearsedWeaknesses(plan, found)).toEqual([])
  })

  it('always ends a train of services safe', () => {
    const found = rehearse(trainPlan, 1)
    expect(found.good.release.status).toBe('Succeeded')
    expect(found.unsafe.map(({ problems, faults }) => [problems, faults.map(describeFault)])).toEqual([])
  })

  it('drives gauges to where their triggers act, and is safe with them', () => {
    const source = { start: 9, end: 9 }
    const about = (metricId: string, comparator: '<' | '>', value: number, unit: string) => ({
      id: `${metricId} ${comparator} ${value} ${unit}`,
      text: metricId,
      source,
      metricId,
      condition: { metric: metricId, comparator, value, unit },
    })
    const acts = (kind: 'halt' | 'notify' | 'pause') => ({ windowMs: 8_000, action: { kind } })
    const staged = withStages((stage) => ({
      ...stage,
      criteria: [...stage.criteria, about('memory', '<', 512, 'MB'), about('cpu', '<', 80, '%')],
      triggers: [
        ...stage.triggers,
        { ...about('memory', '>', 1, 'GiB'), ...acts('halt') },
        { ...about('cpu', '>', 95, '%'), ...acts('pause') },
        { ...about('queue', '>', 50_000, 'count'), ...acts('notify') },
      ],
    }))
    const gauge = (id: string, unit?: 'bytes' | 'percent') => ({
      id,
      name: id,
      metricSource: 'router',
      query: { gauge: id, ...(unit && { unit }) },
      minimumSamples: 1,
      triggerSamples: 1,
    })
    const gauges = { memory: gauge('memory', 'bytes'), cpu: gauge('cpu', 'percent'), queue: gauge('queue') }
    const gauged: Plan = { ...staged, metrics: { ...plan.metrics, ...gauges } }
    const found = rehearse(gauged, 1)
    expect(found.good.release.status).toBe('Succeeded')
    expect(found.unsafe.map(({ problems, faults }) => [problems, faults.map(describeFault)])).toEqual([])
    expect(rehearsedWeaknesses(gauged, found)).toEqual([])
  })

  it('waits for the calendar with users on the candidate, and is still safe', () => {
    const source = { start: 1, end: 1 }
    const zone = 'Europe/Berlin'
    const gates = (id: string): Plan['phases'][number]['entry'] => [
      {
        id: `${id}/window`,
        text: 'w',
        source,
        kind: 'window',
        windows: [{ days: ['mon'], from: '09:00', to: '10:00', zone }],
      },
      {
        id: `${id}/freeze`,
        text: 'f',
        source,
        kind: 'freeze',
        freezes: [{ from: '2026-01-10', to: '2026-02-01', zone, reason: 'f' }],
      },
    ]
    const schedule = { kind: 'absolute' as const, text: 's', source, notBefore: '2026-03-01', zone, offsetMs: 0 }
    const phases = plan.phases.slice(1).map((phase, index) => ({
      ...phase,
      dependsOn: index === 0 ? [] : phase.dependsOn,
      entry: gates(phase.id),
      ...(index === 1 ? { schedule } : {}),
    }))
    const found = rehearse({ ...plan, phases }, 1)
    expect(found.good.release.status).toBe('Succeeded')
    expect(found.unsafe.map(({ problems, faults }) => [problems, faults.map(describeFault)])).toEqual([])
  })

  it('is the same again for the same seed, and another sample of pairs for another one', () => {
    const short: Plan = { ...plan, phases: plan.phases.slice(0, 2) }
    const figures = (seed: number) => {
      const { tried, scenarios, rollbackMs } = explore(rehearsalOf(short, startWallMs), { seed, scenarios: 700 })
      return { tried, scenarios, rollbackMs }
    }
    expect(figures(7)).toEqual(figures(7))
    expect(figures(7)).not.toEqual(figures(8))
  })

  it('finds a rollback that its own steps make late', () => {
    const slow = { id: 'restore', text: 'restore', source: { start: 9, end: 9 }, kind: 'command' as const }
    const late: Plan = {
      ...plan,
      rollback: { deadlineMs: 1_500, steps: [{ ...slow, command: 'restore', parameters: {} }] },
    }
    const found = rehearse(late, 1)
    expect(found.unsafe.length).toBeGreaterThan(0)
    expect(found.unsafe[0]?.problems[0]).toContain('degraded with nothing wrong on the way back')
  })

  it('finds a stage that nothing can pass', () => {
    const contradictory = withStages((stage) => ({
      ...stage,
      criteria: stage.criteria.map((criterion) => ({
        ...criterion,
        condition: { ...criterion.condition, comparator: '<' as const, value: 0 },
      })),
    }))
    const weak = rehearsedWeaknesses(contradictory, rehearse(contradictory, 1))
    expect(weak.map(({ code }) => code)).toContain('STAGE_NEVER_LEFT')
  })

  it('finds a trigger that stays silent when it is breached', () => {
    const deaf = withStages((stage) => ({
      ...stage,
      triggers: stage.triggers.map((trigger) => ({
        ...trigger,
        condition: { ...trigger.condition, comparator: '>' as const, value: 100, unit: '% of baseline' },
      })),
    }))
    const weak = rehearsedWeaknesses(deaf, rehearse(deaf, 1))
    expect(weak.map(({ code }) => code)).toContain('TRIGGER_NEVER_FIRES')
  })
})
