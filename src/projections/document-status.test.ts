/** What a release says of each statement of its plan, while it runs and when it has ended. */
import { describe, expect, it } from 'vitest'
import { plan as example } from '../../test/fixtures/plan.ts'
import { storedLog } from '../../test/fixtures/stored-log.ts'
import { phase } from '../../test/fixtures/train-plan.ts'
import { World } from '../../test/simulation/world.ts'
import type { Gate } from '../core/plan/gate.ts'
import { DocumentStatus, type StatementStatus } from '../core/release/document-status.ts'
import { fail } from '../core/release/outcome.ts'
import { documentStatusOf } from './document-status.ts'

function statementsOf(world: World): (id: string) => StatementStatus {
  const status = DocumentStatus.parse(documentStatusOf(storedLog(world.log)))
  return (id) => {
    const found = status.statements.find((statement) => statement.id === id)
    if (!found) throw new Error(`no statement ${id} among ${status.statements.map((one) => one.id).join(', ')}`)
    return found
  }
}

const typeOf = (world: World, { events }: StatementStatus) => world.log[(events.at(-1) ?? 0) - 1]?.event.type

describe('a release that succeeded', () => {
  const world = new World()
  world.run()
  const of = statementsOf(world)

  it.each<[string, StatementStatus['state'], RegExp, string]>([
    ['r1', 'holds', /^v2 of backend replaced v1 over 10 % → 50 % → 100 %/, 'ReleaseSucceeded'],
    ['canary', 'holds', /^took 10 s$/, 'PhaseCompleted'],
    ['canary/stage-10', 'holds', /^10 % read back, baked 10 s of 10 s$/, 'StagePassed'],
    ['canary/errors', 'holds', /^0 % < 1 % \(500 samples\)$/, 'StagePassed'],
    ['full/latency', 'holds', /^\d+ ms < 500 ms \([\d,]+ samples\) at 100 %$/, 'StagePassed'],
    ['staging/prepared', 'holds', /^signed by rina for Release Manager$/, 'SignOffGiven'],
    ['staging/smoke', 'holds', /^check smoke passed: ok$/, 'EffectSettled'],
    ['staging/deploy', 'holds', /^v2 runs at staging and is healthy$/, 'StepCompleted'],
    ['full/rollout', 'holds', /^v2 at 50 % → 100 %$/, 'StepCompleted'],
    ['trigger/errors', 'quiet', /^last 0\.2 % \(/, 'StageObserved'],
    ['trigger/incident', 'watched', /^Release Manager reports it$/, 'ReleaseStarted'],
  ])('%s: %s, with the event that says so', (id, state, detail, event) => {
    expect(of(id)).toMatchObject({ state, detail: expect.stringMatching(detail) })
    expect(typeOf(world, of(id))).toBe(event)
  })

  it('says nothing of a rollback', () => {
    expect(of('rollback').state).toBe('waiting')
  })
})

it('says of windows and freezes what they said when they were asked, for the wall clock goes on', () => {
  const statement = (id: string) => ({ id, text: id, source: { start: 1, end: 1 } })
  const zone = 'UTC'
  const window: Gate = {
    ...statement('window'),
    kind: 'window',
    windows: [{ days: ['mon'], from: '09:00', to: '09:01', zone }],
  }
  const freeze: Gate = {
    ...statement('freeze'),
    kind: 'freeze',
    freezes: [{ from: '2026-01-05', to: '2026-01-05', zone, reason: 'quiet' }],
  }
  const held: Gate = { ...freeze, id: 'held' }
  const wait = { ...statement('wait'), kind: 'wait' as const, waitMs: 3_600_000 }
  const phases = [
    phase('only', [], { entry: [window, freeze], steps: [wait] }),
    phase('after', ['only'], { entry: [held] }),
  ]
  const world = new World({}, { ...example, phases })
  world.command({ type: 'skip', id: 'freeze', reason: 'security fix' })
  world.run({ untilMs: 7_200_000 })
  const of = statementsOf(world)
  expect(of('window')).toMatchObject({ state: 'holds', subject: 'only', detail: 'open when it was asked' })
  expect(of('freeze')).toMatchObject({ state: 'undecided', detail: 'passed over by rina: security fix' })
  expect(of('held')).toMatchObject({ state: 'open', subject: 'after', detail: '' })
})

describe('a release that went back', () => {
  const world = new World({ errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 3_000 ? 0.12 : 0.002) })
  world.run()
  const of = statementsOf(world)

  it('says what fired, what was stopped, and how soon it was back', () => {
    expect(of('trigger/errors')).toMatchObject({
      state: 'fired',
      detail: expect.stringMatching(/^\d.* % over 10 s \(/),
    })
    expect(typeOf(world, of('trigger/errors'))).toBe('TriggerFired')
    expect(of('canary').state).toBe('wentBack')
    expect(of('canary/stage-10').state).toBe('wentBack')
    expect(of('rollback')).toMatchObject({
      state: 'holds',
      detail: expect.stringContaining('within the 1 min allowed'),
    })
  })

  it('leaves what its turn never came to as not reached: not done, and not failed', () => {
    for (const id of ['full', 'full/stage-50', 'full/errors', 'full/no-bugs']) expect(of(id).state).toBe('notReached')
  })

  it('never calls a criterion of the stopped stage held, even where its number is fine', () => {
    expect(of('canary/errors').state).toBe('fails')
    expect(of('canary/latency')).toMatchObject({ state: 'undecided', detail: expect.stringContaining('< 500 ms') })
  })
})

describe('a release under way', () => {
  it('needs what its phase waits for, and nothing of later phases', () => {
    const world = new World({ signs: false })
    world.run({ untilMs: 60_000 })
    const of = statementsOf(world)
    expect(of('staging/prepared')).toMatchObject({ state: 'open', detail: '' })
    expect(of('staging/no-errors').state).toBe('waiting')
    expect(of('full/no-bugs').state).toBe('waiting')
    expect(of('canary/errors').state).toBe('waiting')
  })

  it('arms triggers with their first stage, and has evidence so far until every stage has passed', () => {
    const world = new World()
    world.run({
      until: ({ service }) => service.confirmedPercents.length === 3 && (service.exposure?.bakedMs ?? 0) > 2_000,
    })
    const of = statementsOf(world)
    expect(of('trigger/errors').state).toBe('armed')
    expect(of('canary/errors').state).toBe('holds')
    expect(of('full/errors').state).toBe('undecided')
    expect(of('full/stage-50').state).toBe('holds')
    expect(of('full/stage-100').state).toBe('running')
  })

  it('says who refused, and that a hold waits for a person', () => {
    const refused = new World({ signs: false })
    refused.run({ untilMs: 1_000 })
    refused.command({ type: 'reject', gateId: 'staging/prepared', comment: 'no backup' })
    expect(statementsOf(refused)('staging/prepared')).toMatchObject({
      state: 'fails',
      detail: 'refused by rina for Release Manager',
    })
    const held = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.03 : 0) })
    held.run({ until: ({ state }) => state.status === 'Held' })
    expect(statementsOf(held)('canary')).toMatchObject({
      state: 'undecided',
      detail: expect.stringContaining('Release Manager decides'),
    })
  })

  it('says why a step could not be done', () => {
    const world = new World({
      perform: ({ effect }) => (effect.kind === 'deploy' ? fail('rejected', 'no such version') : undefined),
    })
    world.run()
    const of = statementsOf(world)
    expect(of('staging/deploy')).toMatchObject({ state: 'fails', detail: 'no such version' })
    world.command({ type: 'abort', reason: 'given up' })
    expect(statementsOf(world)('rollback')).toMatchObject({
      state: 'holds',
      detail: 'before the candidate had traffic',
    })
  })
})
