/** The lock around setting up. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alone } from './alone.mjs'

let lock: string

beforeEach(() => {
  lock = join(mkdtempSync(join(tmpdir(), 'alone-')), 'lock')
})

afterEach(() => rmSync(join(lock, '..'), { recursive: true }))

test('the lock is held during the work and free after it, also when the work fails', () => {
  expect(() =>
    alone(lock, () => {
      expect(readFileSync(lock, 'utf8')).toBe(String(process.pid))
      throw new Error('the work failed')
    }),
  ).toThrow('the work failed')
  expect(existsSync(lock)).toBe(false)
})

test('the lock of a dead process is taken over', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  writeFileSync(lock, String(pid))
  let worked = false
  alone(lock, () => {
    worked = true
  })
  expect(worked).toBe(true)
})

test('a second process waits for the first', async () => {
  const log = join(lock, '../log')
  const script = `
    import { appendFileSync } from 'node:fs'
    import { alone } from ${JSON.stringify(join(import.meta.dirname, 'alone.mjs'))}
    alone(${JSON.stringify(lock)}, () => {
      appendFileSync(${JSON.stringify(log)}, 'in ')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      appendFileSync(${JSON.stringify(log)}, 'out ')
    })`
  const both = [0, 1].map(() => spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }))
  await Promise.all(both.map((child) => once(child, 'exit')))
  expect(readFileSync(log, 'utf8')).toBe('in out in out ')
})
