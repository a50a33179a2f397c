/** Every scenario of the demo, on real processes: how it ends, how fast it goes back, what the report says. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
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
  return { run, result: run.result, tookMs, report: await readFile(run.result.report, 'utf8') }
}

describe('the demo', () => {
  it('takes a good version from the document to 100 %', async () => {
    const { run, result, tookMs, report } = await runScenario('good', 17_100)
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
