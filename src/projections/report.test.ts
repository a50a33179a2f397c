/** The report says what the log says: nothing is rounded into success, every number has its source. */
import { describe, expect, it } from 'vitest'
import { plan } from '../../test/fixtures/plan.ts'
import { storedLog } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { fail, succeed } from '../core/release/outcome.ts'
import { reportOf } from './report.ts'

const reportFor = (world: World) => reportOf(storedLog(world.log))

function rolledBack(): World {
  const world = new World({ errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 13_000 ? 0.12 : 0.002) })
  world.run()
  return world
}

describe('a release that succeeded', () => {
  const world = new World()
  world.run()
  const report = reportFor(world)

  it('says so in the first lines, with the shares it climbed', () => {
    expect(report).toMatch(
      /^# Release r1 of Example succeeded\n\n\*\*v2 of backend replaced v1 over 10 % → 50 % → 100 % in /,
    )
  })

  it('shows planned, confirmed and received shares of each stage', () => {
    expect(report).toMatch(
      /\| 50 % \| 50 % \| 50 % \| 50 % of 5,000 requests \| 10 s \| 10 s \|.*\| passed \| `ROLLOUT.md:1` \|/,
    )
  })

  it('has no section on a rollback, and no failed calls', () => {
    expect(report).not.toContain('## Rollback')
    expect(report).toContain('## Calls that failed\n\nNone.')
  })

  it('is the same text for the same events', () => {
    expect(reportFor(world)).toBe(report)
  })
})

describe('a release that was rolled back', () => {
  const world = rolledBack()
  const report = reportFor(world)

  it('measures detection and rollback against the deadline', () => {
    expect(report).toContain('| Detection (first breaching sample to the decision) | 3 s |')
    expect(report).toMatch(/Rollback \(decision to share 0 % read back\) \| \d+ ms, within the deadline of 1 min \|/)
    expect(report).toMatch(/seen out by the service \| within \d+ ms of the decision \|/)
  })

  it('keeps the verdicts that led to it, with value, baseline, samples and source', () => {
    const judged = world.service.exposure?.triggers.find(({ statementId }) => statementId === 'trigger/errors')
    const share = (value: number | null | undefined) => `${Number(((value ?? 0) * 100).toPrecision(3))} %`
    const count = (value = 0) => value.toLocaleString('en-GB')
    const cells = [
      'trigger/errors (error rate \\> 5 %, over 10 s)',
      'trigger',
      '✖ fired',
      share(judged?.value),
      `${share(judged?.baseline)} of ${count(judged?.baselineSamples)}`,
      `${count(judged?.samples)} of at least 20`,
      '`ROLLOUT.md:1`',
    ]
    expect(judged?.value).toBeGreaterThan(0.05)
    expect(report).toContain(`| ${cells.join(' | ')} |`)
    expect(report).toContain('| 100 % | 100 % | – | – | 10 s | – | – | not reached |')
  })
})

it('lists calls that failed on the way, even when a later try succeeded', () => {
  const world = new World({
    perform: ({ effect, attempt }) =>
      effect.kind === 'deploy' && attempt === 1 ? fail('timeout', 'never | healthy') : undefined,
  })
  world.run()
  const report = reportFor(world)
  expect(report).toContain('| deploy v2 at staging | deploy | 1 | timeout | never \\| healthy |')
  expect(report).toContain('succeeded')
})

it('labels demo people and shows what checks saw', () => {
  const evidence = {
    verdict: 'passed' as const,
    summary: '12 requests, 12 as expected',
    details: ['POST /signup 201'],
    digest: 'ab'.repeat(32),
  }
  const world = new World({
    signs: false,
    perform: ({ effect }) => (effect.kind === 'runCheck' ? succeed({ kind: 'runCheck', evidence }) : undefined),
  })
  const actor = { id: 'rina', name: 'Rina Ray', demo: true }
  world.give({
    type: 'command',
    actor,
    command: { type: 'approve', gateId: 'staging/prepared', comment: 'looks fine' },
  })
  world.run({ until: (one) => one.events('StepCompleted').length === 2 })
  const report = reportFor(world)
  expect(report).toContain(
    '| prepared | ● signed | Rina Ray (demo person) for Release Manager | +0 ms | this plan | looks fine |',
  )
  expect(report).toContain(
    '| smoke tests | ● passed | 12 requests, 12 as expected<br>POST /signup 201 | `abababababababab` |',
  )
})

it('never lets the words of a plan become markup', () => {
  const [first, ...rest] = plan.phases
  if (!first) throw new Error('the fixture has phases')
  const world = new World(
    {},
    { ...plan, name: 'A <img src=x> | *plan*', phases: [{ ...first, name: 'one | two\n# three' }, ...rest] },
  )
  world.run()
  const report = reportFor(world)
  expect(report).not.toMatch(/[^\\]<img/)
  expect(report).toContain('| one \\| two # three |')
})

it('states the speed where it was not real time, and only then', () => {
  const fast = new World({}, plan, 8_640)
  fast.run()
  expect(reportFor(fast)).toContain('**8,640 times real time** (a demo)')
  expect(reportFor(rolledBack())).not.toContain('(a demo)')
})

it('says at which event a log was changed afterwards', () => {
  const events = storedLog(rolledBack().log)
  const changed = events.map((envelope, index) =>
    index === 4 ? { ...envelope, elapsedMs: envelope.elapsedMs + 1 } : envelope,
  )
  expect(reportOf(events)).toContain('the chain holds')
  expect(reportOf(changed)).toContain('the chain breaks at event 5')
})

it('a rollback that was never confirmed is degraded, not rolled back', () => {
  const down = fail('unavailable', 'proxy is down')
  const world = new World({
    errorRate: (arm) => (arm === 'candidate' ? 0.5 : 0),
    perform: ({ purpose }) => (purpose.kind === 'rollback' ? down : undefined),
  })
  world.run({ untilMs: 3_600_000 })
  const report = reportFor(world)
  expect(report).toContain('# Release r1 of Example is degraded')
  expect(report).toContain('v2 may still have traffic, and a person must act')
  expect(report).toContain('| Rollback (decision to share 0 % read back) | not confirmed |')
})
