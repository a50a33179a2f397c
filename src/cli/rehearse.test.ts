/** `tidegate rehearse`: what is asked of the rehearsal, what is printed of its report, and how the command ends. */
import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../../test/fixtures/command-line.ts'
import { FakeController } from '../../test/fixtures/fake-controller.ts'
import { World } from '../../test/simulation/world.ts'
import type { RehearsalReport, RehearsalRequest } from '../server/contract.ts'
import { exitCodes } from './context.ts'

const plan = 'examples/plan.yaml'
const clean: RehearsalReport = {
  plan,
  seed: 1,
  scenarios: 1_284,
  tried: 3_000,
  singleFaults: 700,
  unsafe: 0,
  weaknesses: 0,
  goodPath: { status: 'Succeeded', planMs: 86_400_000 },
  worstRollbackMs: 52_000,
  medianRollbackMs: 400,
  worstLiveRollbackMs: 900,
  budgetMs: 600_000,
  slowestRollback: null,
  findings: [],
  imagined: [],
}
const weak: RehearsalReport = {
  ...clean,
  weaknesses: 1,
  findings: [
    {
      kind: 'weakness',
      code: 'NO_TRIGGER',
      message: 'nothing takes it back',
      hint: 'write one',
      source: { start: 7, end: 7, file: plan },
    },
  ],
}
const unsafe: RehearsalReport = {
  ...clean,
  unsafe: 1,
  findings: [
    {
      kind: 'unsafe',
      code: 'UNSAFE',
      message: 'it is late',
      faults: ['the router hangs'],
      timeline: ['0 ms  it began', '16 min  degraded'],
    },
  ],
}

async function run(report: RehearsalReport, ...options: string[]) {
  const asked: RehearsalRequest[] = []
  const terminal = await runCommandLine(new FakeController(new World(), 0), ['rehearse', plan, ...options], {
    rehearse: async (request) => {
      asked.push(request)
      return report
    },
  })
  return { ...terminal, text: terminal.out.join('\n'), asked }
}

describe('tidegate rehearse', () => {
  it.each([
    ['a clean plan', clean, exitCodes.ok, 'safe. 1284 scenarios, 0 unsafe, 0 weaknesses'],
    ['a weak plan', weak, exitCodes.undecided, 'safe, with weaknesses'],
    ['an unsafe plan', unsafe, exitCodes.failed, 'not safe'],
  ])('ends for %s with its own code', async (_what, report, code, verdict) => {
    const { text, ...terminal } = await run(report)
    expect(terminal.code).toBe(code)
    expect(text).toContain(`${plan}: ${verdict}`)
    expect(text).toContain('share 0 after 400 ms (median), 900 ms at worst with a live path')
  })

  it('tells what went wrong with its timeline, and what to do about a weakness', async () => {
    expect((await run(unsafe)).text).toMatch(/it is late.*when the router hangs.*16 min {2}degraded/s)
    expect((await run(weak)).text).toMatch(/NO_TRIGGER {2}examples\/plan\.yaml:7.*instead: write one/s)
  })

  it('prints the whole report as one object, last', async () => {
    const { out } = await run(weak, '--json')
    expect(JSON.parse(out.at(-1) ?? '')).toEqual(weak)
  })

  it('hands on what was asked, and takes no nonsense', async () => {
    const { asked } = await run(clean, '--seed', '7', '--scenarios', '50', '--at', '2026-12-24T10:00Z')
    expect(asked).toMatchObject([{ seed: 7, scenarios: 50, startWallMs: Date.UTC(2026, 11, 24, 10) }])
    for (const wrong of [
      ['--seed', 'x'],
      ['--scenarios', '0'],
      ['--at', 'soon'],
    ]) {
      const refused = await run(clean, ...wrong)
      expect(refused.code).toBe(exitCodes.usage)
      expect(refused.asked).toEqual([])
    }
  })
})
