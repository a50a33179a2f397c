/** A whole release in the simulated world: what passes, what holds, what goes back, and what never may happen. */
import { describe, expect, it } from 'vitest'
import { releaseOf } from '../../src/core/release/evolve.ts'
import { fail } from '../../src/core/release/outcome.ts'
import { plan } from '../fixtures/plan.ts'
import { World } from './world.ts'

describe('a good candidate', () => {
  it('climbs the ladder in order and succeeds', () => {
    const world = new World()
    world.run()
    expect(world.state.status).toBe('Succeeded')
    expect(world.service.confirmedPercents).toEqual([10, 50, 100])
    expect(world.shares.backend).toEqual({ v1: 0, v2: 100 })
    expect(world.events('StagePassed')).toHaveLength(3)
  })

  it('bakes each stage for its time, and speed shortens that but not the samples', () => {
    const bakes = (speed: number) => {
      const world = new World({}, plan, speed)
      world.run()
      return world.events('StagePassed').map(({ criteria }) => criteria.map(({ samples }) => samples))
    }
    const [slow, fast] = [bakes(1), bakes(10_000)]
    for (const samples of fast.flat(2)) expect(samples).toBeGreaterThanOrEqual(100)
    expect(slow[0]?.[0]).toBeGreaterThan(fast[0]?.[0] ?? 0)
  })
})

describe('a bad candidate', () => {
  it('goes back when errors breach the trigger, and says since when', () => {
    const world = new World({ errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 3_000 ? 0.12 : 0.002) })
    world.run()
    expect(world.state.status).toBe('RolledBack')
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
    const fired = world.events('TriggerFired')[0]
    expect(fired?.cause).toMatchObject({ kind: 'trigger', triggerId: 'trigger/errors' })
    expect(fired?.firstBreachMs).toBeGreaterThanOrEqual(2_000)
    expect(world.service.rollback?.quietMs).not.toBeNull()
  })

  it('goes back when p95 is over the trigger', () => {
    const world = new World({ slowShare: (arm) => (arm === 'candidate' ? 0.15 : 0.01) })
    world.run()
    expect(world.events('TriggerFired')[0]?.cause).toMatchObject({ triggerId: 'trigger/latency' })
    expect(world.state.status).toBe('RolledBack')
  })

  it('is held in the band between pass and rollback, pages once, and goes on when the numbers hold again', () => {
    const world = new World({ errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs < 12_000 ? 0.03 : 0) })
    world.run({ until: ({ state }) => state.status === 'Held' })
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain('does not hold')
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const pages = world
      .events('EffectRequested')
      .filter(({ effect }) => effect.kind === 'notify' && effect.message.urgency === 'page')
    expect(pages).toHaveLength(1)
  })
})

describe('drivers', () => {
  it('a deploy that fails for good asks a person, who may try again or give up, and touches no traffic', () => {
    let isBroken = true
    const perform = (state: { effect: { kind: string } }) =>
      isBroken && state.effect.kind === 'deploy' ? fail('timeout', 'never healthy') : undefined
    const world = new World({ perform })
    world.run()
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]).toMatchObject({ about: 'step staging/deploy', ask: 'Release Manager' })
    const requests = world.events('EffectRequested')
    expect(requests.filter(({ effect }) => effect.kind === 'setShares')).toEqual([])
    expect(requests.filter(({ effect }) => effect.kind === 'deploy')).toHaveLength(2)
    isBroken = false
    expect(world.command({ type: 'retry', id: 'staging/deploy' })).toMatchObject({ rejected: false })
    world.run({ untilMs: 3_600_000 })
    expect(world.state.status).toBe('Succeeded')
  })
})

describe('people', () => {
  it('pausing stops promotion, keeps triggers armed and earns no bake time', () => {
    const world = new World({ errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 120_000 ? 0.5 : 0) })
    world.run({ until: ({ service }) => service.exposure !== null })
    world.command({ type: 'pause', reason: 'lunch' })
    world.run({ untilMs: 100_000 })
    expect(world.state.status).toBe('Paused')
    expect(world.service.exposure?.bakedMs).toBe(0)
    expect(world.service.confirmedPercents).toEqual([10])
    world.run()
    expect(world.state.status).toBe('RolledBack')
  })

  it('the author does not sign, nor do people outside the role, nor for what is not open', () => {
    const world = new World({ signs: false })
    world.step()
    const approve = (gateId: string, who: string) => world.command({ type: 'approve', gateId }, who)
    expect(approve('staging/prepared', 'ada')).toMatchObject({ rejected: true, code: 'notAuthorised' })
    expect(approve('staging/prepared', 'eve')).toMatchObject({ rejected: true, code: 'notAuthorised' })
    expect(approve('staging/no-errors', 'rina')).toMatchObject({ rejected: true, code: 'notFound' })
    expect(approve('staging/prepared', 'rina')).toMatchObject({ rejected: false })
  })
})

it('the fold of the log is the state', () => {
  const world = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.12 : 0) })
  world.run()
  expect(world.types().slice(0, 2)).toEqual(['ReleaseStarted', 'PhaseStarted'])
  expect(releaseOf(world.log)).toEqual(world.state)
})
