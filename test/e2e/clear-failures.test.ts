/** What goes wrong around a release: one clear message each, the right exit code, traffic where it was. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedStore } from '../../src/operator-store.ts'
import type { ReleaseView } from '../../src/server/contract.ts'
import { checkout, demoArguments, runProgram } from './run-demo.ts'
import { stopProcesses } from './stop-processes.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) {
    await stopProcesses(folder)
    await rm(folder, { recursive: true, force: true })
  }
})

const example = join(checkout, 'examples', 'classmatefinder')

/** A copy of the example with some texts changed; its services find their packages through the checkout's. */
async function changedExample(changes: Record<string, [string | RegExp, string][]>): Promise<string> {
  const folder = await newFolder()
  await cp(example, join(folder, 'example'), { recursive: true })
  await symlink(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, replacements] of Object.entries(changes)) {
    const path = join(folder, 'example', file)
    const before = await readFile(path, 'utf8')
    const after = replacements.reduce((text, [from, to]) => text.replaceAll(from, to), before)
    expect(after, `${file} was changed`).not.toBe(before)
    await writeFile(path, after)
  }
  return join(folder, 'example')
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 60; round++) {
    if (await done().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
  throw new Error(`${what} did not come`)
}

describe('beside a running controller', () => {
  const portBase = 18_000
  let stateDir = ''
  let controller: ChildProcess | undefined

  const tidegate = (...args: string[]) => runProgram('src/main.ts', ['--state', stateDir, ...args])
  const shares = async () =>
    (await (await fetch(`http://127.0.0.1:${portBase + 1}/shares`)).json()) as { shares: Record<string, number> }
  const release = async () => {
    const { stdout } = await tidegate('status', 'r1', '--json')
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ReleaseView
  }
  beforeAll(async () => {
    stateDir = await newFolder()
    const args = ['src/main.ts', '--state', stateDir, 'demo', '--port-base', `${portBase}`, '--speed', '20000']
    controller = spawn(process.execPath, args, { cwd: checkout, stdio: 'ignore' })
    await until('the canary', async () => (await shares()).shares['v0.1.0'] === 10)
    // Paused, so that traffic stays where it is while the tests look.
    expect((await tidegate('pause', '--as', 'mara')).code).toBe(0)
  })
  afterAll(() => {
    controller?.kill('SIGINT')
  })

  it('a second command is served by the first controller', async () => {
    expect((await release()).stage?.percent).toBe(10)
  })

  it('a second controller on the same store is refused, with who holds it', async () => {
    const run = await tidegate('demo', '--port-base', `${portBase + 50}`)
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/already/)
    await expect(openEmbeddedStore(join(stateDir, 'events.db'))).rejects.toThrow(
      new RegExp(`process ${controller?.pid}`),
    )
  })

  it.each([
    [
      'an unknown router',
      { 'tidegate.yaml': [['router: production-proxy', 'router: production-nginx']] },
      /tidegate\.yaml:\d+.*production-nginx.*production-proxy/,
    ],
    [
      'an unknown service',
      { 'tidegate.yaml': [[/rollout: backend/g, 'rollout: frontend']] },
      /tidegate\.yaml:\d+.*frontend.*backend/,
    ],
    [
      'an impossible percentage',
      { 'ROLLOUT.md': [['Day 4: 50% traffic', 'Day 4: 150% traffic']] },
      /ROLLOUT\.md:\d+.*150/,
    ],
    ['a misspelt key', { 'tidegate.yaml': [['service:', 'sevice:']] }, /tidegate\.yaml:\d+.*sevice/],
  ] as [string, Record<string, [string | RegExp, string][]>, RegExp][])(
    '%s is refused with its place, and traffic stays',
    async (_what, changes, message) => {
      const before = await shares()
      const folder = await changedExample(changes)
      const run = await tidegate('start', join(folder, 'ROLLOUT.md'), '--as', 'tom', '--ack', '*')
      expect(run.code, run.stderr).toBe(1)
      expect(run.stderr).toMatch(message)
      expect(run.stderr).not.toMatch(/\n\s+at /)
      expect(await shares()).toEqual(before)
    },
  )

  it('an unreadable plan is a usage error', async () => {
    const run = await tidegate('start', '/nowhere/ROLLOUT.md', '--as', 'tom')
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('/nowhere/ROLLOUT.md')
  })

  it('a person nobody knows is not authorised', async () => {
    const run = await tidegate('abort', '--as', 'mallory')
    expect(run.code).toBe(4)
    expect(run.stderr).toContain('mallory')
  })

  it('an abort from another terminal takes traffic back', async () => {
    const run = await tidegate('abort', '--as', 'mara', '--reason', 'a drill')
    expect(run.code, run.stderr).toBe(0)
    await until('the rollback', async () => (await release()).status === 'RolledBack')
    expect((await shares()).shares).toEqual({ 'v0.0.9': 100, 'v0.1.0': 0 })
    expect((await release()).rollback?.readBackMs).toBeLessThan(2_000)
  })

  it('a metric that its source does not know is refused by name before anything moves', async () => {
    const folder = await changedExample({
      'tidegate.yaml': [['tidegate_proxy_requests_total', 'tidegate_proxy_requets_total']],
    })
    const run = await tidegate('start', join(folder, 'ROLLOUT.md'), '--as', 'tom', '--ack', '*')
    expect(run.code, run.stderr).toBe(1)
    expect(run.stderr).toMatch(/error-rate.*tidegate_proxy_requets_total.*tidegate_proxy_requests_total/s)
    expect((await shares()).shares).toEqual({ 'v0.0.9': 100, 'v0.1.0': 0 })
  })
})

it('looks and words move nothing while no controller is alive; an abort does', async () => {
  const portBase = 18_300
  const stateDir = await newFolder()
  const tidegate = (...args: string[]) => runProgram('src/main.ts', ['--state', stateDir, ...args])
  const status = async () => JSON.parse((await tidegate('status', 'r1', '--json')).stdout) as ReleaseView
  const shares = async () => {
    const answer = await fetch(`http://127.0.0.1:${portBase + 1}/shares`)
    return ((await answer.json()) as { shares: Record<string, number> }).shares
  }
  const args = ['src/main.ts', '--state', stateDir, 'demo', '--port-base', `${portBase}`, '--speed', '20000']
  const controller = spawn(process.execPath, args, { cwd: checkout, stdio: 'ignore' })
  await until('the canary', async () => (await shares())['v0.1.0'] === 10)
  controller.kill('SIGKILL')

  const before = await status()
  const paused = await tidegate('pause', '--as', 'mara')
  expect(paused.code, paused.stderr).toBe(0)
  expect(paused.stderr).toContain('No controller runs release r1')
  const after = await status()
  expect(after).toMatchObject({ status: 'Paused', version: before.version + 1 })
  expect(await shares()).toEqual({ 'v0.0.9': 90, 'v0.1.0': 10 })

  expect((await tidegate('abort', '--as', 'mara')).code).toBe(0)
  expect(await shares()).toEqual({ 'v0.0.9': 100, 'v0.1.0': 0 })
})

describe('a surrounding that does not hold', () => {
  it('a port in use says which, and what to do', async () => {
    const portBase = 18_100
    const squatter = createServer().listen(portBase, '127.0.0.1')
    const run = await runProgram('src/main.ts', demoArguments('good', await newFolder(), portBase))
    squatter.close()
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/18100|18101/)
    expect(run.stderr).toMatch(/in use/)
    expect(run.stderr).not.toMatch(/\n\s+at /)
  })

  it('a service that never becomes healthy holds the release and says what failed, with traffic untouched', async () => {
    const folder = await changedExample({
      'operator.yaml': [
        [
          'ready: http://127.0.0.1:${PORT_STAGING:-7821}/health',
          'ready: http://127.0.0.1:${PORT_STAGING:-7821}/nowhere\n        readyTimeout: 2s',
        ],
      ],
    })
    const stateDir = await newFolder()
    const run = await runProgram('src/main.ts', [...demoArguments('good', stateDir, 18_200), '--example', folder])
    expect(run.result).toMatchObject({ outcome: 'held', shares: [] })
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/nowhere/)
  })
})
