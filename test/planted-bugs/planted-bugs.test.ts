/** Every planted bug is found by the simulation, which finds nothing in the engine as it is. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { bugs } from './bugs.ts'
import type { Finding } from './find-bug.ts'
import { withBug } from './with-bug.ts'

/** Releases that are run before a bug counts as not found; most need a few. */
const releases = 6_000
const limitMs = 120_000

const run = promisify(execFile)
/** What one process compiled, the next one need not: it nearly halves them. Each source is known by its content, so that a bug stays its own. */
const cache = mkdtempSync(join(tmpdir(), 'planted-bugs-'))
afterAll(() => rmSync(cache, { recursive: true }))

const core = join(import.meta.dirname, '../../src/core')

async function simulate(name: string): Promise<Finding> {
  const plant = join(import.meta.dirname, 'plant-bug.ts')
  const main = join(import.meta.dirname, 'find-bug.ts')
  const { stdout } = await run(process.execPath, ['--import', plant, main, `${releases}`], {
    env: { ...process.env, PLANTED_BUG: name, NODE_COMPILE_CACHE: cache },
    timeout: limitMs,
  })
  return JSON.parse(stdout)
}

it.each(bugs)('can be planted: $name', (bug) => {
  const source = readFileSync(join(core, bug.file), 'utf8')
  expect(withBug(source, bug)).not.toBe(source)
})

it('a text that is not there, or there twice, is no place for a bug', () => {
  const planted = { name: 'b', file: 'f.ts', find: 'x', replace: 'y' }
  expect(withBug('a x b', planted)).toBe('a y b')
  expect(() => withBug('a', planted)).toThrow('which has 0')
  expect(() => withBug('x x', planted)).toThrow('which has 2')
})

/** Two at a time, however many tests wait. */
const lanes = [Promise.resolve(), Promise.resolve()]

function inLane<T>(index: number, work: () => Promise<T>): Promise<T> {
  const turn = (lanes[index % lanes.length] ?? Promise.resolve()).then(work)
  lanes[index % lanes.length] = turn.then(
    () => undefined,
    () => undefined,
  )
  return turn
}

describe('is found:', () => {
  const numbered = bugs.map(({ name }, index) => ({ name, index }))
  it.concurrent.each(numbered)('$name', { timeout: limitMs }, async ({ name, index }) => {
    expect((await inLane(index, () => simulate(name))).found).not.toBeNull()
  })
})
