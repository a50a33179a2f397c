/** The backups that docs/stores.md describes, by the very commands that stand there. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstBreak } from '../../src/core/release/chain.ts'
import { openEmbeddedStore } from '../../src/operator-store.ts'
import { openPostgresStore } from '../../src/store/postgres.ts'
import { appended } from '../contract/event-store.ts'
import { RecordedTurns, until } from '../contract/leases.ts'
import { paused } from '../contract/paused.ts'
import { hasPostgres, PostgresServer, postgresPath } from '../contract/postgres-server.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/stores.md'), 'utf8')
const commands = [...page.slice(page.indexOf('## Backup')).matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text)
const [ofSqlite = '', backup = '', restore = ''] = commands

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-backup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (script: string, env: Record<string, string> = {}) =>
  promisify(execFile)('bash', ['-e', '-c', script], { cwd: folder, env: { ...process.env, ...env } })

const texts = ['naïve – 通过', 'back\\slash\ttab\nline', '\\N', '']

it('the page has the commands', () => {
  expect(commands).toHaveLength(3)
})

it('SQLite comes back as it was', async () => {
  const file = join(folder, '.tidegate', 'events.db')
  mkdirSync(join(folder, 'backup'))
  const store = await openEmbeddedStore(file)
  const written = await appended(store, 'default/r1', 0, texts.map(paused))
  await store.close()
  const [back = '', ...forth] = ofSqlite.split('\n')
  await run(back)
  const later = await openEmbeddedStore(file)
  await appended(later, 'default/r1', texts.length, [paused('lost')])
  await later.close()
  writeFileSync(join(folder, '.tidegate', 'events.db-wal'), 'left by a crash')
  await run(forth.join('\n'))
  const restored = await openEmbeddedStore(file)
  expect(await restored.read('default/r1')).toEqual(written)
  await restored.close()
})

describe.runIf(hasPostgres)('PostgreSQL', () => {
  it('comes back as it was, while others write, and what is not over is taken up again', async () => {
    const server = await PostgresServer.start()
    const [from, to] = [await server.newDatabase(), await server.newDatabase()]
    const env = { PATH: postgresPath }
    const open = async (url: string) => {
      const opened = await openPostgresStore({ url })
      if (!opened.ok) throw new Error(opened.message)
      return opened
    }
    const original = await open(from)
    const written = await appended(original.store, 'default/r1', 0, texts.map(paused))
    await appended(original.store, 'default/r2', 0, [paused('x')])
    let isDone = false
    const writing = (async () => {
      for (let version = 1; !isDone; version++) await appended(original.store, 'default/r2', version, [paused('x')])
    })()
    await run(backup, { ...env, URL: from })
    isDone = true
    await writing
    await (await open(to)).store.close()
    await run(restore, { ...env, URL: to })
    const restored = await open(to)
    expect(await restored.store.read('default/r1')).toEqual(written)
    const others = await restored.store.read('default/r2')
    expect(firstBreak(others)).toBeNull()
    const turns = new RecordedTurns()
    await restored.leases.start(turns)
    await until(() => turns.begun.length === 2)
    const [next] = await appended(restored.store, 'default/r3', 0, [paused('x')])
    expect(next?.position).toBe(texts.length + others.length + 1)
    await original.store.close()
    await restored.leases.close()
    await restored.store.close()
    await server.stop()
  })
})
