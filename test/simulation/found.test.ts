/** What the simulation found in the engine, each as the shortest release that shows it. */
import { describe, expect, it } from 'vitest'
import type { Gate } from '../../src/core/plan/gate.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { TriggerAction } from '../../src/core/plan/step.ts'
import { nextWake } from '../../src/core/release/needs.ts'
import { fail } from '../../src/core/release/outcome.ts'
import { plan as example } from '../fixtures/plan.ts'
import { phase, rollout } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const source = { start: 1, end: 1 }
const statement = (id: string) => ({ id, text: id, source })

/** One service up to everybody, whose triggers do something else than to go back. */
function acting(action: TriggerAction, exit: Gate[], percents = [100]): Plan {
  const step = rollout('backend', percents)
  if (step.kind !== 'rollout') throw new Error('a rollout')
  const stages = step.stages.map((stage) => ({
    ...stage,
    triggers: stage.triggers.map((trigger) => ({ ...trigger, action })),
  }))
  return { ...example, phases: [phase('only', [], { steps: [{ ...step, stages }], exit })] }
}

const signOff: Gate = { ...statement('go'), kind: 'signOff', role: 'Release Manager', count: 1 }
const isAbout =
  (about: string) =>
  ({ state }: World) =>
    state.holds.some((hold) => hold.about === about)

describe('fresh data', () => {
  const inBand = { errorRate: (arm: string) => (arm === 'candidate' ? 0.03 : 0) }

  it('is asked for once more before an overridden stage passes: a controller that slept has none', () => {
    const world = new World(inBand)
    world.run({ until: isAbout('stage canary/stage-10') })
    world.nowMs += 3_600_000
    world.command({ type: 'override', reason: 'known noise' })
    expect(world.types()).not.toContain('StagePassed')
    world.run({
      untilMs: world.nowMs + 60_000,
      until: ({ service }) => service.exposure?.stageId !== 'canary/stage-10',
    })
    expect(world.types().indexOf('StagePassed')).toBeGreaterThan(world.types().lastIndexOf('VerdictOverridden') + 1)
  })

  it('is needed for a promotion, and so are the shares that were asked for', () => {
    const world = new World()
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 4_000 })
    world.nowMs += 3_600_000
    expect(world.command({ type: 'promote', reason: 'quick' })).toMatchObject({ rejected: true })
    world.shares.backend = { v1: 100, v2: 0 }
    world.step()
    const refused = world.command({ type: 'promote', reason: 'quick' })
    expect(refused).toMatchObject({ rejected: true, message: expect.stringContaining('not there') })
  })
})

describe('a hold', () => {
  it('about a stage is cleared by its promotion', () => {
    let isDown = false
    const world = new World({ metrics: () => (isDown ? 'down' : 'all') })
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 4_000 })
    isDown = true
    world.run({ until: isAbout('stage canary/stage-10') })
    isDown = false
    world.run({ untilMs: world.nowMs + 2_000 })
    expect(world.command({ type: 'promote', reason: 'it was the source' })).toMatchObject({ rejected: false })
    expect(world.state.holds).toEqual([])
  })

  it('of a gate is there once, though its check fails and its deadline passes', () => {
    const deadline = { afterMs: 60_000, onMissed: 'hold' as const }
    const check: Gate = { ...statement('green'), kind: 'check', check: 'green', deadline }
    const world = new World(
      { perform: ({ effect }) => (effect.kind === 'runCheck' ? fail('rejected', 'no') : undefined) },
      { ...example, phases: [phase('only', [], { entry: [check] })] },
    )
    world.run({ untilMs: 120_000 })
    expect(world.types()).toContain('GateDeadlineMissed')
    expect(world.state.holds.map(({ about }) => about)).toEqual(['gate green'])
  })
})

describe('a trigger that halts', () => {
  const badFrom = (fromMs: number) => ({
    errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs >= fromMs ? 0.4 : 0),
  })

  it('keeps a release from success until it is clear', () => {
    const world = new World({ ...badFrom(15_000), signs: false }, acting({ kind: 'halt' }, [signOff]))
    world.run({ until: isAbout('trigger backend/trigger/errors') })
    world.command({ type: 'approve', gateId: 'go' })
    expect(world.state.phases.only?.status).toBe('completed')
    expect(world.state.status).toBe('Held')
    world.behaviour.errorRate = () => 0
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('stops the ladder above a stage that had passed', () => {
    const [plan] = [acting({ kind: 'halt' }, [signOff], [10])]
    const [canary] = plan.phases
    const full = acting({ kind: 'halt' }, [], [100]).phases[0]
    if (!canary || !full) throw new Error('both have a phase')
    const world = new World(
      { ...badFrom(15_000), signs: false },
      {
        ...plan,
        phases: [
          canary,
          {
            ...full,
            id: 'full',
            dependsOn: ['only'],
            steps: full.steps.map((step) => ({ ...step, id: 'full/rollout' })),
          },
        ],
      },
    )
    world.run({ until: isAbout('trigger backend/trigger/errors') })
    world.command({ type: 'approve', gateId: 'go' })
    world.run({ untilMs: world.nowMs + 10_000 })
    expect(world.state.phases.full?.status).toBe('active')
    expect(world.shares.backend).toEqual({ v1: 90, v2: 10 })
  })
})

it('a webhook’s evidence that grows old wakes the release: its gate is closed again', () => {
  const hook: Gate = { ...statement('hook'), kind: 'webhook', hook: 'build', maximumAgeMs: 5_000 }
  const world = new World({ signs: false }, { ...example, phases: [phase('only', [], { entry: [hook, signOff] })] })
  const evidence = { verdict: 'passed' as const, summary: 'ok', details: [] }
  world.give({ type: 'webhook', hook: 'build', evidence })
  expect(nextWake(world.state, world.now)).toBe(5_001)
})

describe('the end', () => {
  it('is the end also for a part that was under way: nobody signs any more', () => {
    const track = phase('other', [], { exit: [signOff] })
    const world = new World(
      { signs: false, perform: ({ purpose }) => (purpose.kind === 'rollback' ? fail('rejected', 'no') : undefined) },
      { ...example, phases: [phase('only', [], { steps: [rollout('backend', [10])] }), track] },
    )
    world.run({ until: ({ service }) => service.exposure !== null })
    world.command({ type: 'abort', reason: 'slow', service: 'backend' })
    world.run({ untilMs: 1_000_000 })
    expect(world.state.status).toBe('Degraded')
    expect(world.command({ type: 'approve', gateId: 'go' }, 'rina')).toMatchObject({ rejected: true })
  })
})
