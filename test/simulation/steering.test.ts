/** People who steer a release, and what the rollback, triggers and steps do beside the ladder. */
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Step, TriggerAction } from '../../src/core/plan/step.ts'
import { fail, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'
import { plan as example } from '../fixtures/plan.ts'
import { phase, rollout } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const source = { start: 1, end: 1 }
const inBand = { errorRate: (arm: string) => (arm === 'candidate' ? 0.03 : 0) }
const withSteps = (steps: Step[]): Plan => ({ ...example, phases: [phase('only', [], { steps })] })
const acting = (action: TriggerAction): Plan => {
  const step = rollout('backend', [50])
  if (step.kind !== 'rollout') throw new Error('a rollout')
  const stages = step.stages.map((stage) => ({ ...stage, triggers: stage.triggers.map((one) => ({ ...one, action })) }))
  return withSteps([{ ...step, stages }])
}
const command = (id: string): Extract<Step, { kind: 'command' }> => ({
  id,
  text: id,
  source,
  kind: 'command',
  command: id,
  parameters: {},
})
const commandsOf = (world: World): string[] =>
  world.events('EffectRequested').flatMap(({ effect }) => (effect.kind === 'runCommand' ? [effect.command] : []))

describe('people', () => {
  it('are told what changed since the state they decided on', () => {
    const world = new World(inBand)
    world.run({ until: ({ service }) => service.exposure !== null })
    const seenVersion = world.state.version
    world.run({ until: ({ state }) => state.status === 'Held' })
    const stale = world.command({ type: 'override', reason: 'old', seenVersion })
    expect(stale).toMatchObject({ rejected: true, code: 'stale', message: expect.stringContaining('held: ') })
    const fresh = world.state.version
    world.run({ untilMs: world.nowMs + 5_000 })
    expect(world.state.version).toBeGreaterThan(fresh)
    expect(world.command({ type: 'override', reason: 'looks change nothing', seenVersion: fresh })).toMatchObject({
      rejected: false,
    })
    expect(world.command({ type: 'abort', reason: 'never stale', seenVersion: 1 })).toMatchObject({ rejected: false })
  })

  it('skip a step that cannot be done, never a ladder nor a sign-off', () => {
    const world = new World(
      { perform: ({ effect }) => (effect.kind === 'runCommand' ? fail('rejected', 'no') : undefined) },
      withSteps([command('warm-up'), rollout('backend', [100])]),
    )
    world.run({ untilMs: 60_000 })
    expect(world.state.status).toBe('Held')
    expect(world.command({ type: 'skip', id: 'warm-up', reason: 'not needed' })).toMatchObject({ rejected: false })
    world.run({ until: ({ service }) => service.exposure !== null })
    expect(world.command({ type: 'skip', id: 'backend/rollout', reason: 'x' })).toMatchObject({ code: 'wrongState' })
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const signs = new World({ signs: false })
    signs.step()
    expect(signs.command({ type: 'skip', id: 'staging/prepared', reason: 'x' })).toMatchObject({ code: 'wrongState' })
  })
})

describe('a step of which nobody can tell whether it was done', () => {
  const unknownOnce = (name: string) => {
    let calls = 0
    return ({ effect }: EffectState) =>
      effect.kind === 'runCommand' && effect.command === name && calls++ === 0
        ? fail('unknown', 'who knows')
        : undefined
  }

  it('stays where it is and asks, also where it has users; it is done again by a person alone', () => {
    const world = new World({ perform: unknownOnce('purge') }, withSteps([rollout('backend', [50]), command('purge')]))
    world.run({ untilMs: 120_000 })
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain('who knows')
    expect(world.types()).not.toContain('TriggerFired')
    expect(world.shares.backend).toEqual({ v1: 50, v2: 50 })
    expect(commandsOf(world)).toEqual(['purge'])
    expect(world.command({ type: 'retry', id: 'purge' })).toMatchObject({ rejected: false })
    world.run()
    expect(commandsOf(world)).toEqual(['purge', 'purge'])
    expect(world.state.status).toBe('Succeeded')
  })

  it('is not reverted for a check of it that nobody can tell of', () => {
    const call = (name: string) => ({ command: name, parameters: {} })
    const parts = { backup: call('backup'), apply: call('apply'), verify: call('verify'), revert: call('revert') }
    const migrate: Step = { id: 'migrate', text: 'migrate', source, kind: 'migrate', ...parts }
    const world = new World({ perform: unknownOnce('verify') }, withSteps([migrate, rollout('backend', [50])]))
    world.run({ untilMs: 120_000 })
    expect(world.state.status).toBe('Held')
    expect(commandsOf(world)).toEqual(['backup', 'apply', 'verify'])
  })
})

describe('triggers that do not go back', () => {
  const breach = { errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs < 8_000 ? 0.4 : 0) }

  it('halt the ladder while they are breached', () => {
    const world = new World(breach, acting({ kind: 'halt' }))
    world.run({ until: ({ state }) => state.status === 'Held' })
    world.run()
    expect(world.types()).toContain('TriggerCleared')
    expect(world.state.status).toBe('Succeeded')
  })

  it('pause the release until somebody resumes it', () => {
    const world = new World(breach, acting({ kind: 'pause' }))
    world.run({ untilMs: 60_000 })
    expect(world.state.status).toBe('Paused')
    world.command({ type: 'resume' })
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('run a command once for each breach', () => {
    const world = new World(breach, acting({ kind: 'command', command: 'scale-up', parameters: {} }))
    world.run()
    expect(commandsOf(world)).toEqual(['scale-up'])
    expect(world.state.status).toBe('Succeeded')
  })
})

describe('steps', () => {
  it('drill a toggle both ways, set flags, wait and tell people', () => {
    const steps: Step[] = [
      { id: 'drill', text: 'try the toggle', source, kind: 'drill', backend: 'flags', flag: 'rollback.session' },
      { id: 'set', text: 'internal', source, kind: 'setFlag', backend: 'flags', flag: 'new.basket', percent: 5 },
      { id: 'wait', text: 'a day', source, kind: 'wait', waitMs: 86_400_000 },
      { id: 'tell', text: 'done', source, kind: 'notify', audience: ['Support'] },
    ]
    const world = new World({}, withSteps(steps))
    world.run({ untilMs: 100_000_000 })
    const asked = world
      .events('EffectRequested')
      .map(({ effect }) => (effect.kind === 'setFlag' ? `${effect.flag} ${effect.setting.percent}` : effect.kind))
    expect(asked.slice(0, 4)).toEqual(['rollback.session 100', 'rollback.session 0', 'new.basket 5', 'notify'])
    expect(world.state.ended).toMatchObject({ status: 'Succeeded' })
    expect(world.state.ended?.atMs).toBeGreaterThanOrEqual(86_400_000)
  })
})

describe('artefacts', () => {
  const deploysAs = (digests: Record<string, string>) => ({
    perform: ({ effect }: EffectState) =>
      effect.kind === 'deploy'
        ? succeed({
            kind: 'deploy' as const,
            versions: {
              running: [
                { version: effect.version, healthy: true, artefactDigest: digests[effect.target] },
                { version: 'v1', healthy: true },
              ],
            },
          })
        : undefined,
  })

  it('that go to production are those that were tried, by digest', () => {
    const world = new World(deploysAs({ staging: 'sha256:a', production: 'sha256:b' }))
    world.run()
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain('another artefact')
    const same = new World(deploysAs({ staging: 'sha256:a', production: 'sha256:a' }))
    same.run()
    expect(same.state.status).toBe('Succeeded')
  })
})

it('outcomes that come late are judged when they have matured', () => {
  const errors = example.metrics.errors
  if (!errors) throw new Error('the example measures errors')
  const metrics = { ...example.metrics, errors: { ...errors, maturesMs: 60_000 } }
  const world = new World({}, { ...example, metrics })
  world.run({ untilMs: 3_600_000 })
  expect(world.state.status).toBe('Succeeded')
  const entered = world.log.filter(({ event }) => event.type === 'StageEntered')
  const passed = world.log.filter(({ event }) => event.type === 'StagePassed')
  for (const [index, { elapsedMs }] of passed.entries())
    expect(elapsedMs - (entered[index]?.elapsedMs ?? 0)).toBeGreaterThanOrEqual(60_000)
})
