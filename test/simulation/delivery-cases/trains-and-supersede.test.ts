/**
 * Several services in one release, and one release instead of another. What others suffer from: argoproj/argo-rollouts#2088, #2737 (21), #3331,
 * #1852 (22).
 */
import { describe, expect, it } from 'vitest'
import { fail } from '../../../src/core/release/outcome.ts'
import { isGoingBack } from '../../../src/core/release/release.ts'
import { exposedServices } from '../../../src/core/release/scope.ts'
import { plan } from '../../fixtures/plan.ts'
import { trainPlan } from '../../fixtures/train-plan.ts'
import { everyMoment } from '../every-moment.ts'
import { World } from '../world.ts'

const percents = ({ shares }: World) => Object.fromEntries(Object.entries(shares).map(([name, { v2 }]) => [name, v2]))
const none = { backend: 0, frontend: 0, app: 0, search: 0 }

describe('case 21: a group of services is one release', () => {
  it('moves in its order at every moment, a parallel track beside it, and ends as a whole', () => {
    const world = new World({}, trainPlan)
    let isBeside = false
    world.afterInput = () => {
      const { backend = 0, frontend = 0, app = 0, search = 0 } = percents(world)
      if (frontend > 0) expect(backend).toBe(100)
      if (app > 0) expect(frontend).toBe(100)
      isBeside ||= search > 0 && backend > 0 && backend < 100
    }
    world.run()
    expect(isBeside).toBe(true)
    expect(world.state.status).toBe('Succeeded')
    expect(percents(world)).toEqual({ backend: 100, frontend: 100, app: 100, search: 100 })
  })

  it('one word takes all of it back, the last that was moved first, at every moment', () => {
    for (const world of everyMoment(new World({}, trainPlan, 10))) {
      const exposed = exposedServices(world.state)
      const before = world.log.length
      world.command({ type: 'abort', reason: 'stop' })
      world.run()
      const order = world.log
        .slice(before)
        .flatMap(({ event }) =>
          event.type === 'EffectRequested' && event.purpose.kind === 'rollback' && event.purpose.part === 'shares'
            ? [event.purpose.service]
            : [],
        )
      expect(order).toEqual(exposed.toReversed())
      expect(percents(world)).toEqual(none)
    }
  })
})

describe('case 22: another release takes the place of one that is under way', () => {
  const runs: [string, () => World][] = [
    ['climbs', () => new World({}, plan, 10)],
    ['is held', () => new World({ errorRate: (arm) => (arm === 'candidate' ? 0.03 : 0) }, plan, 10)],
    ['has no data', () => new World({ metrics: () => 'down' }, plan, 10)],
    ['waits for people', () => new World({ signs: false }, plan, 10)],
    ['is a train', () => new World({}, trainPlan, 10)],
  ]

  it.each(runs)('at every moment of one that %s: it goes back first, ends and says for whom', (_what, start) => {
    for (const world of everyMoment(start())) {
      expect(world.command({ type: 'supersede', by: 'r2', reason: 'a hotfix' })).toMatchObject({ rejected: false })
      world.behaviour.perform = () => undefined
      world.run({ untilMs: world.nowMs + 60_000 })
      expect(world.state.status, world.types().at(-1)).toBe('Superseded')
      expect(world.events('ReleaseSuperseded')).toEqual([{ type: 'ReleaseSuperseded', by: 'r2' }])
      expect(Object.values(percents(world)).every((percent) => percent === 0)).toBe(true)
    }
  })

  it('while paused too, and what it waited for is forgotten', () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    world.command({ type: 'pause', reason: 'lunch' })
    world.command({ type: 'supersede', by: 'r2', reason: 'a hotfix' })
    world.run()
    expect(world.state).toMatchObject({ status: 'Superseded', pause: null, holds: [] })
  })

  it('where it cannot go back it is degraded, not out of the way', () => {
    const world = new World({
      perform: ({ purpose }) => (purpose.kind === 'rollback' ? fail('unavailable', 'proxy is down') : undefined),
    })
    world.run({ until: ({ service }) => service.exposure !== null })
    world.command({ type: 'supersede', by: 'r2', reason: 'a hotfix' })
    world.run({ untilMs: 3_600_000 })
    expect(world.state.status).toBe('Degraded')
  })

  it('is refused of whoever may not, and of a release that goes back already or has ended', () => {
    const world = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.4 : 0) })
    const supersede = { type: 'supersede' as const, by: 'r2', reason: 'a hotfix' }
    expect(world.command(supersede, 'ada')).toMatchObject({ code: 'notAuthorised' })
    world.behaviour.perform = ({ purpose }) => (purpose.kind === 'rollback' ? 'hang' : undefined)
    world.run({ until: ({ state }) => isGoingBack(state) })
    expect(world.command(supersede)).toMatchObject({ rejected: true, code: 'wrongState' })
    const done = new World()
    done.run()
    expect(done.command(supersede)).toMatchObject({ rejected: true, code: 'wrongState' })
  })
})
