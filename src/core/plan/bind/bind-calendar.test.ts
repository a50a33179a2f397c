/** Windows, freezes and schedules from the document and from `tidegate.yaml`. */
import { describe, expect, it } from 'vitest'
import { Bindings } from '../bindings.ts'
import { type DraftPhase, emptyDraft, type PlanDraft, type Timing } from '../draft.ts'
import { Operator } from '../operator.ts'
import { bindPlan } from './bind-plan.ts'

const hour = 3_600_000
const day = 24 * hour
const at = (line: number) => ({ source: { start: line, end: line }, rule: 'test' })

const phaseOf = (ordinal: number, timing?: Partial<Timing>): DraftPhase => ({
  ...at(ordinal * 10),
  name: `Phase ${ordinal}: ${['Trial', 'Announce', 'Launch'][ordinal - 1]}`,
  ordinal: String(ordinal),
  steps: [{ ...at(ordinal * 10 + 1), text: `Do ${ordinal}`, details: [], code: [] }],
  stages: [],
  entryCriteria: [],
  criteria: [],
  triggers: [],
  ...(timing && { timing: { ...at(ordinal * 10), text: 'then', ...timing } }),
})

const windowOf = (line: number, text: string, kind: 'window' | 'freeze' = 'window') => ({ ...at(line), text, kind })

const operator = Operator.parse({
  people: { rina: { name: 'Rina', groups: ['Release Manager'] } },
  targets: {
    proxy: {
      driver: 'embedded-proxy',
      admin: 'http://127.0.0.1:1',
      backends: { v1: 'http://127.0.0.1:2', v2: 'http://127.0.0.1:3' },
    },
    production: { driver: 'process', mode: 'beside', versions: { v1: command('v1'), v2: command('v2') } },
  },
  metricSources: { router: { driver: 'prometheus-text', urls: ['http://127.0.0.1:1/metrics'] } },
})

function command(version: string) {
  return { argv: ['/usr/bin/env', version], ready: 'http://127.0.0.1:2/health' }
}

function bind(draft: Partial<PlanDraft>, calendar?: object, phases: object = {}) {
  const bindings = Bindings.parse({
    plan: 'plan.md',
    service: {
      name: 'backend',
      candidate: 'v2',
      baseline: 'v1',
      router: 'proxy',
      deployer: 'production',
      arms: { label: 'version' },
      arrivals: { source: 'router', total: 'requests' },
    },
    asks: 'Release Manager',
    rollback: { deadline: '10m' },
    phases,
    ...(calendar && { calendar }),
  })
  const whole = { ...emptyDraft('plan.md', 'Plan'), phases: [phaseOf(1), phaseOf(2), phaseOf(3)], ...draft }
  const locate = (path: readonly string[]) => ({ file: path.join('.'), start: 1, end: 1 })
  const { plan, diagnostics } = bindPlan({ draft: whole, bindings, locate, operator })
  const findings = diagnostics
    .filter(({ ruleId }) => ruleId !== 'UNBOUND_STEP')
    .map(
      ({ severity, ruleId, source, message }) => `${source?.file}:${source?.start} ${severity} ${ruleId}: ${message}`,
    )
  return { plan, findings, schedules: plan?.phases.map(({ schedule }) => schedule) }
}

const berlin = { zone: 'Europe/Berlin' }

describe('windows and freezes', () => {
  const windows = [
    windowOf(3, 'Deployments Mon–Thu 09:00–16:00 UTC'),
    windowOf(4, 'code freeze 2026-12-20 to 2027-01-05', 'freeze'),
  ]

  it('of the document hold every phase that may change something, at their lines', () => {
    const { plan, findings } = bind({ windows }, berlin)
    expect(plan?.phases.map(({ entry }) => entry.map(({ id }) => id))).toEqual([
      ['phase-1/window', 'phase-1/freeze'],
      ['phase-2/window', 'phase-2/freeze'],
      ['phase-3/window', 'phase-3/freeze'],
    ])
    expect(plan?.phases[0]?.entry).toMatchObject([
      {
        text: 'Deployments Mon–Thu 09:00–16:00 UTC',
        source: { start: 3 },
        windows: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', zone: 'UTC' }],
      },
      {
        text: 'code freeze 2026-12-20 to 2027-01-05',
        source: { start: 4 },
        freezes: [{ from: '2026-12-20', to: '2027-01-05', zone: 'Europe/Berlin' }],
      },
    ])
    expect(findings).toEqual(['plan.md:3 note CALENDAR_HOLDS: windows and freezes hold phase-1, phase-2, phase-3'])
  })

  it('let no day through that any line closes', () => {
    const lines = [
      ...windows.slice(0, 1),
      windowOf(5, 'No deployments on Mondays', 'freeze'),
      windowOf(6, 'Avoid week-ends', 'freeze'),
    ]
    const { plan } = bind({ windows: lines }, { ...berlin, holds: ['phase-1'] })
    expect(plan?.phases[0]?.entry.map(({ id, source }) => [id, source.start])).toEqual([
      ['phase-1/window', 3],
      ['phase-1/closed-days', 5],
      ['phase-1/closed-days-2', 6],
    ])
    expect(plan?.phases[0]?.entry[1]).toMatchObject({
      windows: [
        { days: ['tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00', zone: 'Europe/Berlin' },
      ],
    })
  })

  it('that are not understood are warnings at their lines, and hold nothing', () => {
    const unread = [windowOf(3, 'Mornings only'), windowOf(4, 'code freeze 2026-12-20 to 2027-01-05', 'freeze')]
    const { plan, findings } = bind({ windows: unread })
    expect(plan?.phases.flatMap(({ entry }) => entry)).toEqual([])
    expect(findings).toEqual([
      'plan.md:3 warning CALENDAR_UNREAD: "Mornings only" holds no phase: "mornings" is not understood',
      'plan.md:4 warning CALENDAR_UNREAD: "code freeze 2026-12-20 to 2027-01-05" holds no phase: it names no time zone: write one, or set `calendar: { zone: Europe/Berlin }`',
    ])
  })

  it('of the bindings take their place, kind by kind, and hold the phases that are named', () => {
    const calendar = { ...berlin, windows: [{ days: ['tue'], from: '10:00', to: '11:00' }], holds: ['phase-3'] }
    const { plan } = bind({ windows: [windowOf(3, 'Mornings only'), ...windows.slice(1)] }, calendar)
    expect(plan?.phases.map(({ entry }) => entry.map(({ text }) => text))).toEqual([
      [],
      [],
      ['Tue 10:00–11:00 Europe/Berlin', 'code freeze 2026-12-20 to 2027-01-05'],
    ])
    expect(plan?.phases[2]?.entry[0]?.source.file).toBe('calendar.windows.0')
  })

  it('of the bindings need a zone and sense, and phases that are there', () => {
    const calendar = {
      windows: [{ days: ['mon'], from: '10:00', to: '10:00', zone: 'UTC' }],
      freezes: [{ from: '2026-12-20', to: '2026-12-24', reason: 'year end' }],
      holds: ['phase-9'],
    }
    const { plan, findings } = bind({}, calendar)
    expect(plan).toBeUndefined()
    expect(findings.map((line) => line.replace(/: .*/, ''))).toEqual([
      'calendar.windows.0:1 error CALENDAR_ENTRY',
      'calendar.freezes.0:1 error CALENDAR_ENTRY',
      'calendar.holds:1 error UNKNOWN_NAME',
    ])
  })

  it('with zones that nobody knows are errors of the file', () => {
    const parsed = Bindings.shape.calendar.safeParse({ zone: 'Europe/Atlantis' })
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['zone'], message: expect.stringContaining('Europe/Berlin') })
  })
})

describe('dates of the document', () => {
  const dated = [
    phaseOf(1, { dates: ['2026-12-01', '2026-12-04'] }),
    phaseOf(2, { dates: ['2026-12-07T03:00Z', '2026-12-07T03:00Z'] }),
  ]

  it('are not before which a phase starts, in the zone of the calendar', () => {
    expect(bind({ phases: dated }, berlin).schedules).toMatchObject([
      { kind: 'absolute', notBefore: '2026-12-01', zone: 'Europe/Berlin', offsetMs: 0, source: { start: 10 } },
      { kind: 'absolute', notBefore: '2026-12-07T03:00Z', zone: 'UTC' },
    ])
  })

  it('without a zone hold nothing, and that is a warning', () => {
    const { schedules, findings } = bind({ phases: dated })
    expect(schedules?.[0]).toBeUndefined()
    expect(findings).toEqual([
      'plan.md:10 warning NO_TIME_ZONE: no phase waits for 2026-12-01: nothing says in which time zone',
    ])
  })
})

describe('anchors', () => {
  const anchored = (event: string, offsetMs: number, ordinal = 2): Partial<PlanDraft> => ({
    phases: [1, 2, 3].map((one) => phaseOf(one, one === ordinal ? { anchor: { event, offsetMs } } : undefined)),
  })

  it.each([
    ['Phase 1', day, { phase: 'phase-1', edge: 'completion' }],
    ['phase 1 start', day, { phase: 'phase-1', edge: 'start' }],
    ['Phase 1: Trial completion', day, { phase: 'phase-1', edge: 'completion' }],
    ['phase-1 is done', 0, { phase: 'phase-1', edge: 'completion' }],
  ])('%s is a phase', (event, offsetMs, expected) => {
    const { schedules, findings } = bind(anchored(event, offsetMs))
    expect(findings).toEqual([])
    expect(schedules?.[1]).toMatchObject({ kind: 'anchored', offsetMs, text: 'then', ...expected })
  })

  it('are milestones of the bindings: a moment, or a phase', () => {
    const milestones = { Launch: '2026-12-10T09:00', GA: { completion: 'phase-1' } }
    expect(bind(anchored('launch', -3 * day), { ...berlin, milestones }).schedules?.[1]).toMatchObject({
      kind: 'absolute',
      notBefore: '2026-12-10T09:00',
      zone: 'Europe/Berlin',
      offsetMs: -3 * day,
      milestone: 'launch',
    })
    expect(bind(anchored('GA', day), { ...berlin, milestones }).schedules?.[1]).toMatchObject({
      kind: 'anchored',
      phase: 'phase-1',
      edge: 'completion',
    })
  })

  it('are freezes: after their last day, or before their first', () => {
    const windows = [windowOf(3, 'code freeze 2026-12-20 to 2027-01-05', 'freeze')]
    const after = bind({ ...anchored('code freeze', 7 * day), windows }, berlin)
    expect(after.schedules?.[1]).toMatchObject({ notBefore: '2027-01-06', offsetMs: 7 * day, zone: 'Europe/Berlin' })
    const before = bind({ ...anchored('code freeze', -day), windows }, berlin)
    expect(before.schedules?.[1]).toMatchObject({ notBefore: '2026-12-20', offsetMs: -day })
  })

  it('that nothing explains hold nothing, and that is a warning', () => {
    const { schedules, findings } = bind(anchored('the big day', -day))
    expect(schedules?.[1]).toBeUndefined()
    expect(findings).toEqual([
      'plan.md:20 warning UNKNOWN_ANCHOR: no phase waits for "the big day": nothing says when that is',
    ])
  })

  it('before a phase need its planned start', () => {
    expect(bind(anchored('Phase 3', -3 * day)).findings).toEqual([
      'plan.md:20 error ANCHOR_UNPLANNED: "Phase 2: Announce" (then) comes before the start of "Phase 3: Launch", and nothing says when that is planned',
    ])
    expect(bind(anchored('Phase 3 completion', -3 * day)).findings).toHaveLength(1)
    const planned = bind(anchored('Phase 3', -3 * day), berlin, {
      'phase-3': { schedule: { after: 'phase-1', by: '7d' } },
    })
    expect(planned.findings).toEqual([])
  })

  it('before a phase that has to come first contradict the order', () => {
    const { findings } = bind(anchored('Phase 1', -day), berlin, {
      'phase-1': { schedule: { notBefore: '2026-12-01' } },
    })
    expect(findings).toEqual([
      'plan.md:20 error ANCHOR_ORDER: "Phase 2: Announce" (then) is to come before "Phase 1: Trial", and depends on it',
    ])
  })

  it('in a circle are errors, whichever way it goes', () => {
    const later = bind(anchored('Phase 3', day))
    expect(later.findings).toEqual([
      'plan.md:20 error ANCHOR_CIRCLE: "Phase 2: Announce" (then) waits for itself: "Phase 2: Announce" → "Phase 3: Launch" → "Phase 2: Announce"',
    ])
    const own = bind(anchored('Phase 2', day))
    expect(own.findings[0]).toContain('ANCHOR_CIRCLE')
    const each = bind({}, berlin, {
      'phase-2': { schedule: { before: 'phase-3', by: '1d' } },
      'phase-3': { schedule: { before: 'phase-2', by: '1d' } },
    })
    expect(each.findings.map((line) => line.split(' ')[2])).toEqual(['ANCHOR_CIRCLE:', 'ANCHOR_CIRCLE:'])
    const waitsForItsPlan = bind({}, berlin, {
      'phase-2': { schedule: { before: 'phase-3', by: '1d' } },
      'phase-3': { schedule: { after: 'phase-2', by: '1d' } },
    })
    expect(waitsForItsPlan.findings.every((line) => line.includes('ANCHOR_CIRCLE'))).toBe(true)
    expect(waitsForItsPlan.plan).toBeUndefined()
  })
})

describe('schedules of the bindings', () => {
  it('take the place of the time that the document states', () => {
    const phases = [phaseOf(1, { startOffsetMs: 2 * day }), phaseOf(2), phaseOf(3)]
    const { plan } = bind({ phases }, berlin, {
      'phase-1': { schedule: { notBefore: '2026-12-01T09:00' } },
      'phase-2': { schedule: { after: 'phase-1', by: '36h', edge: 'start' } },
    })
    expect(plan?.phases.map(({ startOffsetMs }) => startOffsetMs)).toEqual([0, 0, 0])
    expect(plan?.phases.map(({ schedule }) => schedule?.text)).toEqual([
      'not before 2026-12-01T09:00 Europe/Berlin',
      '36h after phase-1',
      undefined,
    ])
    expect(plan?.phases[1]?.schedule).toMatchObject({
      edge: 'start',
      offsetMs: 36 * hour,
      source: { file: 'phases.phase-2.schedule' },
    })
  })

  it('that are farther away than anybody means are errors', () => {
    const { findings } = bind({}, berlin, { 'phase-2': { schedule: { after: 'phase-1', by: '9999d' } } })
    expect(findings).toEqual([
      'phases.phase-2.schedule:1 error SCHEDULE_TOO_FAR: "9999d after phase-1" is farther away than 3650 d',
    ])
  })

  it('that cannot be resolved are errors', () => {
    const calendar = { milestones: { launch: '2026-12-10', GA: { start: 'phase-9' } } }
    const { plan, findings } = bind({}, calendar, {
      'phase-1': { schedule: { notBefore: '2026-12-01' } },
      'phase-2': { schedule: { before: 'the big day', by: '1d' } },
    })
    expect(plan).toBeUndefined()
    expect(findings.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'calendar.milestones.launch:1 error NO_TIME_ZONE:',
      'calendar.milestones.GA:1 error UNKNOWN_NAME:',
      'phases.phase-1.schedule:1 error NO_TIME_ZONE:',
      'phases.phase-2.schedule:1 error UNKNOWN_ANCHOR:',
    ])
  })
})
