import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate, newestMigration, openMigrated } from './migrations.ts'
import { type Version, versions } from './versions.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const find = (name: string): Version => versions.get(name) ?? expect.fail(`no version ${name}`)

test('each migration is applied once', () => {
  const path = join(folder, 'accounts.db')
  expect(migrate(path, 1, 0)).toEqual([1])
  expect(migrate(path, newestMigration, 0)).toEqual([2])
  expect(migrate(path, newestMigration, 0)).toEqual([])
})

test('a version opens a database that is newer than it needs, not an older one', () => {
  const path = join(folder, 'accounts.db')
  migrate(path, 1, 0)
  expect(() => openMigrated(path, find('v0.1.0'))).toThrow(
    `at migration 1, v0.1.0 needs 2; run: node backend/migrate.ts --database ${path}`,
  )
  migrate(path, 2, 0)
  for (const name of versions.keys()) openMigrated(path, find(name)).close()
})

test('a database that is not there is not created by opening it', () => {
  const path = join(folder, 'absent.db')
  expect(() => openMigrated(path, find('v0.0.9'))).toThrow('at migration 0')
  expect(existsSync(path)).toBe(false)
})

test('every version needs a migration that exists', () => {
  for (const { migration } of versions.values()) expect(migration).toBeLessThanOrEqual(newestMigration)
})
