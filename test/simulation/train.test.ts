/** Several services in one release: order, parallel tracks, and what goes back with what. */
import { describe, expect, it } from 'vitest'
import { fail } from '../../src/core/release/outcome.ts'
import { phase, rollout, stage, trainPlan } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const source = { start: 1, end: 1 }

/** The service that a candidate's errors come from, by the metric reads of that service. */
const badFrom = (service: string, fromMs: number) => ({
  errorRate: (arm: string, nowMs: number, _metric: string, of: string) =>
    arm === 'candidate' && of === service && nowMs >= fromMs ? 0.4 : 0,
})

const percents = (world: World) =>
  Object.fromEntries(Object.entries(world.shares).map(([name, shares]) => [name, shares.v2]))

describe('a train', () => {
  it('takes one service back alone where nothing depends on it, and what does not depend on it goes on', () => {
    const world = new World(badFrom('search', 5_000), trainPlan)
    world.run()
    expect(world.events('TriggerFired')[0]).toMatchObject({ services: ['search'], phases: ['search'], isWhole: false })
    expect(percents(world)).toEqual({ backend: 100, frontend: 100, app: 100, search: 0 })
    expect(world.state.status).toBe('RolledBack')
    expect(world.types()).toContain('RollbackEnded')
  })

  it('leaves the backend where it is when only the frontend fails', () => {
    const world = new World(badFrom('frontend', 0), trainPlan)
    world.run()
    expect(world.events('TriggerFired')[0]).toMatchObject({ services: ['frontend'], phases: ['servers', 'mobile'] })
    expect(percents(world)).toEqual({ backend: 100, frontend: 0, app: 0, search: 100 })
  })

  it('walks its edges backwards when the backend fails after all', () => {
    const world = new World(badFrom('backend', 45_000), trainPlan)
    world.run()
    const [fired] = world.events('TriggerFired')
    expect(fired?.services).toEqual(['app', 'frontend', 'backend'])
    const asked = world
      .events('EffectRequested')
      .flatMap(({ purpose }) => (purpose.kind === 'rollback' && purpose.part === 'shares' ? [purpose.service] : []))
    expect(asked).toEqual(['app', 'frontend', 'backend'])
    expect(percents(world)).toEqual({ backend: 0, frontend: 0, app: 0, search: 100 })
  })

  it('is no success when a service goes back after its phase was over', () => {
    const world = new World({}, trainPlan)
    world.run({ until: ({ state }) => state.phases.search?.status === 'completed' })
    world.command({ type: 'abort', reason: 'a bug that no metric shows', service: 'search' })
    world.run()
    expect(percents(world)).toEqual({ backend: 100, frontend: 100, app: 100, search: 0 })
    expect(world.state.status).toBe('RolledBack')
    expect(world.types()).not.toContain('ReleaseSucceeded')
  })

  it('does not let a service that hangs keep the others from going back', () => {
    const world = new World(
      {
        ...badFrom('backend', 45_000),
        perform: ({ purpose }) => (purpose.kind === 'rollback' && purpose.service === 'app' ? 'hang' : undefined),
      },
      trainPlan,
    )
    world.run({ untilMs: 90_000 })
    expect(percents(world)).toMatchObject({ backend: 0, frontend: 0 })
    expect(world.state.status).toBe('RollingBack')
  })

  it('draws in a second service that fails while the first goes back', () => {
    const world = new World(
      {
        errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs >= 5_000 ? 0.4 : 0),
        perform: ({ purpose }, nowMs) =>
          purpose.kind === 'rollback' && purpose.part === 'shares' && nowMs < 20_000 ? 'hang' : undefined,
      },
      trainPlan,
    )
    world.run({ untilMs: 15_000 })
    expect(world.state.rollback?.services.toSorted()).toEqual(['backend', 'search'])
  })

  it('keeps the holds of what goes on, and none of what stopped', () => {
    const search = trainPlan.phases.find(({ id }) => id === 'search')
    const [step] = search?.steps ?? []
    if (!search || step?.kind !== 'rollout') throw new Error('search has a ladder')
    const stuck = { id: 'other', text: 'other', source, kind: 'command' as const, command: 'other', parameters: {} }
    const wait = { id: 'purge', text: 'purge', source, kind: 'wait' as const, waitMs: 3_600_000, after: [] }
    const plan = {
      ...trainPlan,
      phases: [phase('other', [], { steps: [stuck] }), { ...search, steps: [step, wait] }],
    }
    const world = new World(
      {
        errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 20_000 ? 0.4 : 0),
        perform: ({ effect }) => (effect.kind === 'runCommand' ? fail('rejected', 'no') : undefined),
      },
      plan,
    )
    world.run({ until: ({ state }) => state.services.search?.exposure != null && state.holds.length === 1 })
    world.record({ type: 'ReleaseHeld', about: 'step purge', reason: 'no', ask: 'Release Manager' }, 'tidegate')
    world.run({ until: ({ state }) => state.rollback !== null })
    expect(world.state.holds.map(({ about }) => about)).toEqual(['step other'])
  })

  it('that took back a service whose phases were done already is no success', () => {
    const world = new World(
      { errorRate: (arm, _nowMs, _id, name) => (name === 'search' && arm === 'candidate' && isDone(world) ? 0.4 : 0) },
      trainPlan,
    )
    const isDone = ({ state }: World) => state.phases.search?.status === 'completed'
    world.run()
    expect(world.events('TriggerFired').map(({ services }) => services)).toEqual([['search']])
    expect(percents(world)).toEqual({ backend: 100, frontend: 100, app: 100, search: 0 })
    expect(world.state.status).toBe('RolledBack')
  })

  it('is aborted as a whole, or one service of it', () => {
    const parts = new World({}, trainPlan)
    parts.run({
      until: ({ state }) => state.services.search?.exposure != null && state.services.backend?.exposure != null,
    })
    expect(parts.command({ type: 'abort', reason: 'search is slow', service: 'search' })).toMatchObject({
      rejected: false,
    })
    parts.run()
    expect(percents(parts)).toEqual({ backend: 100, frontend: 100, app: 100, search: 0 })
    const whole = new World({}, trainPlan)
    whole.run({ until: ({ state }) => state.services.app?.exposure != null })
    whole.command({ type: 'abort', reason: 'stop' })
    whole.run()
    expect(percents(whole)).toEqual({ backend: 0, frontend: 0, app: 0, search: 0 })
    expect(whole.state.status).toBe('RolledBack')
  })

  it('waits with a stage for the stages of other services it comes after', () => {
    const frontend = { ...rollout('frontend', [10]), after: [] }
    if (frontend.kind !== 'rollout') throw new Error('a rollout')
    const stages = [stage('frontend', 10, { after: ['backend/stage-10'] })]
    const plan = {
      ...trainPlan,
      phases: [phase('all', [], { steps: [rollout('backend', [10, 100]), { ...frontend, stages }] })],
    }
    const world = new World({}, plan)
    world.run()
    const order = world.log.flatMap(({ event }) =>
      event.type === 'StageEntered' || event.type === 'StagePassed' ? [`${event.type} ${event.stageId}`] : [],
    )
    expect(order.indexOf('StageEntered frontend/stage-10')).toBeGreaterThan(
      order.indexOf('StagePassed backend/stage-10'),
    )
    expect(order.indexOf('StageEntered frontend/stage-10')).toBeLessThan(order.indexOf('StagePassed backend/stage-100'))
    expect(world.state.status).toBe('Succeeded')
  })
})
