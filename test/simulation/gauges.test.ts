/** A gauge is shown and asked about, and never decides. */
import { describe, expect, it } from 'vitest'
import { gaugedPlan } from '../fixtures/gauged-plan.ts'
import { World } from './world.ts'

const run = (gauge: (nowMs: number) => number, kind: 'halt' | 'pause' | 'notify' = 'halt') => {
  const world = new World({ gauge: (_, nowMs) => gauge(nowMs) }, gaugedPlan({ kind }))
  world.run()
  return world
}

describe('a criterion on a gauge', () => {
  it('lets a stage pass while it holds', () => {
    expect(run(() => 4e8).state.status).toBe('Succeeded')
  })

  it('that does not hold asks a person, whose word passes the stage, and takes nothing back', () => {
    const world = run(() => 6e8)
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain(
      '"memory < 512 MB" does not hold: 600 MB, the mean of 2 instances; a gauge decides nothing by itself',
    )
    const [entered] = world.events('StageEntered')
    expect(world.nowMs).toBeGreaterThan(40_000)
    world.command({ type: 'override', reason: 'the cache is larger now' })
    expect(world.events('StagePassed').map(({ stageId }) => stageId)).toEqual([entered?.stageId])
    expect(world.events('TriggerFired')).toEqual([])
  })

  it('may yet hold while the stage waits', () => {
    const world = run((nowMs) => (nowMs < 30_000 ? 6e8 : 4e8))
    expect(world.state.status).toBe('Succeeded')
    expect(world.events('ReleaseHeld')).toEqual([])
  })

  it('of which no instance shows a number earns no bake time, and holds', () => {
    const world = run(() => Number.NaN)
    expect(world.state.holds[0]?.reason).toContain('no fresh data of memory')
    expect(world.events('StageObserved').every(({ creditMs }) => creditMs === 0)).toBe(true)
    expect(world.events('StagePassed')).toEqual([])
  })
})

describe('a gauge that is away', () => {
  it('holds, and takes nothing back, also where the plan does so for data that stays away', () => {
    const plan = gaugedPlan({ kind: 'halt' })
    const blind = { ...plan, judging: { ...plan.judging, onMissing: 'rollback' as const } }
    const world = new World({ gauge: () => Number.NaN }, blind)
    world.run({ untilMs: 120_000 })
    expect(world.state.status).toBe('Held')
    expect(world.events('TriggerFired')).toEqual([])
  })
})

describe('a trigger on a gauge', () => {
  it('does nothing about spikes', () => {
    const world = run((nowMs) => (Math.floor(nowMs / 1_000) % 4 === 0 ? 2e9 : 4e8))
    expect(world.events('StageObserved').some(({ triggers }) => triggers.some(({ value }) => value === 2e9))).toBe(true)
    expect(world.events('TriggerActed')).toEqual([])
    expect(world.state.status).toBe('Succeeded')
  })

  it('halts while it is breached, and lets go when it is over', () => {
    const world = run((nowMs) => (nowMs < 25_000 ? 2e9 : 4e8))
    const acted = world.events('TriggerActed').map(({ triggerId, episode }) => [triggerId, episode])
    expect(acted).toEqual([['memory-high', 1]])
    expect(world.events('TriggerCleared')).toHaveLength(1)
    expect(world.events('TriggerFired')).toEqual([])
    expect(world.state.status).toBe('Succeeded')
  })

  it.each(['pause', 'notify'] as const)('may %s', (kind) => {
    const acted = run(() => 2e9, kind).events('TriggerActed')
    expect(acted[0]?.action).toEqual({ kind })
  })
})
