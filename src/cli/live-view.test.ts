/** The live view at the widths people have: nothing wraps, nothing depends on colour. */
import { describe, expect, it } from 'vitest'
import { plan } from '../../test/fixtures/plan.ts'
import { startedAt } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { statusOf } from '../projections/status.ts'
import { renderLive } from './live-view.ts'
import { textWidth } from './styled-line.ts'

const viewOf = (world: World) => statusOf(world.state, world.now, startedAt)

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

function baking(): World {
  const world = new World()
  world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 5_000 })
  return world
}

function rollingBack(): World {
  const world = new World({
    errorRate: (arm) => (arm === 'candidate' ? 0.5 : 0),
    perform: ({ purpose }) => (purpose.kind === 'rollback' ? 'hang' : undefined),
  })
  world.run({ until: ({ state }) => state.rollback !== null })
  world.nowMs += 15_000
  return world
}

function crooked(): World {
  const sequential = { rollbackAlpha: 0.01, promotionAlpha: 0.05 }
  const world = new World(
    { arrives: (percent) => (percent === 10 ? 14 : percent), requestsPerSecond: 5_000 },
    { ...plan, judging: { ...plan.judging, sequential } },
  )
  world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 8_000 })
  return world
}

const waiting = () => new World({ signs: false })

const worlds: [string, World][] = [
  ['waiting', waiting()],
  ['baking', baking()],
  ['unevenly split', crooked()],
  ['rolling back', rollingBack()],
]

describe('80 columns without colour', () => {
  it('says that the split is not what was asked for', () => {
    const lines = renderLive(viewOf(crooked()), 80, false)
    expect(lines).toContain('            ▲ received 14 % of 40,000 requests')
    expect(lines.join(' ').replace(/ +/g, ' ')).toMatch(
      /The split is broken: the candidate receives 14 % of [\d,]+ requests, and 10 % were asked for/,
    )
  })

  it('shows the ladder, the bake, the three shares and each statement', () => {
    const lines = renderLive(viewOf(baking()), 80, false)
    expect(lines[0]).toMatch(/^ Example v2 +◐ running$/)
    expect(lines).toContain(' r1 · backend v1 → v2 · 5 s since 2026-03-02 09:00:00 UTC')
    expect(lines).toContain(' Phases     ● staging: completed   ◐ canary: running   ○ full: waiting')
    expect(lines).toContain(' Ladder     ◐ 10 %  ███···························  baking, 5 s left')
    expect(lines).toContain('            ○ 100 % ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  waiting')
    expect(lines).toContain(' Share      asked for 10 %   ● read back 10 %   received 10 % of 2,500 requests')
    expect(lines).toContain(' Bake       ████████████████···············  50 %, 5 s of 10 s')
    expect(lines).toContain(' Criteria   ● pass      error rate < 1 %           0 %       250 samples')
    expect(lines).toContain('            ● pass      response time p95 < 500 ms 97 ms     250 samples')
    expect(lines).toContain(' Triggers   ● clear     error rate > 5 %           0 %       250 samples')
  })

  it('shows the command that unblocks, ready to copy', () => {
    const lines = renderLive(viewOf(waiting()), 80, false)
    expect(lines).toContain(' Waits for  ○ sign-off of "prepared"')
    expect(lines).toContain('              unblocked by Release Manager (rina, ola)')
    expect(lines).toContain('              $ tidegate approve staging/prepared --release r1 --as PERSON')
  })

  it('shows the clock of a rollback against its deadline, above everything measured', () => {
    const lines = renderLive(viewOf(rollingBack()), 80, false)
    expect(lines[0]).toMatch(/⟲ rolling back$/)
    const clock = lines.findIndex((line) => line.includes('◐ going back for 15 s of 1 min  █████'))
    expect(clock).toBeGreaterThan(0)
    expect(clock).toBeLessThan(lines.findIndex((line) => line.startsWith(' Criteria')))
    expect(lines).toContain(' Ladder     ◐ 10 %  ███···························  going back')
  })
})

describe.each(worlds)('%s', (_name, world) => {
  it.each([40, 60, 80, 100, 120, 200])('is never wider than %i columns', (width) => {
    for (const line of renderLive(viewOf(world), width, false)) expect(textWidth(line), line).toBeLessThanOrEqual(width)
  })

  it('loses nothing but colour without colour', () => {
    const plain = renderLive(viewOf(world), 100, false)
    const painted = renderLive(viewOf(world), 100, true)
    expect(painted.join('\n')).toMatch(escapes)
    expect(painted.map((line) => line.replace(escapes, '').trimEnd())).toEqual(plain)
  })
})

it('stays within its columns, and the terminal is not steered, whatever the plan is called', () => {
  const bell = String.fromCharCode(27, 93)
  const world = new World(
    { signs: false },
    { ...plan, name: `段階的リリース計画 🚀 ${bell}0;owned ${'long '.repeat(40)}` },
  )
  world.step()
  for (const line of renderLive(viewOf(world), 80, false)) {
    expect(textWidth(line), line).toBeLessThanOrEqual(80)
    expect(line).not.toContain(bell)
  }
})

it('counts waits beyond the third, and says how to see them', () => {
  const [first, ...rest] = plan.phases
  if (!first) throw new Error('the fixture has phases')
  const source = { start: 1, end: 1 }
  const entry = [1, 2, 3, 4, 5].map((n) => ({
    id: `staging/${n}`,
    text: `item ${n}`,
    source,
    kind: 'signOff' as const,
    role: 'Release Manager',
    count: 1,
  }))
  const world = new World({ signs: false }, { ...plan, phases: [{ ...first, entry }, ...rest] })
  world.step()
  expect(renderLive(viewOf(world), 80, false)).toContain('            + 2 more: tidegate status r1 --json')
})
