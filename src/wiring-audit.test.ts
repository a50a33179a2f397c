/** `tidegate audit` over real stores, checkpoint files and keys, also while a controller holds the store. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appended } from '../test/contract/event-store.ts'
import { paused } from '../test/contract/paused.ts'
import { FakeController, type FakeTerminal, fakeTerminal } from '../test/fixtures/fake-controller.ts'
import { World } from '../test/simulation/world.ts'
import { UserError } from './cli/context.ts'
import { buildProgram } from './cli/program.ts'
import { fromBase64 } from './core/audit/base64.ts'
import { createCheckpointFile } from './drivers/audit/checkpoint-file.ts'
import { Checkpointer } from './runtime/checkpointer.ts'
import { systemClock } from './runtime/system-clock.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { auditTools } from './wiring-audit.ts'

let folder = ''
let verifier = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-audit-'))
  const { out } = await tidegate('keygen', '--name', 'tidegate.example/log', '--out', 'key')
  verifier = out[0] ?? ''
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `tidegate audit …` in the folder, with its state there too. */
async function tidegate(...line: string[]): Promise<FakeTerminal> {
  const terminal = fakeTerminal(new FakeController(new World()), { cwd: folder })
  terminal.context.audit = async () => auditTools(terminal.context)
  try {
    await buildProgram(terminal.context).parseAsync(['--state', 'state', 'audit', ...line], { from: 'user' })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.err.push(error.message)
    terminal.code = error.exitCode
  }
  return terminal
}

const database = () => join(folder, 'state', 'events.db')

/** Writes four events and seals them; a fifth comes after. */
async function makeLog(): Promise<void> {
  const opened = openSqliteStore(database())
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  const checkpoints = createCheckpointFile({ checkpoints: 'kept', key: { file: 'key' } }, { folder })
  const onProblem = (message: string) => {
    throw new Error(message)
  }
  const checkpointer = new Checkpointer({ store, checkpoints, clock: systemClock, onProblem })
  await appended(store, 'default/r1', 0, [{ ...paused('1'), cause: { kind: 'clock' } }, paused('2')])
  await checkpointer.seal()
  await appended(store, 'default/r2', 0, [paused('3')])
  await appended(store, 'default/r1', 2, [paused('4')])
  await checkpointer.seal()
  await appended(store, 'default/r2', 1, [paused('5')])
  await store.close()
}

const named = () => ['--checkpoints', 'kept', '--key', verifier]
const sql = (text: string) => {
  const opened = new DatabaseSync(database())
  opened.exec(text)
  opened.close()
}

describe('tidegate audit keygen', () => {
  it('keeps the signing key from others, and never replaces one', async () => {
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'key'), 'utf8')).toMatch(/^PRIVATE\+KEY\+tidegate\.example\/log\+/)
    expect(verifier).toMatch(/^tidegate\.example\/log\+[0-9a-f]{8}\+/)
    const again = await tidegate('keygen', '--name', 'x', '--out', 'key')
    expect(again).toMatchObject({ code: 2, err: [expect.stringContaining('name another file')] })
    expect(await tidegate('keygen', '--name', 'a b', '--out', 'other')).toMatchObject({ code: 2 })
  })
})

describe('tidegate audit verify', () => {
  it('finds a log intact, and says what nothing vouches for yet', async () => {
    await makeLog()
    const { code, out } = await tidegate('verify', ...named())
    expect(code).toBe(0)
    expect(out.join('\n')).toMatch(/as it was sealed[\s\S]*5 events, 4 under 2 checkpoints.*for the 1 event after/)
    const json = await tidegate('verify', ...named(), '--json')
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({ verdict: 'intact', events: 5, sealed: 4, findings: [] })
  })

  it('names a changed event', async () => {
    await makeLog()
    sql(
      `DROP TRIGGER events_are_never_changed; UPDATE events SET event = replace(event, '"3"', '"x"') WHERE position = 3`,
    )
    const { code, out } = await tidegate('verify', ...named())
    expect(code).toBe(1)
    expect(out.join('\n')).toContain('event 3 (version 1 of default/r2, position 3)')
  })

  it('does not judge what a newer Tidegate wrote', async () => {
    await makeLog()
    sql('DROP TRIGGER events_are_never_changed; UPDATE events SET schema = 99 WHERE position = 3')
    const refused = {
      code: 1,
      out: [],
      err: [expect.stringMatching(/default\/r2, version 1 is of event version 99.*newer one/)],
    }
    expect(await tidegate('verify', ...named())).toMatchObject(refused)
  })

  it('without checkpoints says that nobody vouches', async () => {
    await makeLog()
    expect(await tidegate('verify')).toMatchObject({
      code: 3,
      out: expect.arrayContaining(['No checkpoint vouches for this log.']),
    })
  })

  it.each([
    ['no log', () => rmSync(database()), 2, 'no event log'],
    ['a log that is no database', () => writeFileSync(database(), 'x'.repeat(5_000)), 1, 'no SQLite database'],
    ['no checkpoint file', () => rmSync(join(folder, 'kept')), 1, 'nothing vouches for the log'],
  ])('with %s says so', async (_, spoil, code, message) => {
    await makeLog()
    spoil()
    expect(await tidegate('verify', ...named())).toMatchObject({ code, err: [expect.stringContaining(message)] })
  })

  it('with the signing key, a wrong key or none says which one it needs', async () => {
    await makeLog()
    const signer = readFileSync(join(folder, 'key'), 'utf8')
    const private_ = await tidegate('verify', '--checkpoints', 'kept', '--key', 'key')
    expect(private_).toMatchObject({ code: 2, err: [expect.stringContaining('no verifier key')] })
    expect(private_.err.join()).not.toContain(signer.split('+').at(-1)?.trim())
    const other = await tidegate('keygen', '--name', 'tidegate.example/log', '--out', 'other')
    const wrong = await tidegate('verify', '--checkpoints', 'kept', '--key', other.out[0] ?? '')
    expect(wrong.code).toBe(1)
    expect(wrong.out.join('\n')).toContain('none of the keys')
    expect(await tidegate('verify', '--checkpoints', 'kept')).toMatchObject({
      code: 2,
      err: [expect.stringContaining('--key')],
    })
  })

  it('reads what a controller at work has acknowledged, and leaves its lock alone', async () => {
    await makeLog()
    const writer = spawn(
      process.execPath,
      [join(import.meta.dirname, '../test/contract/sqlite-writer.ts'), database(), '10', '100'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let said = ''
    writer.stdout.on('data', (text) => {
      said += text
    })
    try {
      for (let round = 0; round < 500 && said.split('\n').length < 10; round++) await sleep(10)
      const acknowledged = said.trim().split('\n').length - 1
      const during = await tidegate('verify', ...named(), '--json')
      const { verdict, events } = JSON.parse(during.out[0] ?? '')
      expect(verdict).toBe('intact')
      expect(acknowledged).toBeGreaterThan(5)
      expect(events).toBeGreaterThanOrEqual(5 + acknowledged)
    } finally {
      await once(writer, 'close')
    }
    expect(said).toMatch(/\n100\n$/)
    const { out } = await tidegate('verify', ...named(), '--json')
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ verdict: 'intact', events: 5 + 100, sealed: 4 })
  }, 60_000)
})

describe('tidegate audit export', () => {
  it.each(['jsonl', 'cloudevents'])('as %s can be verified in place of the store', async (format) => {
    await makeLog()
    const { out } = await tidegate('export', '--format', format)
    expect(out).toHaveLength(5)
    writeFileSync(join(folder, 'exported'), `${out.join('\n')}\n`)
    rmSync(database())
    expect(await tidegate('verify', '--log', 'exported', ...named())).toMatchObject({ code: 0 })
    writeFileSync(join(folder, 'exported'), `${out.toSpliced(1, 1).join('\n')}\n`)
    const spoilt = await tidegate('verify', '--log', 'exported', ...named(), '--json')
    expect(JSON.parse(spoilt.out[0] ?? '')).toMatchObject({
      verdict: 'broken',
      findings: [
        { kind: 'missing', event: 2 },
        { kind: 'broken', event: 3 },
      ],
    })
  })

  it('as a batch is one JSON array, also of nothing', async () => {
    await makeLog()
    const { out } = await tidegate('export', '--format', 'cloudevents-batch', '--origin', 'https://tidegate.example/')
    const batch = JSON.parse(out.join('\n'))
    expect(batch).toHaveLength(5)
    expect(batch[0]).toMatchObject({ source: 'https://tidegate.example/projects/default/releases/r1' })
    writeFileSync(join(folder, 'nothing'), '')
    const none = await tidegate('export', '--format', 'cloudevents-batch', '--log', 'nothing')
    expect(JSON.parse(none.out.join('\n'))).toEqual([])
  })

  it('refuses a line that is no event, with its number', async () => {
    writeFileSync(join(folder, 'exported'), '{"position":1}\n')
    expect(await tidegate('export', '--log', 'exported')).toMatchObject({
      code: 1,
      err: [expect.stringContaining('exported:1')],
    })
  })
})

describe('tidegate audit prove and witness', () => {
  it('prove an event under the newest checkpoint, in the standard form', async () => {
    await makeLog()
    const { code, out } = await tidegate('prove', 'r1', '3', ...named(), '--json')
    expect(code).toBe(0)
    const { event, proof } = JSON.parse(out[0] ?? '')
    expect(event).toMatchObject({ version: 3, event: { reason: '4' } })
    const [header, index, ...rest] = proof.split('\n')
    expect([header, index]).toEqual(['c2sp.org/tlog-proof@v1', 'index 3'])
    expect(rest.slice(0, 2).every((line: string) => fromBase64(line)?.length === 32)).toBe(true)
    expect(rest.slice(2, 5)).toEqual(['', 'tidegate.example/log', '4'])
  })

  it('prove nothing that no checkpoint vouches for', async () => {
    await makeLog()
    expect(await tidegate('prove', 'r2', '2', ...named())).toMatchObject({
      code: 1,
      err: [expect.stringContaining('no checkpoint vouches')],
    })
    expect(await tidegate('prove', 'r2', '9', ...named())).toMatchObject({
      code: 1,
      err: [expect.stringContaining('has no event 9')],
    })
  })

  it('show a witness that the log only grew', async () => {
    await makeLog()
    const { out } = await tidegate('witness', '--since', '2', ...named())
    const lines = out.join('\n').split('\n')
    expect(lines.slice(0, 1)).toEqual(['old 2'])
    expect(lines.slice(2, 5)).toEqual(['', 'tidegate.example/log', '4'])
    expect(await tidegate('witness', '--since', '5', ...named())).toMatchObject({ code: 1 })
  })
})
