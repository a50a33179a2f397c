import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AccountStore, createAccountStore, type NewAccount } from './account-store.ts'
import { migrate, openMigrated } from './migrations.ts'
import { createServiceMetrics, type ServiceMetrics } from './service-metrics.ts'
import { versions } from './versions.ts'

let folder = ''
let opened: DatabaseSync[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'))
  opened = []
  migrate(join(folder, 'accounts.db'), 2, 0)
})
afterEach(() => {
  for (const database of opened) database.close()
  rmSync(folder, { recursive: true })
})

/** A store as a process of this version would open it. */
function open(name: string): { store: AccountStore; metrics: ServiceMetrics; database: DatabaseSync } {
  const version = versions.get(name) ?? expect.fail(`no version ${name}`)
  const database = openMigrated(join(folder, 'accounts.db'), version)
  opened.push(database)
  const metrics = createServiceMetrics(name)
  return { store: createAccountStore(database, version, metrics), metrics, database }
}

function account(name: string, registeredAtMs: number): NewAccount {
  const tokenExpiresAtMs = registeredAtMs + 10_000
  return {
    email: `${name}@ubc.ca`,
    username: name,
    firstName: 'Ada',
    passwordHash: 'x',
    registeredAtMs,
    tokenHash: name,
    tokenExpiresAtMs,
  }
}

async function total(metrics: ServiceMetrics, name: 'databaseErrors' | 'databaseQueries'): Promise<number> {
  return (await metrics[name].get()).values[0]?.value ?? expect.fail(`${name} has no value`)
}

test('a second account with the same address or name is refused whatever its case, and is no database error', async () => {
  const { store, metrics } = open('v0.1.0')
  store.create(account('ada', 0))
  expect(store.create({ ...account('eve', 0), email: 'ADA@UBC.CA' })).toBe('email')
  expect(store.create({ ...account('eve', 0), username: 'Ada' })).toBe('username')
  expect(await total(metrics, 'databaseErrors')).toBe(0)
  expect(await total(metrics, 'databaseQueries')).toBe(3)
})

test('a link works again, until it expires', () => {
  const { store } = open('v0.1.0')
  store.create(account('ada', 0))
  expect(store.findLogin('ada@ubc.ca')).toMatchObject({ verified: false })
  expect(store.verify('ada', 9999)).toBe(true)
  expect(store.verify('ada', 9999)).toBe(true)
  expect(store.findLogin('ada@ubc.ca')).toMatchObject({ verified: true })
  expect(store.verify('ada', 10_000)).toBe(false)
  expect(store.verify('unknown', 0)).toBe(false)
})

test('a registration is classified once, when its window has passed, even over a restart', () => {
  const before = open('v0.1.0').store
  for (const name of ['intime', 'late', 'never']) before.create(account(name, 1000))
  before.verify('intime', 1500)
  before.verify('late', 1501)
  expect(before.classify(500, 1500)).toEqual({ verified: 0, missed: 0 })
  const after = open('v0.1.0').store
  expect(after.classify(500, 1501)).toEqual({ verified: 1, missed: 2 })
  expect(after.classify(500, 9000)).toEqual({ verified: 0, missed: 0 })
  expect(before.classify(500, 9000)).toEqual({ verified: 0, missed: 0 })
})

test('a registration belongs to the version that took it, whichever verified it', () => {
  const baseline = open('v0.0.9').store
  const candidate = open('v0.1.0').store
  baseline.create(account('ada', 0))
  candidate.verify('ada', 1)
  expect(candidate.classify(10, 100)).toEqual({ verified: 0, missed: 0 })
  expect(baseline.classify(10, 100)).toEqual({ verified: 1, missed: 0 })
})

test('only the newer version knows the new fields of a profile', () => {
  const baseline = open('v0.0.9').store
  const candidate = open('v0.1.0').store
  const id = baseline.create(account('ada', 0))
  if (typeof id === 'string') return expect.fail(id)
  expect(candidate.changeProfile(id, { programme: 'Physics' }, 7)).toBe(true)
  const old = { id, email: 'ada@ubc.ca', username: 'ada', firstName: 'Ada' }
  expect({ ...baseline.findProfile(id) }).toEqual(old)
  expect({ ...candidate.findProfile(id) }).toEqual({ ...old, programme: 'Physics', about: null, changedAtMs: 7 })
  expect(() => baseline.changeProfile(id, {}, 0)).toThrow('no editable profiles')
})

test('a failing statement is counted', async () => {
  const { store, metrics, database } = open('v0.1.0')
  database.exec('DROP TABLE accounts')
  expect(() => store.check()).toThrow('no such table')
  expect(await total(metrics, 'databaseErrors')).toBe(1)
})
