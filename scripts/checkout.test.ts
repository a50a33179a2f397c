/** When the packages count as installed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packagesMatch } from './checkout.mjs'

const locked = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a-windows': { version: '1.0.0', integrity: 'sha512-w', optional: true },
}
const installed = { 'node_modules/a': locked['node_modules/a'] }

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'))
  mkdirSync(join(folder, 'node_modules'))
  write('package-lock.json', locked)
})

afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, packages: object): void {
  writeFileSync(join(folder, path), JSON.stringify({ packages }))
}

test('another platform’s optional package may be missing', () => {
  write('node_modules/.package-lock.json', installed)
  expect(packagesMatch(folder)).toBe(true)
})

test('an install that never ended does not match', () => {
  expect(packagesMatch(folder)).toBe(false)
})

test.each([
  ['is missing', {}],
  ['has another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
  ['has other bytes', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }],
])('a package that %s does not match', (_, packages) => {
  write('node_modules/.package-lock.json', packages)
  expect(packagesMatch(folder)).toBe(false)
})
