/** Calendars in the simulated world: windows that open and close, freezes, and phases that start by the calendar or by each other. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAnchors } from '../../src/core/plan/bind/check-anchors.ts'
import type { Gate } from '../../src/core/plan/gate.ts'
import type { Phase, Plan } from '../../src/core/plan/plan.ts'
import type { Schedule } from '../../src/core/plan/schedule.ts'
import { nextWake } from '../../src/core/release/needs.ts'
import { nextOf } from '../../src/projections/next-decision.ts'
import { waitsOf } from '../../src/projections/waits.ts'
import { plan as example } from '../fixtures/plan.ts'
import { phase, trainPlan } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const source = { start: 1, end: 1 }
const role = 'Release Manager'
const at = (text: string): number => Date.parse(text)

const office: Gate = {
  id: 'window',
  text: 'Mon–Thu 09:00–16:00',
  source,
  kind: 'window',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', zone: 'Europe/Berlin' }],
}
const frozen: Gate = {
  id: 'freeze',
  text: 'year-end freeze',
  source,
  kind: 'freeze',
  freezes: [{ from: '2026-12-20', to: '2027-01-05', zone: 'Europe/Berlin', reason: 'year end' }],
}
const signed: Gate = { id: 'sign', text: 'go', source, kind: 'signOff', role, count: 1 }
const wait = (id: string, waitMs = 1) => ({ id, text: id, source, kind: 'wait' as const, waitMs })

const planOf = (...phases: Phase[]): Plan => ({ ...example, phases })
const gated = (...entry: Gate[]): Plan => planOf(phase('only', [], { entry, steps: [wait('work')] }))
/** A world whose wall clock stands at `start` when the release begins, and passes as fast as release time. */
const worldAt = (start: string, plan: Plan, signs = true): World =>
  new World({ signs, wallMs: (nowMs) => at(start) + nowMs }, plan)
const wallOf = (world: World, type: string, id: string): string | undefined => {
  const found = world.log.find(({ event }) => event.type === type && Object.values(event).includes(id))
  return found && new Date(world.behaviour.wallMs(found.elapsedMs)).toISOString()
}

describe('windows', () => {
  it('hold a phase over a week-end on which the clocks change, and open to the millisecond', () => {
    const world = worldAt('2026-03-27T15:00:30.500Z', gated(office))
    world.run({ untilMs: 5 * dayMs })
    expect(wallOf(world, 'GateReached', 'window')).toBe('2026-03-27T15:00:30.500Z')
    expect(wallOf(world, 'StepStarted', 'work')).toBe('2026-03-30T07:00:00.000Z')
    expect(world.state.status).toBe('Succeeded')
  })

  it('that have closed again before they are used hold until they open once more', () => {
    const world = worldAt('2026-03-30T08:00Z', gated(office, signed), false)
    world.run({ untilMs: 7 * hourMs })
    expect(waitsOf(world.state, world.now).map(({ gateId }) => gateId)).toEqual([undefined, 'sign'])
    world.command({ type: 'approve', gateId: 'sign' })
    world.run({ untilMs: 3 * dayMs })
    expect(wallOf(world, 'StepStarted', 'work')).toBe('2026-03-31T07:00:00.000Z')
  })

  it('are nothing to what has begun', () => {
    const world = worldAt(
      '2026-03-30T13:59Z',
      planOf(phase('only', [], { entry: [office], steps: [wait('soak', dayMs)] })),
    )
    world.run({ untilMs: 2 * dayMs })
    expect(wallOf(world, 'PhaseCompleted', 'only')).toBe('2026-03-31T13:59:00.000Z')
  })

  it('say when they open, and how somebody goes on without them', () => {
    const world = worldAt('2026-03-27T15:00Z', gated(office))
    const [first] = waitsOf(world.state, world.now)
    expect(first).toMatchObject({
      what: 'the window "Mon–Thu 09:00–16:00": opens Mon 2026-03-30 09:00 Europe/Berlin, in 2 d 16 h',
      who: role,
      command: 'tidegate skip window --release r1 --as PERSON --reason WHY',
      otherwise: '"only" does not begin; it opens by itself',
    })
    expect(nextOf(world.state, world.now)).toBe(
      'Begins "only" when "Mon–Thu 09:00–16:00" opens Mon 2026-03-30 09:00 Europe/Berlin, in 2 d 16 h.',
    )
  })
})

describe('freezes', () => {
  it('hold until they are over', () => {
    const world = worldAt('2027-01-05T12:00Z', gated(frozen))
    world.run({ untilMs: 2 * dayMs })
    expect(wallOf(world, 'StepStarted', 'work')).toBe('2027-01-05T23:00:00.000Z')
  })

  it('are passed over by a person who says why, and by nobody else', () => {
    const world = worldAt('2026-12-24T12:00Z', gated(frozen))
    world.run({ untilMs: hourMs })
    expect(waitsOf(world.state, world.now)[0]?.what).toBe(
      'the end of the freeze "year-end freeze": opens Wed 2027-01-06 00:00 Europe/Berlin, in 12 d 10 h',
    )
    expect(world.command({ type: 'skip', id: 'freeze', reason: 'I wrote it' }, 'ada')).toMatchObject({
      code: 'notAuthorised',
    })
    expect(world.types()).not.toContain('StepStarted')
    expect(world.command({ type: 'skip', id: 'freeze', reason: 'security fix CVE-1' })).toMatchObject({
      rejected: false,
    })
    world.run({ untilMs: 2 * hourMs })
    expect(world.state.status).toBe('Succeeded')
    const bypass = world.log.find(({ event }) => event.type === 'GateBypassed')
    expect(bypass).toMatchObject({ event: { gateId: 'freeze', reason: 'security fix CVE-1' }, actor: { id: 'rina' } })
  })
})

describe('the wall clock', () => {
  it('may be set right: nobody sleeps over it for more than an hour', () => {
    const setForward = (nowMs: number) => at('2026-03-27T09:00Z') + nowMs + (nowMs > 10 * minuteMs ? 3 * dayMs : 0)
    const world = new World({ wallMs: setForward }, gated(office))
    world.step()
    expect(nextWake(world.state, world.now)).toBe(world.nowMs + hourMs)
    world.run({ untilMs: 2 * hourMs })
    expect(world.state.status).toBe('Succeeded')
  })

  it('set back before a window is used closes it', () => {
    const setBack = (nowMs: number) => at('2026-03-30T08:00Z') + nowMs - (nowMs > 10 * minuteMs ? 2 * hourMs : 0)
    const world = new World({ signs: false, wallMs: setBack }, gated(office, signed))
    world.run({ untilMs: 11 * minuteMs })
    world.command({ type: 'approve', gateId: 'sign' })
    expect(world.types()).not.toContain('StepStarted')
    world.run({ untilMs: 3 * hourMs })
    expect(wallOf(world, 'StepStarted', 'work')).toBe('2026-03-30T07:00:00.000Z')
  })

  it.each([8_640, 250_000])('that passes %i times as fast, as in a rehearsal, still finds the window', (speed) => {
    const world = new World({ wallMs: (nowMs) => at('2026-03-27T15:00Z') + nowMs * speed }, gated(office), speed)
    world.run({ untilMs: dayMs })
    const [opens, began] = [at('2026-03-30T07:00Z'), at(wallOf(world, 'StepStarted', 'work') ?? '')]
    expect(began).toBeGreaterThanOrEqual(opens)
    expect(began - opens).toBeLessThan(2 * minuteMs)
  })

  it('changes no wake of a plan without a calendar', () => {
    const worlds = ['2026-01-05T09:00Z', '2031-07-01T00:00Z'].map((start) => worldAt(start, example))
    for (let round = 0; round < 200; round++) {
      const wakes = worlds.map((world) => {
        world.step()
        return [nextWake(world.state, world.now), nextWake(world.state, { ...world.now, wallMs: 0 })]
      })
      expect(wakes[0]).toEqual(wakes[1])
      expect(new Set(wakes[0]).size).toBe(1)
    }
    expect(worlds[0]?.state.status).toBe('Succeeded')
  })
})

describe('schedules', () => {
  const anchored = (anchor: string, edge: 'start' | 'completion', offsetMs: number): { schedule: Schedule } => ({
    schedule: { text: `by ${anchor}`, source, kind: 'anchored', phase: anchor, edge, offsetMs },
  })
  const absolute = (notBefore: string, offsetMs = 0): { schedule: Schedule } => ({
    schedule: { text: notBefore, source, kind: 'absolute', notBefore, zone: 'Europe/Berlin', offsetMs },
  })
  const start = '2026-11-27T09:00Z'

  it('by the calendar start a phase then, or at its turn where that is later', () => {
    const phases = [
      phase('first', [], { ...absolute('2026-11-29'), steps: [wait('soak', 2 * dayMs)] }),
      phase('second', ['first'], absolute('2026-11-30T10:00')),
    ]
    const world = worldAt(start, planOf(...phases))
    world.run({ untilMs: 9 * dayMs })
    expect(wallOf(world, 'PhaseStarted', 'first')).toBe('2026-11-28T23:00:00.000Z')
    expect(wallOf(world, 'PhaseStarted', 'second')).toBe('2026-11-30T23:00:00.000Z')
  })

  it('say what a phase waits for', () => {
    const phases = [
      phase('launch', [], absolute('2026-11-30T10:00', -72 * hourMs)),
      phase('after', [], anchored('launch', 'completion', dayMs)),
    ]
    const world = worldAt('2026-11-26T09:00Z', planOf(...phases))
    expect(waitsOf(world.state, world.now).map(({ what }) => what)).toEqual([
      'the schedule: "launch" starts on Fri 2026-11-27 10:00 Europe/Berlin, in 1 d ("2026-11-30T10:00")',
      'the schedule: "after" starts 1 d after "launch" is completed ("by launch")',
    ])
  })

  it('after another phase move with it', () => {
    const soak = (waitMs: number): string | undefined => {
      const phases = [
        phase('freeze', [], { steps: [wait('soak', waitMs)] }),
        phase('after', [], anchored('freeze', 'completion', 7 * dayMs)),
      ]
      const world = worldAt(start, planOf(...phases))
      world.run({ untilMs: 20 * dayMs })
      return wallOf(world, 'PhaseStarted', 'after')
    }
    expect(soak(dayMs)).toBe('2026-12-05T09:00:00.000Z')
    expect(soak(3 * dayMs)).toBe('2026-12-07T09:00:00.000Z')
  })

  it('after the start of a phase count from when its gates let it begin', () => {
    const phases = [
      phase('gated', [], { entry: [office], steps: [wait('soak', 10 * dayMs)] }),
      phase('after', [], anchored('gated', 'start', dayMs)),
    ]
    const world = worldAt('2026-03-28T12:00Z', planOf(...phases))
    world.run({ untilMs: 5 * dayMs })
    expect(wallOf(world, 'PhaseStarted', 'gated')).toBe('2026-03-28T12:00:00.000Z')
    expect(wallOf(world, 'PhaseStarted', 'after')).toBe('2026-03-31T07:00:00.000Z')
  })

  it('before another phase count from the time for which it is planned, and move when that moves', () => {
    const announced = (soakMs: number): (string | undefined)[] => {
      const phases = [
        phase('trial', [], { steps: [wait('soak', soakMs)] }),
        phase('announce', [], anchored('launch', 'start', -3 * dayMs)),
        phase('launch', ['trial', 'announce'], anchored('trial', 'completion', 7 * dayMs)),
      ]
      const world = worldAt(start, planOf(...phases))
      world.run({ untilMs: 30 * dayMs })
      return ['announce', 'launch'].map((id) => wallOf(world, 'PhaseStarted', id))
    }
    expect(announced(dayMs)).toEqual(['2026-12-02T09:00:00.000Z', '2026-12-05T09:00:00.000Z'])
    expect(announced(2 * dayMs)).toEqual(['2026-12-03T09:00:00.000Z', '2026-12-06T09:00:00.000Z'])
  })

  it('count plan time on the release clock, and the wall clock as it is', () => {
    const phases = [
      phase('first', [], { steps: [wait('soak', 10 * dayMs)] }),
      phase('after', [], anchored('first', 'start', 10 * dayMs)),
      phase('dated', [], absolute('2026-11-27T10:01')),
    ]
    const world = new World({ wallMs: (nowMs) => at(start) + nowMs }, planOf(...phases), 8_640)
    world.run()
    const began = (id: string) => Math.round(world.state.phases[id]?.startedMs ?? -1)
    expect([began('first'), began('after'), began('dated')]).toEqual([0, 100_000, 60_000])
  })

  it('that lead in a circle are a bug that shows, for binding refuses them', () => {
    const phases = [phase('a', [], anchored('b', 'start', -1)), phase('b', [], anchored('a', 'start', -1))]
    expect(() => worldAt(start, planOf(...phases))).toThrow('leads back to itself')
  })

  it('that binding lets through never stand in each other’s way', () => {
    const offsetMs = fc.constantFrom(-3 * hourMs, -minuteMs, 0, minuteMs, 2 * hourMs)
    const edge = fc.constantFrom('start' as const, 'completion' as const)
    const own = fc.oneof(
      fc.constant({}),
      fc.constant(absolute('2026-11-27T13:00')),
      fc.constant({ startOffsetMs: hourMs }),
      fc
        .record({ to: fc.constantFrom('p0', 'p1', 'p2', 'p3'), edge, offsetMs })
        .map((one) => anchored(one.to, one.edge, one.offsetMs)),
    )
    const dependsOn = (index: number) => fc.subarray(Array.from({ length: index }, (_, before) => `p${before}`))
    const anyPhase = (index: number) =>
      fc
        .tuple(own, dependsOn(index))
        .map(([more, earlier]) => phase(`p${index}`, earlier, { ...more, steps: [wait(`w${index}`, 20 * minuteMs)] }))
    let bound = 0
    fc.assert(
      fc.property(fc.tuple(anyPhase(0), anyPhase(1), anyPhase(2), anyPhase(3)), (phases) => {
        let faults = 0
        checkAnchors({ report: () => faults++ }, phases)
        if (faults > 0) return
        bound++
        const world = worldAt(start, planOf(...phases))
        world.run({ untilMs: 2 * dayMs })
        expect(world.state.status).toBe('Succeeded')
      }),
      { numRuns: 150, seed: 1 },
    )
    expect(bound).toBeGreaterThan(30)
  })

  it('after a phase that went back never come: the release ends without them', () => {
    const [servers, , search] = trainPlan.phases as [Phase, Phase, Phase]
    const plan = {
      ...trainPlan,
      phases: [
        servers,
        search,
        phase('after', [], { ...anchored('search', 'completion', dayMs), steps: [wait('late')] }),
      ],
    }
    const world = new World({ errorRate: (_arm, _now, _metric, service) => (service === 'search' ? 0.2 : 0.002) }, plan)
    world.run({ untilMs: hourMs })
    expect(world.state.phases.after?.status).toBe('waiting')
    expect(world.state.phases.servers?.status).toBe('completed')
    expect(world.state.status).toBe('RolledBack')
  })
})
