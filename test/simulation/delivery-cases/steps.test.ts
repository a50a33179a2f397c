/**
 * Steps that change more than traffic, and stores that only say they did. What others suffer from: fluxcd/flagger#555 and argoproj/argo-cd#1927
 * (24), fastlane/fastlane#21431, #13588 (25).
 */
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { type RollbackStep, Step, type StepOf } from '../../../src/core/plan/step.ts'
import { fail, type Outcome, succeed } from '../../../src/core/release/outcome.ts'
import { plan } from '../../fixtures/plan.ts'
import { phase, rollout, stage, trainPlan } from '../../fixtures/train-plan.ts'
import { everyMoment } from '../every-moment.ts'
import { type Behaviour, World } from '../world.ts'

const source = { start: 1, end: 1 }
const bad = { errorRate: (arm: string) => (arm === 'candidate' ? 0.4 : 0) }
const call = (command: string) => ({ command, parameters: {} })
const commandStep = (id: string): StepOf<'command'> => ({ id, text: id, source, kind: 'command', ...call(id) })
const commandsOf = (world: World): string[] =>
  world.events('EffectRequested').flatMap(({ effect }) => (effect.kind === 'runCommand' ? [effect.command] : []))
const failing = (name: string): Partial<Behaviour> => ({
  perform: ({ effect }) =>
    effect.kind === 'runCommand' && effect.command === name ? fail('rejected', `${name} failed`) : undefined,
})

const migration: StepOf<'migrate'> = {
  id: 'migrate',
  text: 'migrate',
  source,
  kind: 'migrate',
  backup: call('backup'),
  verifyBackup: call('verify-backup'),
  dryRun: call('dry-run'),
  apply: call('apply'),
  verify: call('verify'),
  revert: call('revert'),
}
const migrating: Plan = { ...plan, phases: [phase('only', [], { steps: [migration, rollout('backend', [50])] })] }

describe('case 24: a migration has a way back before it is applied', () => {
  it('one that says neither how it is reverted nor who accepted that it cannot be is no step', () => {
    const { revert: _, ...oneWay } = migration
    const accepted = { ...oneWay, irreversible: { acceptedBy: 'Head of Data', reason: 'the columns are only added' } }
    expect(Step.safeParse(migration).success).toBe(true)
    expect(Step.safeParse(accepted).success).toBe(true)
    const { error } = Step.safeParse(oneWay)
    expect(error?.issues).toMatchObject([{ path: ['revert'], message: expect.stringContaining('a way back') }])
    expect(Step.safeParse({ ...accepted, revert: migration.revert }).success).toBe(false)
  })

  it('nothing is applied on a backup that was not verified or after a trial that failed', () => {
    const good = new World({}, migrating)
    good.run()
    expect(commandsOf(good)).toEqual(['backup', 'verify-backup', 'dry-run', 'apply', 'verify'])
    for (const part of ['backup', 'verify-backup', 'dry-run']) {
      const world = new World(failing(part), migrating)
      world.run({ untilMs: 60_000 })
      expect(commandsOf(world).at(-1)).toBe(part)
      expect(world.state.status).toBe('Held')
    }
  })

  it('one that does not verify is reverted, and no user meets it', () => {
    const world = new World(failing('verify'), migrating)
    world.run({ untilMs: 60_000 })
    expect(commandsOf(world).at(-1)).toBe('revert')
    expect(world.state.holds[0]?.reason).toContain('it was reverted')
    expect(world.events('StageEntered')).toEqual([])
  })

  it('nothing more of it is asked for once the release was aborted, whenever that is', () => {
    for (const world of everyMoment(new World({}, migrating))) {
      world.command({ type: 'abort', reason: 'stop' })
      const asked = commandsOf(world)
      world.run()
      expect(commandsOf(world)).toEqual(asked)
      expect(world.state.status).toBe('RolledBack')
    }
  })
})

describe('case 24: the steps of a rollback are never skipped', () => {
  const steps: RollbackStep[] = [commandStep('toggle'), commandStep('contract-schema'), commandStep('purge-cache')]
  const signOff = { id: 'late', text: 'late', source, kind: 'signOff' as const, role: 'Release Manager', count: 1 }
  const deadline = { afterMs: 30_000, onMissed: 'abort' as const }
  const withSteps: Plan = {
    ...plan,
    rollback: { deadlineMs: 60_000, steps },
    phases: [
      phase('only', [], {
        steps: [rollout('backend', [50, 100])],
        exit: [{ ...signOff, deadline }],
      }),
    ],
  }
  const fullRefused: Partial<Behaviour> = {
    perform: ({ effect }) =>
      effect.kind === 'setShares' && effect.shares.v2 === 100 ? fail('rejected', 'no quota') : undefined,
  }
  const exposed = (world: World) => world.run({ until: ({ service }) => service.exposure !== null })
  const causes: [string, Partial<Behaviour>, (world: World) => void][] = [
    ['trigger', bad, () => undefined],
    ['failure', fullRefused, () => undefined],
    ['deadline', { signs: false }, () => undefined],
    [
      'abort',
      {},
      (world) => {
        exposed(world)
        world.command({ type: 'abort', reason: 'stop' })
      },
    ],
    [
      'superseded',
      {},
      (world) => {
        exposed(world)
        world.command({ type: 'supersede', by: 'r2', reason: 'hotfix' })
      },
    ],
  ]

  it.each(causes)('after a %s they run in order, once the users are back', (kind, behaviour, then) => {
    const world = new World(behaviour, withSteps)
    then(world)
    world.run()
    expect(world.state.rollback?.cause.kind).toBe(kind)
    expect(commandsOf(world)).toEqual(['toggle', 'contract-schema', 'purge-cache'])
    const first = world.log.find(
      ({ event }) => event.type === 'EffectRequested' && event.purpose.kind === 'rollbackStep',
    )
    expect(first?.elapsedMs).toBeGreaterThanOrEqual(world.service.rollback?.readBackMs ?? Number.NaN)
    expect(world.state.status).toBe(kind === 'superseded' ? 'Superseded' : 'RolledBack')
  })

  it('one that fails skips none of the others, and the end says which it was', () => {
    const world = new World({ ...bad, ...failing('toggle') }, withSteps)
    world.run()
    expect(commandsOf(world)).toEqual(['toggle', 'contract-schema', 'purge-cache'])
    expect(world.state.ended).toMatchObject({ status: 'Degraded', reason: expect.stringContaining('toggle failed') })
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
  })
})

describe('case 25: going back is done when it was read back, not when it was accepted', () => {
  const shares = succeed({ kind: 'setShares' as const, shares: { v1: 50, v2: 50 } })
  const flag = succeed({ kind: 'setFlag' as const, setting: { percent: 50 } })
  const flagged: Plan = {
    ...trainPlan,
    services: trainPlan.services.filter(({ name }) => name === 'app'),
    phases: [phase('mobile', [], { steps: [{ ...ladderOf('app'), stages: [stage('app', 50)] }] })],
  }

  function ladderOf(name: string) {
    const step = rollout(name, [50])
    if (step.kind !== 'rollout') throw new Error('a rollout')
    return step
  }

  const trafficked: Plan = { ...plan, phases: [phase('only', [], { steps: [rollout('backend', [50])] })] }
  const movers: [string, Plan, Outcome<never> | typeof shares | typeof flag][] = [
    ['a router that accepts and does nothing', trafficked, shares],
    ['a store or flag that accepts and does nothing', flagged, flag],
    ['a target that refuses', trafficked, fail('rejected', 'the rollout is in review')],
    ['a target that cannot be reached', trafficked, fail('unavailable', 'down')],
  ]

  const lies = (answer: (typeof movers)[number][2], untilMs: number): Partial<Behaviour> => ({
    ...bad,
    perform: ({ effect, purpose }, nowMs) =>
      purpose.kind === 'rollback' && (effect.kind === 'setShares' || effect.kind === 'setFlag') && nowMs < untilMs
        ? answer
        : undefined,
  })

  it.each(movers)('%s is asked again, paged about, and never called success', (_what, lied, answer) => {
    const world = new World(lies(answer, Number.POSITIVE_INFINITY), lied)
    world.run({ untilMs: 3_600_000 })
    expect(world.state.ended).toMatchObject({ status: 'Degraded', reason: expect.stringContaining('share 0') })
    expect(world.types()).toContain('RollbackOverdue')
    expect(world.types()).not.toContain('ReleaseRolledBack')
    const paged = world
      .events('EffectRequested')
      .flatMap(({ effect }) =>
        effect.kind === 'notify' && effect.message.urgency === 'page' ? [effect.message.subject] : [],
      )
    expect(paged.join('\n')).toContain('over its deadline')
  })

  it.each(movers)('%s for a while only delays it', (_what, lied, answer) => {
    const world = new World(lies(answer, 20_000), lied)
    world.run({ untilMs: 3_600_000 })
    expect(world.state.status).toBe('RolledBack')
    expect(world.service.rollback?.readBackMs).toBeGreaterThanOrEqual(20_000)
  })

  it('one that only comes true after the deadline is not called success either', () => {
    const world = new World(lies(shares, 120_000), trafficked)
    world.run({ untilMs: 3_600_000 })
    expect(world.state.status).toBe('Degraded')
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
  })
})
