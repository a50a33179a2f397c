import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandRunnerContract } from '../../../test/contract/command-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { runs } from '../../../test/contract/tiny-service.ts'
import { CatalogueCommand } from '../../core/plan/operator.ts'
import { createCatalogueRunner } from './catalogue.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'tidegate-commands-'))
const placesOf = (cwd: string) => ({ cwd, begunFile: join(cwd, 'begun'), isShared: false })
/** A command of JavaScript; its parameters come after `--`. */
const command = (script: string, extra: object = {}) =>
  CatalogueCommand.parse({ description: 'for tests', argv: [process.execPath, '-e', script], ...extra })

commandRunnerContract(async () => {
  const cwd = await newFolder()
  const parameters = { name: { pattern: '[a-z]+' }, count: { pattern: '[0-9]+' } }
  const runner = createCatalogueRunner(
    {
      echo: command('console.log(process.argv.slice(1).join(" "))', { parameters }),
      fail: command('process.exit(3)'),
      hang: command('setInterval(() => {}, 1000)'),
      count: command(
        'require("fs").appendFileSync("runs", "x"); console.log(require("fs").readFileSync("runs", "utf8").length)',
      ),
    },
    placesOf(cwd),
  )
  return { runner, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true }) }
})

describe('the catalogue', () => {
  let cwd: string
  beforeAll(async () => {
    cwd = await newFolder()
  })
  afterAll(() => rm(cwd, { recursive: true, force: true }))

  async function run(entry: CatalogueCommand, parameters: Record<string, string> = {}) {
    return createCatalogueRunner({ main: entry }, placesOf(cwd)).run('main', parameters, effectContext())
  }

  it('gives a command no environment but PATH and its own', async () => {
    process.env.TIDEGATE_TEST_SECRET = 'not for commands'
    const outcome = await run(command('console.log(JSON.stringify(process.env))', { env: { OWN: 'yes' } }))
    expect(outcome.ok && JSON.parse(outcome.value.output)).toEqual({ PATH: '/usr/bin:/bin', OWN: 'yes' })
  })

  it('starts it in its folder, without input and without a shell', async () => {
    const script = 'console.log(process.cwd(), require("fs").readFileSync(0).length, process.argv[1])'
    const outcome = await run(command(script, { parameters: { text: { pattern: '.*' } } }), { text: '$(id) `id` > x' })
    expect(outcome).toMatchObject({ ok: true, value: { output: `${cwd} 0 $(id) \`id\` > x\n` } })
  })

  it('keeps a parameter that looks like an option behind the --', async () => {
    const outcome = await run(command('console.log(process.argv[1])', { parameters: { text: { pattern: '.*' } } }), {
      text: '--version',
    })
    expect(outcome).toMatchObject({ ok: true, value: { output: '--version\n' } })
  })

  it('keeps the last 64 KB of stdout and stderr', async () => {
    const outcome = await run(command('console.log("x".repeat(200000)); console.error("the end")'))
    expect(outcome.ok && outcome.value.output.length).toBe(65_536)
    expect(outcome.ok && outcome.value.output).toContain('the end')
  })

  it('takes secrets out of the output', async () => {
    const env = { API_TOKEN: 'sesame-open', DATABASE_URL: 'postgres://user:pw@db/x', PUBLIC_URL: 'http://here' }
    const outcome = await run(command('console.log(Object.values(process.env).join(" "))', { env }))
    expect(outcome.ok && outcome.value.output).toBe('/usr/bin:/bin [API_TOKEN] [DATABASE_URL] http://here\n')
  })

  it('ends its children too, by force if it must', async () => {
    const child = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const script = `process.on("SIGTERM", () => {}); const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); require("fs").writeFileSync("pids", process.pid + " " + child.pid); setInterval(() => {}, 1000)`
    const outcome = await run(command(script, { timeout: '800ms' }))
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'timeout', message: 'main did not end within 800 ms and was stopped' },
    })
    const pids = (await readFile(join(cwd, 'pids'), 'utf8')).split(' ').map(Number)
    expect(pids).toHaveLength(2)
    await expect.poll(() => Promise.all(pids.map(runs))).toEqual([false, false])
  })

  it('does not wait for children that a command left behind, and ends them', async () => {
    const script =
      'const child = require("child_process").spawn("/bin/sleep", ["60"], { stdio: "inherit" }); console.log(child.pid); process.exit(0)'
    const outcome = await run(command(script))
    expect(outcome).toMatchObject({ ok: true, value: { exitCode: 0 } })
    const pid = Number(outcome.ok && outcome.value.output)
    expect(pid).toBeGreaterThan(1)
    await expect.poll(() => runs(pid)).toBe(false)
  })

  it('gives 128 and the number of the signal that ended it', async () => {
    expect(await run(command('process.kill(process.pid, "SIGKILL")'))).toMatchObject({
      ok: true,
      value: { exitCode: 137 },
    })
  })

  it('rejects a program that does not exist, also at a ping', async () => {
    const missing = CatalogueCommand.parse({ description: 'x', argv: ['/no/such/program'] })
    expect(await run(missing)).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('ENOENT') },
    })
    const runner = createCatalogueRunner({ main: missing }, placesOf(cwd))
    expect(await runner.ping('main', effectContext())).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('/no/such/program') },
    })
  })

  describe('after the controller that asked for it is no more', () => {
    const note = 'require("fs").appendFileSync("notes", "x")'
    const notes = (folder: string) => readFile(join(folder, 'notes'), 'utf8').catch(() => '')
    const takenUp = { effectId: 'r1/7', isTakenUp: true }

    async function afterCrash(entry: CatalogueCommand, { wasBegun = true, isShared = false } = {}) {
      const folder = await newFolder()
      const open = () => createCatalogueRunner({ main: entry }, { ...placesOf(folder), isShared })
      if (wasBegun) await open().run('main', {}, effectContext({ effectId: 'r1/7' }))
      const outcome = await open().run('main', {}, effectContext(takenUp))
      const written = await notes(folder)
      await rm(folder, { recursive: true, force: true })
      return { outcome, written }
    }

    it('does not run a command again that was begun, and asks a person', async () => {
      const { outcome, written } = await afterCrash(command(note))
      const message = expect.stringMatching(/nobody can tell whether main was run.*retry it or skip it/)
      expect(outcome).toMatchObject({ ok: false, error: { code: 'unknown', message } })
      expect(written).toBe('x')
    })

    it('runs one that was not begun; where other machines may have begun it, asks', async () => {
      expect(await afterCrash(command(note), { wasBegun: false })).toMatchObject({
        outcome: { ok: true },
        written: 'x',
      })
      const elsewhere = await afterCrash(command(note), { wasBegun: false, isShared: true })
      expect(elsewhere).toMatchObject({ outcome: { ok: false, error: { code: 'unknown' } }, written: '' })
    })

    it('runs one again that the operator calls repeatable', async () => {
      const again = await afterCrash(command(note, { repeatable: true }), { isShared: true })
      expect(again).toMatchObject({ outcome: { ok: true }, written: 'xx' })
    })
  })

  it('matches nothing with a pattern that is no regular expression', async () => {
    const outcome = await run(command('', { parameters: { text: { pattern: '[' } } }), { text: '[' })
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('does not match [') },
    })
  })
})
