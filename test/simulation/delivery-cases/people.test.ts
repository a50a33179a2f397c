/**
 * People: a word counts once, for what it was said, from whom may say it, and time that was earned is not lost. What others suffer from:
 * argoproj/argo-rollouts#261, #926 (10), OctopusDeploy/Issues#10199 and spinnaker/spinnaker#4792 (18), akuity/kargo#4238, #4237, #6360 (20).
 */
import { describe, expect, it } from 'vitest'
import type { Gate } from '../../../src/core/plan/gate.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { pendingEffects } from '../../../src/core/release/effects.ts'
import { releaseOf } from '../../../src/core/release/evolve.ts'
import { neededLooks, nextWake } from '../../../src/core/release/needs.ts'
import { plan } from '../../fixtures/plan.ts'
import { phase, rollout } from '../../fixtures/train-plan.ts'
import { everyMoment } from '../every-moment.ts'
import { World } from '../world.ts'

const source = { start: 1, end: 1 }
const inBand = { errorRate: (arm: string) => (arm === 'candidate' ? 0.03 : 0) }
const untilHeld = { until: ({ state }: World) => state.status === 'Held' }

describe('case 10: a person who decided is not asked the same again', () => {
  it('one override lets its stage pass at once, recorded with who and why, and is used up by that', () => {
    const world = new World(inBand)
    world.run(untilHeld)
    expect(world.command({ type: 'override', reason: 'known noise' }, 'ada')).toMatchObject({ code: 'notAuthorised' })
    const decision = world.command({ type: 'override', reason: 'known noise' })
    const events = decision.rejected ? [] : decision.events
    expect(events.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['VerdictOverridden', 'HoldCleared', 'StagePassed']),
    )
    expect(events[0]).toMatchObject({
      actor: { id: 'rina' },
      event: { type: 'VerdictOverridden', stageId: 'canary/stage-10', reason: 'known noise' },
    })
    expect(world.command({ type: 'override', reason: 'again' })).toMatchObject({ rejected: true, code: 'wrongState' })
    expect(world.events('ReleaseHeld')).toHaveLength(1)
  })

  it('the next stage is judged by its own numbers and asks once more, once', () => {
    const world = new World(inBand)
    world.run(untilHeld)
    world.command({ type: 'override', reason: 'known noise' })
    world.run({ until: ({ state }) => state.holds.length > 0 })
    expect(world.state.holds[0]?.about).toBe('stage full/stage-50')
    world.run({ untilMs: 600_000 })
    expect(world.events('ReleaseHeld')).toHaveLength(2)
  })

  it('a go that was given while nothing was undecided is refused, not kept for later', () => {
    const world = new World()
    world.run({ until: ({ service }) => (service.exposure?.criteria.length ?? 0) > 0 })
    world.run({
      until: ({ service }) => service.exposure?.criteria.every(({ verdict }) => verdict === 'Successful') === true,
    })
    expect(world.command({ type: 'override', reason: 'just in case' })).toMatchObject({ rejected: true })
    expect(world.state.services.backend?.exposure?.override).toBeNull()
  })
})

describe('case 18: nothing begins before as many people of the role have signed', () => {
  const gate: Gate = { id: 'go', text: 'go', source, kind: 'signOff', role: 'Release Manager', count: 2 }
  const guarded: Plan = { ...plan, phases: [phase('only', [], { entry: [gate], steps: [rollout('backend', [50])] })] }
  const words: [string, string[], boolean][] = [
    ['nobody', [], false],
    ['one person', ['rina'], false],
    ['one person twice', ['rina', 'rina'], false],
    ['the author and one other', ['ada', 'rina'], false],
    ['a stranger and one other', ['eve', 'rina'], false],
    ['two of the role', ['rina', 'ola'], true],
    ['two of the role, one of them twice', ['ola', 'ola', 'rina'], true],
  ]

  it.each(words)('signed by %s', (_who, signers, begins) => {
    const world = new World({ signs: false }, guarded)
    world.step()
    for (const who of signers) world.command({ type: 'approve', gateId: 'go' }, who)
    world.run({ untilMs: 10_000 })
    expect(world.events('EffectRequested').length > 0).toBe(begins)
    expect(world.events('PhaseStarted')).toHaveLength(1)
    expect(world.events('StepStarted').length > 0).toBe(begins)
  })

  it('a word that was taken back, and the word of whoever lost the role meanwhile, do not count', () => {
    const world = new World({ signs: false }, guarded)
    world.step()
    world.command({ type: 'approve', gateId: 'go' }, 'rina')
    world.command({ type: 'reject', gateId: 'go', comment: 'not yet' }, 'rina')
    world.command({ type: 'approve', gateId: 'go' }, 'ola')
    world.record({ type: 'SignOffGiven', gateId: 'go', role: 'Release Manager', digest: 'd1' }, 'left')
    world.run({ untilMs: 10_000 })
    expect(world.events('StepStarted')).toEqual([])
  })
})

describe('case 20: time that was earned is kept, and a word goes past it', () => {
  const soak: Plan = {
    ...plan,
    phases: [
      phase('only', [], {
        steps: [
          rollout('backend', [10, 50]),
          { id: 'soak', text: 'two days', source, kind: 'wait', waitMs: 172_800_000 },
        ],
      }),
    ],
  }

  it('at every moment the log alone gives the same state, the same next wake and the same things to do', () => {
    for (const world of everyMoment(new World({}, soak, 1_000))) {
      const again = releaseOf(JSON.parse(JSON.stringify(world.log)))
      expect(again).toEqual(world.state)
      expect(nextWake(again, world.now)).toBe(nextWake(world.state, world.now))
      expect(neededLooks(again, world.now)).toEqual(neededLooks(world.state, world.now))
      expect(pendingEffects(again)).toEqual(pendingEffects(world.state))
    }
  })

  it('a bake that is interrupted by missing data, a pause and a hold goes on from where it was', () => {
    const gaps = (nowMs: number) => (nowMs > 4_000 && nowMs < 40_000 ? 'none' : 'all')
    const world = new World({ metrics: gaps })
    const baked: number[] = []
    let isDone = false
    world.afterInput = () => {
      isDone ||= world.events('StagePassed').length > 0
      if (!isDone && world.service.exposure) baked.push(world.service.exposure.bakedMs)
    }
    world.run({ until: ({ nowMs }) => nowMs >= 45_000 })
    world.command({ type: 'pause', reason: 'lunch' })
    world.run({ untilMs: 90_000 })
    world.command({ type: 'resume' })
    world.run({ until: () => isDone })
    expect(world.types()).toEqual(
      expect.arrayContaining(['ReleaseHeld', 'HoldCleared', 'ReleasePaused', 'ReleaseResumed']),
    )
    expect(baked).toEqual(baked.toSorted((a, b) => a - b))
    expect(baked.at(-1)).toBeGreaterThanOrEqual(9_000)
    expect(baked.at(-1)).toBeLessThanOrEqual(10_000)
  })

  it('promote ends a bake whose criteria hold, and skip ends a soak: at once, with a reason', () => {
    const world = new World({}, soak)
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 2_000 })
    const promoted = world.command({ type: 'promote', reason: 'hotfix' })
    expect(promoted).toMatchObject({ rejected: false })
    expect(world.events('StagePassed')[0]).toMatchObject({ stageId: 'backend/stage-10', promoted: 'hotfix' })
    world.run({ until: ({ state }) => state.phases.only?.steps.soak !== undefined })
    expect(world.command({ type: 'skip', id: 'soak', reason: 'hotfix' })).toMatchObject({ rejected: false })
    expect(world.state.status).toBe('Succeeded')
    expect(world.nowMs).toBeLessThan(120_000)
  })

  it('promote is no way past criteria that do not hold', () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    expect(world.command({ type: 'promote', reason: 'quick' })).toMatchObject({ rejected: true })
    const undecided = new World(inBand)
    undecided.run(untilHeld)
    expect(undecided.command({ type: 'promote', reason: 'no' })).toMatchObject({ rejected: true, code: 'wrongState' })
  })
})
