/** Every scenario of the demo, on real processes: how it ends, how fast it goes back, what the report says. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/wiring.ts'
import { FakeController, fakeTerminal } from '../fixtures/fake-controller.ts'
import { World } from '../simulation/world.ts'
import { demoArguments, runProgram } from './run-demo.ts'
import { stopProcesses } from './stop-processes.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await stopProcesses(folder)
    await rm(folder, { recursive: true, force: true })
  }
})

async function runScenario(scenario: string, portBase: number) {
  const stateDir = await mkdtemp(join(tmpdir(), 'tidegate-'))
  folders.push(stateDir)
  const startedMs = performance.now()
  const run = await runProgram('src/main.ts', demoArguments(scenario, stateDir, portBase))
  const tookMs = performance.now() - startedMs
  expect(run.result, run.stderr).not.toBeNull()
  if (run.result === null) throw new Error('no result')
  return { stateDir, run, result: run.result, tookMs, report: await readFile(run.result.report, 'utf8') }
}

/** The document of the finished release, written by the program itself into a copy, which is then up to date. */
async function expectRendered(stateDir: string): Promise<void> {
  const copy = join(stateDir, 'ROLLOUT.md')
  const render = (...options: string[]) =>
    runProgram('src/main.ts', ['--state', stateDir, 'render', ...options, '--json'])
  const written = await render('--out', copy)
  expect(written.code, written.stderr).toBe(0)
  expect(JSON.parse(written.stdout)).toMatchObject({
    releaseId: 'r1',
    changed: true,
    ticks: 5,
    claims: 0,
    unplaced: [],
  })
  const text = await readFile(copy, 'utf8')
  expect(text).toMatch(/^> ● Tidegate release r1: v0\.1\.0 of backend replaced v0\.0\.9 over 10 % → 50 % → 100 %/m)
  expect(text).toMatch(/^- \[x\] Backups defined — ✔ evidence: signed by .* \(demo person\)/m)
  expect((await render('--file', copy, '--check')).code).toBe(0)

  const connection = await connect(fakeTerminal(new FakeController(new World())).context, stateDir, 'record')
  const shown = await connection.api.document('r1')
  await connection.close()
  expect(shown).toMatchObject({ ok: true, value: { document: { tree: { truncated: false } } } })
}

describe('the demo', () => {
  it('takes a good version from the document to 100 %', async () => {
    const { stateDir, run, result, tookMs, report } = await runScenario('good', 17_100)
    expect(result).toMatchObject({
      scenario: 'good',
      outcome: 'succeeded',
      shares: [10, 50, 100],
      detectionMs: null,
      rollbackMs: null,
    })
    expect(run.code).toBe(0)
    expect(tookMs).toBeLessThan(90_000)
    expect(report).toContain('demo person')
    expect(report).toMatch(/ROLLOUT\.md:\d+/)
    await expectRendered(stateDir)
  })

  it.each([
    ['errors', 17_200],
    ['slow', 17_300],
    ['crash', 17_400],
  ])('takes a version with %s back to 0 %%', async (scenario, portBase) => {
    const { run, result, tookMs, report } = await runScenario(scenario, portBase)
    expect(result).toMatchObject({ scenario, outcome: 'rolledBack' })
    expect(result.shares.at(-1)).toBe(0)
    expect(result.rollbackMs).toBeLessThanOrEqual(2_000)
    expect(result.quietMs, 'seen at the service').toBeLessThanOrEqual(2_000)
    expect(run.code).toBe(0)
    expect(tookMs).toBeLessThan(90_000)
    expect(report).toMatch(/deadline/i)
  })

  it('holds when verification mails stop: a success criterion fails, and no trigger speaks of it', async () => {
    const { run, result } = await runScenario('verification', 17_500)
    expect(result).toMatchObject({ outcome: 'held', shares: [10], rollbackMs: null })
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(/verification/i)
  })
})
