import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, serveLoopback } from '../../../test/contract/loopback-server.ts'
import { runs, tinyService } from '../../../test/contract/tiny-service.ts'
import { startTimeOf } from './process-identity.ts'
import { createSupervisor, type ProcessSupervisor } from './supervisor.ts'

const run = promisify(execFile)
const never = new AbortController().signal

let cwd: string
let folder: string
let supervisor: ProcessSupervisor
let port: number

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tidegate-supervisor-'))
  folder = join(cwd, 'processes')
  supervisor = createSupervisor({ folder, cwd })
  port = await freePort()
})
afterEach(async () => {
  await supervisor.stopAll()
  await rm(cwd, { recursive: true, force: true })
})

async function startedPid(spec = tinyService(port), by = supervisor): Promise<number> {
  const started = await by.start('web', spec, never)
  if (!started.ok) throw new Error(`${started.error.message}\n${started.error.cause}`)
  return started.value.pid
}

describe('start', () => {
  it('settles once the process answers', async () => {
    const pid = await startedPid()
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
    expect(await supervisor.status('web')).toEqual({ pid })
  })

  it('gives the process PATH and its own environment, nothing else', async () => {
    process.env.TIDEGATE_TEST_SECRET = 'not for children'
    await startedPid(tinyService(port, { env: { OWN: 'yes' } }))
    const environment = (await (await fetch(`http://127.0.0.1:${port}`)).json()) as Record<string, string>
    expect(environment).toEqual({ PATH: process.env.PATH, PORT: `${port}`, OWN: 'yes' })
  })

  it('takes up a process that runs with the same specification, also as another controller', async () => {
    const pid = await startedPid()
    expect(await startedPid()).toBe(pid)
    expect(await startedPid(tinyService(port), createSupervisor({ folder, cwd }))).toBe(pid)
  })

  it('replaces a process that runs with another specification', async () => {
    const pid = await startedPid()
    const next = await startedPid(tinyService(port, { env: { NEW: '1' } }))
    expect(next).not.toBe(pid)
    expect(await runs(pid)).toBe(false)
  })

  it('starts again after the process died', async () => {
    const pid = await startedPid()
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => supervisor.status('web')).toBe(null)
    expect(await startedPid()).not.toBe(pid)
  })

  it('does not mistake another process for its own because it has the same pid', async () => {
    const pid = await startedPid()
    await supervisor.stop('web')
    await writeFile(join(folder, 'web.json'), JSON.stringify({ pid: process.pid, startTime: '1', digest: 'd' }))
    expect(await supervisor.status('web')).toBe(null)
    expect(await startedPid()).not.toBe(pid)
  })

  it('shows the last lines of the log, without secrets, when the process ends before it is ready', async () => {
    const spec = tinyService(port, {
      script: 'console.error("no database for", process.env.API_TOKEN); process.exit(3)',
      env: { API_TOKEN: 'sesame-open' },
    })
    expect(await supervisor.start('web', spec, never)).toEqual({
      ok: false,
      error: {
        code: 'rejected',
        message: 'web ended before it was ready (exit code 3)',
        cause: 'no database for [API_TOKEN]',
      },
    })
    expect(await readdir(folder)).toEqual(['web.log'])
  })

  it('ends a process that does not get ready in time', async () => {
    const spec = tinyService(port, {
      script: 'require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)',
      readyTimeoutMs: 500,
    })
    const started = await supervisor.start('web', spec, never)
    expect(started).toMatchObject({
      ok: false,
      error: { code: 'timeout', message: `web was not ready within 500 ms: ${spec.ready} did not answer 200` },
    })
    expect(await runs(Number(await readFile(join(cwd, 'pid'), 'utf8')))).toBe(false)
  })

  it('rejects a port that somebody else has, and says what to do', async () => {
    await using other = await serveLoopback((_, response) => response.end('other'))
    const started = await supervisor.start('web', tinyService(other.port), never)
    expect(started).toMatchObject({
      ok: false,
      error: {
        code: 'rejected',
        message: expect.stringContaining(`port ${other.port} is already in use by another process; stop that process`),
      },
    })
  })

  it('rejects a program or a folder that does not exist', async () => {
    const missing = { ...tinyService(port), argv: ['/no/such/program'] as [string] }
    expect(await supervisor.start('web', missing, never)).toMatchObject({
      ok: false,
      error: { code: 'rejected', cause: expect.stringMatching(/not found|No such file/) },
    })
    const nowhere = createSupervisor({ folder, cwd: join(cwd, 'nowhere') })
    expect(await nowhere.start('web', tinyService(port), never)).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('nowhere') },
    })
  })

  it.each(['by its signal', 'by stop'])('ends a start under way %s, and the process with it', async (how) => {
    const abort = new AbortController()
    const spec = tinyService(port, {
      script: 'require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)',
    })
    const starting = supervisor.start('web', spec, abort.signal)
    await expect.poll(() => readFile(join(cwd, 'pid'), 'utf8').catch(() => ''), { timeout: 5_000 }).not.toBe('')
    if (how === 'by stop') await supervisor.stop('web')
    else abort.abort('the release goes back')
    expect(await starting).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(await runs(Number(await readFile(join(cwd, 'pid'), 'utf8')))).toBe(false)
  })

  it('appends to the log, and begins a new one when it has grown large', async () => {
    await startedPid()
    await supervisor.stop('web')
    await writeFile(join(folder, 'web.log'), 'x'.repeat(5_000_001))
    await startedPid()
    expect((await stat(join(folder, 'web.log.old'))).size).toBe(5_000_001)
    expect(await readFile(join(folder, 'web.log'), 'utf8')).toBe('listens as undefined\n')
  })
})

describe('stop', () => {
  it('ends the process and its children, by force if it must', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); const child = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']); require('fs').writeFileSync('child', String(child.pid)); SERVE`
    const pid = await startedPid(tinyService(port, { script: stubborn }))
    const child = Number(await readFile(join(cwd, 'child'), 'utf8'))
    expect(await runs(child)).toBe(true)
    await supervisor.stop('web')
    await expect.poll(() => Promise.all([runs(pid), runs(child)])).toEqual([false, false])
    expect(await supervisor.status('web')).toBe(null)
  })

  it('does nothing to what does not run', async () => {
    await supervisor.stop('web')
    expect(await supervisor.status('web')).toBe(null)
  })

  it('ends all, also what another controller started', async () => {
    const [a, b] = [
      await startedPid(),
      await createSupervisor({ folder, cwd }).start('b@1/2', tinyService(await freePort()), never),
    ]
    await supervisor.stopAll()
    expect([await runs(a), b.ok && (await runs(b.value.pid))]).toEqual([false, false])
  })
})

describe('a controller that is killed', () => {
  const modules = {
    supervisor: join(import.meta.dirname, 'supervisor.ts'),
    gate: join(import.meta.dirname, 'spawn-gated.ts'),
  }

  it('leaves a started process running, to be found by the next one', async () => {
    const spec = tinyService(port)
    const script = `
      import { createSupervisor } from ${JSON.stringify(modules.supervisor)}
      const started = await createSupervisor(${JSON.stringify({ folder, cwd })}).start('web', ${JSON.stringify(spec)}, new AbortController().signal)
      console.log(started.value.pid)
      setInterval(() => {}, 1000)`
    const controller = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(String((await once(controller.stdout, 'data'))[0]))
    controller.kill('SIGKILL')
    await once(controller, 'exit')
    expect(await startedPid(spec)).toBe(pid)
  })

  it('leaves no process that nobody knows of, when it dies between start and record', async () => {
    const spec = tinyService(port, { script: 'require("fs").writeFileSync("ran", "")' })
    const script = `
      import { spawnGated } from ${JSON.stringify(modules.gate)}
      const { pid } = await spawnGated(${JSON.stringify(spec)}, ${JSON.stringify(cwd)}, ${JSON.stringify(join(cwd, 'log'))})
      console.log(pid)
      setInterval(() => {}, 1000)`
    const controller = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(String((await once(controller.stdout, 'data'))[0]))
    expect(await startTimeOf(pid)).toBeDefined()
    controller.kill('SIGKILL')
    await expect.poll(() => startTimeOf(pid)).toBe(undefined)
    await expect(access(join(cwd, 'ran'))).rejects.toThrow('ENOENT')
  })
})

describe('startTimeOf', () => {
  it('tells processes apart, and takes a dead one that nobody collected as gone', async () => {
    expect(await startTimeOf(process.pid)).toMatch(/^\d+$/)
    expect(await startTimeOf(4_194_304)).toBe(undefined)
    // It ends when its parent is no shell any more, which would collect it.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 20'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const zombie = Number(String((await once(parent.stdout, 'data'))[0]))
    const state = async () => (await run('ps', ['-o', 'stat=', '-p', `${zombie}`])).stdout.trim()
    await expect.poll(state, { timeout: 10_000 }).toMatch(/^Z/)
    expect(await startTimeOf(zombie)).toBe(undefined)
    parent.kill()
  })
})
