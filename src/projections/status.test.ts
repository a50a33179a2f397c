/** What a release says of itself in each state: what it waits for, who unblocks it, what comes next. */
import { describe, expect, it } from 'vitest'
import { gaugedPlan } from '../../test/fixtures/gauged-plan.ts'
import { plan } from '../../test/fixtures/plan.ts'
import { startedAt } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { fail, succeed } from '../core/release/outcome.ts'
import { ReleaseView } from '../server/contract.ts'
import { statusOf } from './status.ts'

const viewOf = (world: World) => ReleaseView.parse(statusOf(world.state, world.now, startedAt))

describe('waits', () => {
  it('names who may sign, without the author, and the command that does', () => {
    const world = new World({ signs: false })
    world.nowMs = 4_000
    const view = viewOf(world)
    expect(view.waits).toEqual([
      {
        what: 'sign-off of "prepared"',
        sinceMs: 0,
        who: 'Release Manager (rina, ola)',
        command: 'tidegate approve staging/prepared --release r1 --as PERSON',
        otherwise: '"staging" does not begin',
        gateId: 'staging/prepared',
        role: 'Release Manager',
      },
    ])
    expect(view.next).toBe('Begins "staging" when Release Manager signs.')
  })

  it('says who refused and why', () => {
    const world = new World({ signs: false })
    world.command({ type: 'reject', gateId: 'staging/prepared', comment: 'no backup' })
    expect(viewOf(world).waits[0]?.what).toBe('sign-off of "prepared"; rina refused: no backup')
  })

  it('fills in the only person who may sign, and says when there is none', () => {
    const only = new World({ signs: false }, { ...plan, roles: { 'Release Manager': ['ada', 'rina'] } })
    expect(viewOf(only).waits[0]?.command).toContain('--as rina')
    const nobody = new World({ signs: false }, { ...plan, roles: { 'Release Manager': ['ada'] } })
    expect(viewOf(nobody).waits[0]?.who).toContain('nobody who may sign')
  })

  it('counts down to a phase that starts later, in release time', () => {
    const later = plan.phases.map((phase) => ({ ...phase, startOffsetMs: phase.id === 'canary' ? 172_800_000 : 0 }))
    const world = new World({}, { ...plan, phases: later }, 8_640)
    world.run({ until: ({ state }) => state.phases.staging?.status === 'completed' })
    world.nowMs = 11_800
    const view = viewOf(world)
    expect(view.waits[0]?.what).toBe('the schedule: "canary" starts at 2 d of plan time, in 8.2 s at speed 8,640×')
    expect(view.next).toBe('"canary" starts at 2 d of plan time, in 8.2 s at speed 8,640×.')
  })

  it('says what a gauge shows that keeps a stage', () => {
    const world = new World({ gauge: () => 6e8 }, gaugedPlan({ kind: 'notify' }))
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 10_000 })
    expect(viewOf(world).waits).toMatchObject([
      {
        what: 'a gauge to hold: "memory < 512 MB" does not hold: 600 MB, the mean of 2 instances; a gauge decides nothing by itself',
        otherwise: 'held 30 s after the bake, and Release Manager is asked',
      },
    ])
  })

  it('tells the next try of a call that failed', () => {
    const world = new World({
      perform: ({ effect, attempt }) =>
        effect.kind === 'deploy' && attempt === 1 ? fail('timeout', 'never healthy') : undefined,
    })
    world.run({ until: ({ log }) => log.some(({ event }) => event.type === 'EffectSettled') })
    expect(viewOf(world).waits[0]?.what).toBe('deploy "deploy": try 2 of 2 in 1 s, after: never healthy')
  })

  it('tells bake time and samples apart', () => {
    const world = new World({ requestsPerSecond: 50 })
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 4_000 })
    const { waits, next, stage } = viewOf(world)
    expect(stage).toMatchObject({
      percent: 10,
      bakedMs: 4_000,
      bakeMs: 10_000,
      receivedPercent: 10,
      receivedRequests: 200,
    })
    expect(waits.map(({ what }) => what)).toEqual([
      'the bake of 10 %: 6 s more',
      '"canary/errors" needs 80 more requests',
    ])
    expect(next).toBe('Ends "canary" and begins "full" in 6 s of bake if both criteria hold.')
  })

  it('names the metric without data', () => {
    const world = new World({ metrics: () => 'down' })
    world.run({ until: ({ service }) => service.exposure?.missing.errors !== undefined })
    expect(viewOf(world).waits[0]).toMatchObject({ what: 'fresh data of error rate: metric source is down', who: null })
    expect(viewOf(world).next).toContain('without data no bake time is earned')
  })

  it('asks for a decision when held, and for a resume when paused', () => {
    const held = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.03 : 0) })
    held.run({ until: ({ state }) => state.status === 'Held' })
    expect(viewOf(held).waits[0]).toMatchObject({ who: 'Release Manager', command: 'tidegate abort r1 --as PERSON' })
    held.command({ type: 'pause', reason: 'lunch' })
    expect(viewOf(held).waits).toMatchObject([
      { what: 'somebody to resume: paused by rina (lunch)', command: 'tidegate resume r1 --as PERSON' },
    ])
  })
})

describe('the ladder', () => {
  it('shows what passed, what runs and what waits', () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure?.stageId === 'full/stage-50' })
    const stages = viewOf(world).phases.flatMap((phase) => phase.stages.map(({ percent, status }) => [percent, status]))
    expect(stages).toEqual([
      [10, 'passed'],
      [50, 'active'],
      [100, 'waiting'],
    ])
  })

  it('keeps asked and read back apart until the router confirms', () => {
    const lie = succeed({ kind: 'setShares' as const, shares: { v1: 95, v2: 5 } })
    const world = new World({ perform: ({ effect }) => (effect.kind === 'setShares' ? lie : undefined) })
    world.run({ until: ({ service }) => service.shares.observed !== null })
    expect(viewOf(world).shares).toEqual({ desired: 10, observed: 5 })
    expect(viewOf(world).stage).toBeNull()
  })
})

describe('going back', () => {
  const bad = { errorRate: (arm: string) => (arm === 'candidate' ? 0.5 : 0) }

  it('counts from the trigger, and calls nothing rolled back before share 0 was read back', () => {
    const world = new World({ ...bad, perform: ({ purpose }) => (purpose.kind === 'rollback' ? 'hang' : undefined) })
    world.run({ until: ({ state }) => state.rollback !== null })
    world.nowMs += 12_000
    const view = viewOf(world)
    expect(view.phases[1]?.stages[0]?.status).toBe('active')
    expect(view.rollback).toMatchObject({ readBackMs: null, deadlineMs: 60_000, by: 'Tidegate' })
    expect(view.next).toBe('Sets v2 to 0 % and reads it back: 48 s left of 1 min.')
  })

  it('ends with the three spans measured', () => {
    const world = new World(bad)
    world.run()
    const view = viewOf(world)
    expect(view).toMatchObject({ status: 'RolledBack', waits: [], next: 'Nothing: all traffic is back at v1.' })
    expect(view.phases[1]?.stages[0]?.status).toBe('rolledBack')
    const { rollback } = world.state
    expect(view.rollback?.readBackMs).toBe((world.service.rollback?.readBackMs ?? 0) - (rollback?.triggeredMs ?? 0))
    expect(view.rollback?.detectionMs).toBeGreaterThan(0)
    expect(view.rollback?.quietMs).toBeGreaterThan(0)
  })

  it('waits for an older write that could still move users, and for no step that is done', () => {
    const toggle = { id: 'toggle', text: 'toggle', source: { start: 1, end: 1 }, kind: 'command' as const }
    const steps = [{ ...toggle, command: 'toggle', parameters: {} }]
    const world = new World(
      { perform: ({ purpose }) => (purpose.kind === 'stage' ? 'hang' : undefined) },
      { ...plan, rollback: { ...plan.rollback, steps } },
    )
    world.run({ until: ({ hanging }) => hanging.size > 0 })
    world.command({ type: 'abort', reason: 'stop' })
    world.run({ untilMs: world.nowMs + 5_000 })
    expect(viewOf(world)).toMatchObject({
      status: 'RollingBack',
      waits: [{ what: expect.stringContaining('an older write to end'), otherwise: expect.stringContaining('7 s') }],
    })
  })

  it('asks a person when share 0 was never confirmed', () => {
    const down = fail('unavailable', 'proxy is down')
    const world = new World({ ...bad, perform: ({ purpose }) => (purpose.kind === 'rollback' ? down : undefined) })
    world.run({ untilMs: 3_600_000 })
    expect(viewOf(world)).toMatchObject({
      status: 'Degraded',
      waits: [
        {
          what: 'somebody to take v2 off proxy by hand',
          who: 'Release Manager',
          command: 'tidegate abort r1 --as PERSON',
        },
      ],
    })
  })
})

it('is valid and has something to say after every event of a release', () => {
  const world = new World()
  for (let step = 0; step < 200 && world.state.status !== 'Succeeded'; step++) {
    world.step()
    const { next, waits, status } = viewOf(world)
    expect(next.length, status).toBeGreaterThan(10)
    for (const { command, who } of waits) expect(command === null || who !== null).toBe(true)
  }
  expect(viewOf(world)).toMatchObject({ status: 'Succeeded', confirmedPercents: [10, 50, 100] })
})
