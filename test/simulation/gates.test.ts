/** Gates in the simulated world: what opens them, what closes them again, and what happens when nobody does. */
import { describe, expect, it } from 'vitest'
import type { Gate } from '../../src/core/plan/gate.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import { fail, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'
import { plan as example } from '../fixtures/plan.ts'
import { phase } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const base = { id: 'gate', text: 'the gate', source: { start: 1, end: 1 } }
const role = 'Release Manager'
const plan = (entry: Gate, exit: Gate[] = []): Plan => ({
  ...example,
  phases: [phase('only', [], { entry: [entry], exit })],
})
const open = (gate: Gate, behaviour = {}): World => new World({ signs: false, ...behaviour }, plan(gate))
const evidence = (verdict: 'passed' | 'failed' | 'pending', producedAt?: string) =>
  succeed({
    kind: 'runCheck' as const,
    evidence: { verdict, summary: verdict, details: [], ...(producedAt === undefined ? {} : { producedAt }) },
  })

describe('sign-offs', () => {
  it('of another plan do not count', () => {
    const world = open({ ...base, kind: 'signOff', role, count: 1 })
    world.step()
    world.record({ type: 'SignOffGiven', gateId: 'gate', role, digest: 'another' }, 'rina')
    world.run({ untilMs: 1_000 })
    expect(world.state.status).toBe('Progressing')
  })

  it('can be given to another role, whose people then sign', () => {
    const world = new World(
      { signs: false },
      {
        ...plan({ ...base, kind: 'signOff', role: 'Security', count: 1 }),
        roles: { [role]: ['rina'], Security: ['sue'] },
      },
    )
    world.step()
    expect(world.command({ type: 'approve', gateId: 'gate' }, 'rina')).toMatchObject({ code: 'notAuthorised' })
    expect(world.command({ type: 'reassign', gateId: 'gate', role, reason: 'Sue is away' }, 'rina')).toMatchObject({
      rejected: false,
    })
    world.command({ type: 'approve', gateId: 'gate' }, 'rina')
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })
})

it('go/no-go needs its quorum, and one standing no keeps it closed', () => {
  const world = open({ ...base, kind: 'goNoGo', role, quorum: 1 })
  world.step()
  world.command({ type: 'reject', gateId: 'gate', comment: 'open incident' }, 'ola')
  world.command({ type: 'approve', gateId: 'gate' }, 'rina')
  world.run({ untilMs: 1_000 })
  expect(world.state.status).toBe('Progressing')
  world.command({ type: 'approve', gateId: 'gate', comment: 'closed' }, 'ola')
  world.run()
  expect(world.state.status).toBe('Succeeded')
})

describe('checks', () => {
  const check: Gate = { ...base, kind: 'check', check: 'smoke' }

  it('that stay pending are asked again, and never fail for it', () => {
    const world = open(check, {
      perform: (_state: unknown, nowMs: number) => evidence(nowMs < 300_000 ? 'pending' : 'passed'),
    })
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('that fail three times ask a person, who may try again', () => {
    let verdict: 'failed' | 'passed' = 'failed'
    const world = open(check, { perform: () => evidence(verdict) })
    world.run({ untilMs: 60_000 })
    expect(world.state.holds[0]).toMatchObject({ about: 'gate gate', reason: 'check "the gate": failed' })
    verdict = 'passed'
    world.command({ type: 'retry', id: 'gate' })
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('that cannot be run ask a person, and can be passed over with a reason', () => {
    const world = open(check, { perform: () => fail('unauthorized', 'no token') })
    world.run({ untilMs: 60_000 })
    expect(world.state.status).toBe('Held')
    expect(world.command({ type: 'skip', id: 'gate', reason: 'checked by hand' })).toMatchObject({ rejected: false })
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('close again when their evidence gets too old before it is used', () => {
    let runs = 0
    const passes = () => {
      runs++
      return evidence('passed')
    }
    const waits: Gate = { ...base, id: 'slow', kind: 'signOff', role, count: 1 }
    const aged = plan({ ...check, maximumAgeMs: 60_000 })
    const [first] = aged.phases
    const world = new World(
      { signs: false, perform: passes },
      { ...aged, phases: [{ ...first, entry: [...(first?.entry ?? []), waits] } as (typeof aged.phases)[number]] },
    )
    world.run({ untilMs: 200_000 })
    expect(runs).toBeGreaterThan(2)
  })

  it('brought late and made long ago are no evidence', () => {
    const old = new Date(Date.UTC(2026, 0, 1)).toISOString()
    const world = open({ ...check, maximumAgeMs: 3_600_000 }, { perform: () => evidence('passed', old) })
    world.run({ untilMs: 60_000 })
    expect(world.state.status).not.toBe('Succeeded')
  })
})

it('a streak starts again at one red run', () => {
  const verdicts = ['passed', 'passed', 'failed', 'passed', 'passed', 'passed'] as const
  let run = 0
  const world = open(
    { ...base, kind: 'streak', check: 'ci', runs: 3, everyMs: 1_000 },
    { perform: () => evidence(verdicts[run++] ?? 'failed') },
  )
  world.run({ untilMs: 60_000 })
  expect(world.state.status).toBe('Succeeded')
  expect(run).toBe(6)
})

it('a rehearsal that is not clean is tried again, then asks a person, who may pass over it with a reason', () => {
  const asked: string[] = []
  const world = open(
    { ...base, kind: 'rehearsal' },
    {
      perform: ({ effect }: EffectState) =>
        effect.kind === 'rehearse' ? asked.push('once') && evidence('failed') : undefined,
    },
  )
  world.run({ untilMs: 60_000, until: ({ state }) => state.status === 'Held' })
  expect(asked.length).toBeGreaterThan(1)
  expect(world.state.holds[0]?.about).toBe('gate gate')
  expect(world.command({ type: 'skip', id: 'gate', reason: 'the weakness is accepted' })).toMatchObject({
    rejected: false,
  })
  world.run()
  expect(world.state.status).toBe('Succeeded')
})

it('a webhook speaks only while its gate waits', () => {
  const world = open({ ...base, kind: 'webhook', hook: 'qa' })
  const passed = { verdict: 'passed' as const, summary: 'QA is done', details: [] }
  expect(world.give({ type: 'webhook', hook: 'other', evidence: passed })).toMatchObject({
    rejected: true,
    code: 'notFound',
  })
  world.run({ untilMs: 10_000 })
  expect(world.state.status).toBe('Progressing')
  expect(world.give({ type: 'webhook', hook: 'qa', evidence: passed })).toMatchObject({ rejected: false })
  world.run()
  expect(world.state.status).toBe('Succeeded')
})

describe('deadlines', () => {
  const gate = (onMissed: 'hold' | 'abort'): Gate => ({
    ...base,
    kind: 'signOff',
    role,
    count: 1,
    deadline: { afterMs: 60_000, remindEveryMs: 25_000, escalateTo: 'Head', onMissed },
  })

  it('remind, then page whom the plan names, and hold until somebody signs after all', () => {
    const world = open(gate('hold'))
    world.run({ untilMs: 120_000 })
    expect(world.events('GateReminded')).toHaveLength(2)
    expect(world.state.status).toBe('Held')
    const pages = world
      .events('EffectRequested')
      .flatMap(({ effect }) => (effect.kind === 'notify' ? [effect.message] : []))
    expect(pages.find(({ urgency, audience }) => urgency === 'page' && audience.includes('Head'))).toBeDefined()
    world.command({ type: 'approve', gateId: 'gate' }, 'rina')
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })

  it('take the release back where the plan says so', () => {
    const world = open(gate('abort'))
    world.run()
    expect(world.state.status).toBe('RolledBack')
    expect(world.state.rollback?.cause).toMatchObject({ kind: 'deadline', gateId: 'gate' })
  })
})
