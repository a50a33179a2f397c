/** The wall clock is set an hour forwards or back, or shows an hour twice, in the middle of everything: no early pass, no missed deadline. */
import { describe, expect, it } from 'vitest'
import type { Gate } from '../../src/core/plan/gate.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import { plan as example } from '../fixtures/plan.ts'
import { World } from './world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Looks are seldom, so that a day is soon over. */
const lookMs = 30_000
const source = { start: 1, end: 1 }
const at = (text: string): number => Date.parse(text)

/** Where every moment of interest has its turn: the release of the example takes 31 s. */
const jumps = [-hourMs, hourMs].flatMap((jumpMs) =>
  Array.from({ length: 16 }, (_, index) => ({ jumpMs, jumpAtMs: index * 2_000 + 1 })),
)

const signedWithin: Gate = {
  id: 'go',
  text: 'go',
  source,
  kind: 'signOff',
  role: 'Release Manager',
  count: 1,
  deadline: { afterMs: 20 * minuteMs, remindEveryMs: 10 * minuteMs, onMissed: 'abort' },
}

const night: Gate = {
  id: 'night',
  text: '02:30–02:45',
  source,
  kind: 'window',
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '02:30', to: '02:45', zone: 'Europe/Berlin' },
  ],
}

/** The example without people, with a longer bake, and with these exits of the canary's phase. */
function canary(bakeMs: number, ...exit: Gate[]): Plan {
  const phases = example.phases.map((phase) => ({
    ...phase,
    entry: [],
    steps: phase.steps.map((step) =>
      step.kind === 'rollout' ? { ...step, stages: step.stages.map((stage) => ({ ...stage, bakeMs })) } : step,
    ),
    exit: phase.id === 'canary' ? exit : [],
  }))
  return { ...example, phases, judging: { ...example.judging, intervalMs: lookMs, stalenessMs: 5 * lookMs } }
}

const jumping = (startMs: number, jumpAtMs: number, jumpMs: number) => (nowMs: number) =>
  startMs + nowMs + (nowMs >= jumpAtMs ? jumpMs : 0)

function run(plan: Plan, wallMs: (nowMs: number) => number, behaviour: Partial<World['behaviour']> = {}) {
  const world = new World({ ...behaviour, wallMs }, plan)
  world.run({ untilMs: 6 * hourMs })
  return { world, history: world.log.map(({ event, elapsedMs }) => ({ event, elapsedMs })) }
}

const firstMs = ({ log }: World, type: string): number | undefined =>
  log.find(({ event }) => event.type === type)?.elapsedMs

describe('a wall clock set by an hour', () => {
  const start = at('2026-06-01T09:00Z')
  const still = (nowMs: number) => start + nowMs

  it.each([
    ['a good release', 'Succeeded', {}],
    ['a bad release', 'RolledBack', { errorRate: (_arm: string, nowMs: number) => (nowMs > 15_000 ? 0.4 : 0.002) }],
  ] as const)('at any moment of %s changes nothing of what happens when', (_name, status, behaviour) => {
    const expected = run(example, still, behaviour)
    expect(expected.world.state.status).toBe(status)
    expect(expected.world.events('StageEntered').length).toBeGreaterThan(1)
    for (const { jumpMs, jumpAtMs } of jumps)
      expect(run(example, jumping(start, jumpAtMs, jumpMs), behaviour).history, `${jumpMs} at ${jumpAtMs}`).toEqual(
        expected.history,
      )
  })

  it.each([-hourMs, hourMs])(
    '(%i ms) while a signature is waited for, moves neither reminder nor deadline',
    (jumpMs) => {
      for (const jumpAtMs of [5 * minuteMs, 15 * minuteMs, 20 * minuteMs]) {
        const { world } = run(canary(minuteMs, signedWithin), jumping(start, jumpAtMs, jumpMs), { signs: false })
        const askedMs = world.log.find(({ event }) => event.type === 'GateReached' && event.gateId === 'go')?.elapsedMs
        if (askedMs === undefined) throw new Error('nobody was asked')
        expect(firstMs(world, 'GateReminded')).toBe(askedMs + 10 * minuteMs)
        expect(firstMs(world, 'GateDeadlineMissed')).toBe(askedMs + 20 * minuteMs)
        expect(world.state.status).toBe('RolledBack')
      }
    },
  )
})

describe('a stage that bakes over the change of the clocks', () => {
  const bakeMs = 2 * hourMs

  it.each([
    ['forwards, when 02:30 is skipped', '2026-03-28T23:30Z'],
    ['back, when 02:30 comes twice', '2026-10-24T23:10Z'],
  ])('%s, bakes for as long as it says', (_name, start) => {
    const { world } = run(canary(bakeMs), (nowMs) => at(start) + nowMs)
    const [entered, passed] = [firstMs(world, 'StageEntered'), firstMs(world, 'StagePassed')]
    if (entered === undefined || passed === undefined) throw new Error('the stage was never passed')
    expect(passed - entered).toBeGreaterThanOrEqual(bakeMs)
    expect(passed - entered).toBeLessThan(bakeMs + 2 * lookMs)
  })

  it.each([
    // In March 02:30 does not exist that night: it opens on the next one.
    ['2026-03-28T22:30Z', '2026-03-30T00:30:00.000Z'],
    // In October it is 02:30 at 00:30Z, when the stage still bakes; when it is 02:30 again, the window has closed for this night.
    ['2026-10-24T23:10Z', '2026-10-26T01:30:00.000Z'],
  ])('from %s on, then waits for a window that the change takes away or repeats', (start, opens) => {
    const world = new World({ wallMs: (nowMs) => at(start) + nowMs }, canary(bakeMs, night))
    world.run({
      untilMs: 48 * hourMs,
      until: ({ log }) => log.some(({ event }) => event.type === 'PhaseCompleted' && event.phaseId === 'canary'),
    })
    expect(new Date(world.now.wallMs).toISOString()).toBe(opens)
  })
})
