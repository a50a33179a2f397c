/** Every invariant finds what it is there for: good runs break none, and each has an event, made bad by hand, that it names. */
import { describe, expect, it } from 'vitest'
import { plan as example } from '../../../test/fixtures/plan.ts'
import { phase, rollout, trainPlan } from '../../../test/fixtures/train-plan.ts'
import { World } from '../../../test/simulation/world.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { EventOf, ReleaseEvent } from '../../core/release/events.ts'
import { evolve } from '../../core/release/evolve.ts'
import type { Recorded } from '../../core/release/fold.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { Exposure, Release } from '../../core/release/release.ts'
import { finalInvariants } from './invariants/final.ts'
import { invariants, spotFinalViolations, spotViolations, type Truth } from './spot-violations.ts'

const source = { start: 1, end: 1 }

interface Step {
  before: Release
  recorded: Recorded
  after: Release
}

/** Each event of a run with the states around it. */
function stepsOf(log: readonly Recorded[]): Step[] {
  let state: Release | null = null
  return log.flatMap((recorded) => {
    const before = state
    const after = evolve(before, recorded)
    state = after
    return before ? [{ before, recorded, after }] : []
  })
}

/** As if everything that was answered well had been performed, and nothing else. */
function truthOf(world: World, upTo = Number.POSITIVE_INFINITY): Truth {
  const settled = world.log
    .slice(0, upTo)
    .flatMap(({ event }) => (event.type === 'EffectSettled' ? [event.effectId] : []))
  const shares = world.state.plan.services.map(({ name, candidate }): [string, number] => [
    name,
    world.shares[name]?.[candidate] ?? 0,
  ])
  return { shares: Object.fromEntries(shares), performed: new Map(settled.map((id) => [id, 1])) }
}

function violationsOf(world: World): string[] {
  const steps = stepsOf(world.log)
  const found = steps.flatMap(({ before, recorded, after }) =>
    spotViolations(before, recorded, after, truthOf(world, after.version)),
  )
  return [...found, ...spotFinalViolations(world.state, world.log, truthOf(world))].map(
    ({ invariant, message }) => `${invariant}: ${message}`,
  )
}

const bad = (from = 0) => ({
  errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs >= from ? 0.4 : 0),
})

function run(behaviour: ConstructorParameters<typeof World>[0] = {}, plan: Plan = example, untilMs = 600_000): World {
  const world = new World(behaviour, plan)
  world.run({ untilMs })
  return world
}

const check = {
  id: 'g',
  text: 'g',
  source,
  kind: 'check' as const,
  check: 'c',
  deadline: { afterMs: 30_000, remindEveryMs: 10_000, onMissed: 'hold' as const },
}
const gated: Plan = {
  ...example,
  phases: [phase('only', [], { entry: [check], steps: [rollout('backend', [50, 100])] })],
}
const pending = succeed({
  kind: 'runCheck' as const,
  evidence: { verdict: 'pending' as const, summary: '', details: [] },
})
const late = {
  perform: ({ effect }: { effect: { kind: string } }) => (effect.kind === 'runCheck' ? pending : undefined),
}
const notify = { kind: 'notify' as const }
const acting: Plan = {
  ...gated,
  phases: gated.phases.map((one) => ({
    ...one,
    steps: one.steps.map((step) =>
      step.kind === 'rollout'
        ? {
            ...step,
            stages: step.stages.map((stage) => ({
              ...stage,
              triggers: stage.triggers.map((each) => ({ ...each, action: notify })),
            })),
          }
        : step,
    ),
  })),
}
const backAgain = {
  ...example,
  rollback: {
    ...example.rollback,
    steps: [{ id: 'undo', text: 'undo', source, kind: 'command' as const, command: 'undo', parameters: {} }],
  },
}
const cannotGoBack = {
  ...bad(),
  perform: ({ purpose }: { purpose: { kind: string } }) =>
    purpose.kind === 'rollback' ? fail('unavailable', 'down') : undefined,
}

describe('a run without fault', () => {
  it.each([
    ['good', run()],
    ['bad from the beginning', run(bad())],
    ['bad late', run(bad(25_000))],
    ['a train', run({}, trainPlan)],
    ['a train that goes back', run(bad(45_000), trainPlan)],
    ['without data', run({ metrics: () => 'none' })],
    [
      'a deploy that fails',
      run({ perform: ({ effect }) => (effect.kind === 'deploy' ? fail('timeout', 'no') : undefined) }),
    ],
    ['a rollback that fails', run(cannotGoBack, example, 3_600_000)],
    ['gates with deadlines', run(late, gated)],
    ['triggers that act', run(bad(), acting)],
    ['rollback steps', run(bad(), backAgain)],
  ])('breaks none: %s', (_name, world) => {
    expect(world.log.length).toBeGreaterThan(10)
    expect(violationsOf(world)).toEqual([])
  })
})

type Type = ReleaseEvent['type']

/** The first event of a type, made bad: the event, or the state around it. */
function tampered<T extends Type>(
  world: World,
  type: T,
  change: (
    event: EventOf<T>,
    step: Step,
  ) => {
    event?: Partial<EventOf<T>>
    before?: Partial<Release>
    after?: Partial<Release>
    recorded?: Partial<Recorded>
    truth?: Partial<Truth>
  },
  where: (event: EventOf<T>, step: Step) => boolean = () => true,
): string[] {
  const isIt = (step: Step): boolean =>
    step.recorded.event.type === type && where(step.recorded.event as EventOf<T>, step)
  const step = stepsOf(world.log).find(isIt)
  if (!step) throw new Error(`no ${type} in this run`)
  const { event, before, after, recorded, truth } = change(step.recorded.event as EventOf<T>, step)
  return spotViolations(
    { ...step.before, ...before },
    { ...step.recorded, ...recorded, event: { ...step.recorded.event, ...event } as ReleaseEvent },
    { ...step.after, ...after },
    { ...truthOf(world, step.after.version), ...truth },
  ).map(({ invariant }) => invariant)
}

/** Another event in the place of the first one of a type. */
function instead(world: World, type: Type, event: ReleaseEvent, before: Partial<Release> = {}): string[] {
  const step = stepsOf(world.log).find(({ recorded }) => recorded.event.type === type)
  if (!step) throw new Error(`no ${type} in this run`)
  return spotViolations(
    { ...step.before, ...before },
    { ...step.recorded, event },
    { ...step.after, ...before },
    truthOf(world),
  ).map(({ invariant }) => invariant)
}

const exposed = ({ services }: Release, change: Partial<Exposure>): Pick<Release, 'services'> => {
  const backend = services.backend
  if (!backend?.exposure) throw new Error('backend has no users')
  return { services: { ...services, backend: { ...backend, exposure: { ...backend.exposure, ...change } } } }
}
const someone = { id: 'rina', name: 'rina', demo: false }
const pause = { reason: 'lunch', by: someone, sinceMs: 0 }
const hold = { about: 'stage canary/stage-10', reason: 'r', ask: 'a', sinceMs: 0 }
const good = run()
const back = run(bad(25_000))
const failed = run(cannotGoBack, example, 3_600_000)
const waiting = run(late, gated)
const acted = run(bad(), acting)
const undone = run(bad(), backAgain)
const isStep = ({ purpose }: EventOf<'EffectRequested'>): boolean => purpose.kind === 'step'
const isStage = ({ purpose }: EventOf<'EffectRequested'>): boolean => purpose.kind === 'stage'
const isWayBack = ({ purpose }: EventOf<'EffectRequested'>): boolean =>
  purpose.kind === 'rollback' && purpose.part === 'shares'

const cases: Record<string, () => string[]> = {
  '2 a fold counts every event once': () =>
    tampered(good, 'PhaseStarted', (_event, { after }) => ({ after: { version: after.version + 1 } })),
  '12 release time never goes back': () =>
    tampered(good, 'StageEntered', (_event, { before }) => ({ recorded: { elapsedMs: before.elapsedMs - 1 } })),
  '9 a release is pinned to its plan': () => tampered(good, 'PhaseStarted', () => ({ after: { digest: 'other' } })),
  '2 the status says what the state is': () => tampered(good, 'PhaseStarted', () => ({ after: { status: 'Held' } })),
  '11 an end is an end': () =>
    instead(
      good,
      'EffectRequested',
      { type: 'PhaseStarted', phaseId: 'full' },
      { ended: { status: 'RolledBack', reason: '', atMs: 0 } },
    ),
  '2 a release starts once': () => {
    const start = good.log[0]?.event
    if (!start) throw new Error('it did not start')
    return instead(good, 'PhaseStarted', start)
  },
  '11 success is every phase completed': () => instead(good, 'StageEntered', { type: 'ReleaseSucceeded' }),
  '3 a call is asked for before it is made': () =>
    tampered(good, 'EffectRequested', ({ effectId }) => ({ truth: { performed: new Map([[effectId, 1]]) } })),
  '3 a call is tried within its limits': () => tampered(good, 'EffectRequested', () => ({ event: { attempt: 3 } })),
  '7 nothing goes forward while it is paused, goes back or is over': () =>
    tampered(good, 'EffectRequested', () => ({ before: { pause } }), isStep),
  '8 a step calls what its plan says, in order': () =>
    tampered(
      good,
      'EffectRequested',
      () => ({ event: { effect: { kind: 'deploy', target: 'staging', version: 'v3' } } }),
      isStep,
    ),
  '8 a stage is asked for in its turn': () =>
    tampered(
      good,
      'EffectRequested',
      () => ({ event: { effect: { kind: 'setShares', target: 'proxy', shares: { v1: 80, v2: 20 } } } }),
      isStage,
    ),
  '6 a gate runs its own check, run after run': () =>
    tampered(
      waiting,
      'EffectRequested',
      () => ({ event: { effect: { kind: 'runCheck', check: 'other' } } }),
      ({ purpose }) => purpose.kind === 'gate',
    ),
  '3 what comes back was asked for, once': () =>
    tampered(good, 'EffectSettled', () => ({ event: { effectId: 'r1/999' } })),
  '8 a stage is entered when its share was read back': () =>
    tampered(good, 'StageEntered', () => ({ event: { shares: { v1: 95, v2: 5 } } })),
  '12 bake time is earned by fresh looks, never more than passed': () =>
    tampered(good, 'StageObserved', () => ({ event: { creditMs: 1_500 } })),
  '2 a look moves the state by what was seen': () =>
    tampered(good, 'StageObserved', (_event, { after }) => ({ after: exposed(after, { bakedMs: 9_000 }) })),
  '6 verdicts follow from what was read': () =>
    tampered(
      good,
      'StageObserved',
      ({ criteria }) => ({ event: { criteria: criteria.map((one) => ({ ...one, verdict: 'Successful' as const })) } }),
      ({ criteria }) => criteria[0]?.verdict === 'Inconclusive',
    ),
  '6 missing, stale or partial data never promotes': () =>
    tampered(good, 'StagePassed', (_event, { before }) => ({
      before: exposed(before, { missing: { errors: 'down' } }),
    })),
  '6 a verdict is overridden once, and missing data is none': () =>
    instead(good, 'StagePassed', { type: 'VerdictOverridden', service: 'backend', stageId: 'other', reason: 'r' }),
  '9 a phase starts after what it depends on': () =>
    instead(good, 'StepStarted', { type: 'PhaseStarted', phaseId: 'full' }),
  '5 a phase ends when its gates hold and its steps are done': () =>
    tampered(good, 'PhaseCompleted', () => ({ before: { signOffs: {} } })),
  '5 a phase is entered when its gates hold, its steps in order': () =>
    tampered(good, 'StepStarted', (_event, { before }) => ({
      before: {
        signOffs: {
          'staging/prepared': (before.signOffs['staging/prepared'] ?? []).map((one) => ({
            ...one,
            person: { ...someone, id: 'ada' },
          })),
        },
      },
    })),
  '8 a step is done when all it asked for was read back': () =>
    tampered(good, 'StepCompleted', () => ({ before: { effects: {} } })),
  '9 a ladder is never skipped': () =>
    instead(good, 'StageEntered', { type: 'StepSkipped', phaseId: 'canary', stepId: 'canary/rollout', reason: 'r' }),
  '12 a gate waits from when it was reached': () => tampered(good, 'GateReached', () => ({ before: { pause } })),
  '9 nobody passes over another person’s word': () =>
    instead(good, 'StepStarted', { type: 'GateBypassed', gateId: 'staging/prepared', reason: 'r' }),
  '13 a gate goes to a role of the plan': () =>
    instead(good, 'StepStarted', { type: 'GateReassigned', gateId: 'staging/prepared', role: 'Nobody', reason: 'r' }),
  '12 a deadline counts from when its gate was reached': () =>
    tampered(waiting, 'GateDeadlineMissed', () => ({ recorded: { elapsedMs: 29_999 } })),
  '12 reminders come no oftener than the plan says': () =>
    tampered(waiting, 'GateReminded', () => ({ recorded: { elapsedMs: 9_999 } })),
  '3 a word that nobody waits for is not taken': () =>
    instead(good, 'StepStarted', {
      type: 'WebhookReceived',
      gateId: 'staging/prepared',
      evidence: { verdict: 'passed', summary: '', details: [] },
    }),
  '7 a breached trigger fires before anything else happens': () => {
    const step = stepsOf(back.log).find(({ recorded }) => recorded.event.type === 'TriggerFired')
    return instead(back, 'TriggerFired', { type: 'PhaseCompleted', phaseId: 'full' }, step?.before)
  },
  '7 triggers fire by breached looks alone': () =>
    tampered(back, 'TriggerFired', (_event, { before }) => ({ before: exposed(before, { streaks: {} }) })),
  '7 what depends on each other goes back together': () =>
    tampered(run(bad(45_000), trainPlan), 'TriggerFired', ({ services }) => ({
      event: { services: services.toReversed() },
    })),
  '7 going back stops what goes forward': () =>
    tampered(back, 'TriggerFired', (_event, { before }) => ({ after: { phases: before.phases } })),
  '7 services go back in turn, to share 0': () =>
    tampered(
      back,
      'EffectRequested',
      () => ({ event: { effect: { kind: 'setShares', target: 'proxy', shares: { v1: 99, v2: 1 } } } }),
      isWayBack,
    ),
  '11 the plan’s own steps come once users are back': () =>
    tampered(
      undone,
      'EffectRequested',
      () => ({ event: { effect: { kind: 'runCommand', command: 'other', parameters: {} } } }),
      ({ purpose }) => purpose.kind === 'rollbackStep',
    ),
  '8 share 0 is read back': () =>
    tampered(
      back,
      'EffectSettled',
      () => ({ event: { outcome: succeed({ kind: 'setShares', shares: { v1: 90, v2: 10 } }) } }),
      (_event, { before, after }) =>
        before.services.backend?.rollback?.readBackMs === null && after.services.backend?.rollback?.readBackMs !== null,
    ),
  '11 a late or failed rollback is degraded': () =>
    tampered(back, 'ReleaseRolledBack', () => ({ truth: { shares: { backend: 10 } } })),
  '11 rolled back is the end of all that can go on': () =>
    tampered(back, 'ReleaseRolledBack', ({ type: _type }, { before }) => ({
      before: {
        rollback: before.rollback ? { ...before.rollback, isWhole: false } : null,
        phases: { ...before.phases, full: { status: 'active', startedMs: 0, completedMs: null, steps: {} } },
      },
    })),
  '11 a rollback is late after its deadline, once': () =>
    tampered(failed, 'RollbackOverdue', (_event, { before }) => ({
      recorded: { elapsedMs: before.rollback?.triggeredMs ?? 0 },
    })),
  '11 a step that failed is noted': () =>
    instead(good, 'StepStarted', { type: 'RollbackStepFailed', stepId: 'undo', error: 'no' }),
  '11 degraded is said of what went back late or failed': () =>
    instead(back, 'ReleaseRolledBack', { type: 'ReleaseDegraded', reason: 'r' }),
  '13 a hold names something that exists, once, and who decides': () =>
    instead(good, 'StageEntered', { type: 'ReleaseHeld', about: 'stage nowhere', reason: 'r', ask: 'a' }),
  '13 what is cleared was held': () =>
    instead(good, 'StageEntered', { type: 'HoldCleared', about: 'stage canary/stage-10', reason: 'r' }),
  '13 nothing stays held that is over': () =>
    tampered(
      good,
      'PhaseCompleted',
      () => ({ after: { holds: [hold] } }),
      ({ phaseId }) => phaseId === 'canary',
    ),
  '7 a release is paused once, and never on its way back': () =>
    instead(back, 'RollbackObserved', { type: 'ReleasePaused', reason: 'r' }),
  '6 a trigger acts once each time it is breached': () =>
    tampered(acted, 'TriggerActed', () => ({ event: { episode: 2 } })),
  '6 a trigger is clear after enough clear looks': () =>
    instead(acted, 'TriggerActed', { type: 'TriggerCleared', service: 'backend', triggerId: 'backend/trigger/errors' }),
  '7 each notice goes out once': () =>
    tampered(
      back,
      'EffectRequested',
      (_event, { after }) => ({ before: { effects: after.effects } }),
      ({ purpose }) => purpose.kind === 'notice',
    ),
  '7 a notice tells of what is so': () =>
    tampered(
      waiting,
      'EffectRequested',
      () => ({ before: { holds: [] } }),
      ({ purpose }) => purpose.kind === 'notice' && purpose.about.startsWith('held at '),
    ),
  '2 the run of a check is kept': () =>
    tampered(
      waiting,
      'EffectSettled',
      (_event, { before }) => ({ after: { gates: before.gates } }),
      ({ outcome }) => outcome.ok && outcome.value.kind === 'runCheck',
    ),
  '7 what is tried again begins anew': () => {
    const step = stepsOf(good.log).find(({ recorded }) => recorded.event.type === 'StepCompleted')
    return instead(good, 'StepCompleted', { type: 'RetryOrdered', about: 'step staging/deploy' }, step?.before)
  },
  '7 nobody on the way back waits for one that is stuck': () =>
    tampered(
      failed,
      'EffectSettled',
      ({ type: _type }, { before }) => ({
        before: { effects: {}, elapsedMs: before.elapsedMs - 1 },
        recorded: { elapsedMs: before.elapsedMs + 60_000 },
      }),
      ({ type: _type }, { before }) =>
        before.rollback !== null && before.elapsedMs > before.rollback.triggeredMs + 1_000,
    ),
  '7 a hold is never forgotten': () => tampered(good, 'StageObserved', () => ({ before: { holds: [hold] } })),
}

describe('each invariant', () => {
  it.each(Object.entries(cases))('%s', (name, broken) => {
    expect(broken()).toContain(name)
  })

  it('has such a case', () => {
    expect(Object.keys(cases).toSorted()).toEqual(invariants.map(({ name }) => name).toSorted())
  })
})

/** What a run says of itself once its log, its end or the world was made bad. */
function finalOf(
  world: World,
  change: { log?: Recorded[]; release?: Partial<Release>; shares?: Record<string, number> },
): string[] {
  const truth = truthOf(world)
  return spotFinalViolations({ ...world.state, ...change.release }, change.log ?? world.log, {
    ...truth,
    shares: change.shares ?? truth.shares,
  }).map(({ invariant }) => invariant)
}

const withoutType = (world: World, type: Type): Recorded[] => world.log.filter(({ event }) => event.type !== type)
const changed = (world: World, change: (recorded: Recorded) => Recorded): Recorded[] => world.log.map(change)
const later = (world: World, type: Type, byMs: number): Recorded[] => {
  const from = world.log.findIndex(({ event }) => event.type === type)
  return world.log.map((one, position) => (position < from ? one : { ...one, elapsedMs: one.elapsedMs + byMs }))
}

const finalCases: Record<string, () => string[]> = {
  '3 calls are asked for, answered and told once': () => finalOf(good, { log: withoutType(good, 'EffectRequested') }),
  '12 bake time is never more than passed': () =>
    finalOf(good, {
      log: changed(good, (one) =>
        one.event.type === 'StageObserved' ? { ...one, event: { ...one.event, creditMs: 2_000 } } : one,
      ),
    }),
  '11 late is degraded': () => finalOf(back, { log: later(back, 'ReleaseRolledBack', 60_001) }),
  '7 a way back waits for nothing but the router': () =>
    finalOf(back, {
      log: back.log.map((one, position) =>
        position > back.log.findIndex(({ event }) => event.type === 'TriggerFired')
          ? { ...one, elapsedMs: one.elapsedMs + 1_001 }
          : one,
      ),
    }),
  '7 no user is left at a candidate that went back': () => finalOf(back, { shares: { backend: 1 } }),
  '8 success is every stage passed': () => finalOf(good, { release: exposed(good.state, { passed: false }) }),
  '12 a missed deadline does what the plan says': () => finalOf(waiting, { log: withoutType(waiting, 'ReleaseHeld') }),
  '11 whoever is asked is paged': () =>
    finalOf(back, {
      log: back.log.filter(({ event }) => !(event.type === 'EffectRequested' && event.effect.kind === 'notify')),
    }),
  '7 every release comes to an end, or asks': () =>
    finalOf(good, { release: { ended: null, services: {}, effects: {} } }),
}

describe('each invariant of a whole run', () => {
  it.each(Object.entries(finalCases))('%s', (name, broken) => {
    expect(broken()).toContain(name)
  })

  it('has such a case', () => {
    expect(Object.keys(finalCases).toSorted()).toEqual(finalInvariants.map(({ name }) => name).toSorted())
  })
})
