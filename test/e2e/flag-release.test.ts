/** A release whose stages are shares of a flag: it drills the rollback toggle, climbs, or goes back, in a register that people keep. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { FlagView } from '../../src/core/flags/register/flag-view.ts'
import { breakBetween, type HistoryEntry } from '../../src/core/flags/register/history-entry.ts'
import { authorization, type FlagServerProcess, program, startFlagServer } from './flag-server-process.ts'

const planOf = (stages: string) => `tidegate: 1
title: The basket on one page
phases:
  - name: "Phase 1: The basket"
    steps: [Try the toggle, Turn it on]
flags:
  - { key: basket.new, stages: [${stages}] }
  - { key: rollback.basket.new, rollbackToggle: true }
rollback: { within: 1 min, steps: [Turn the toggle on] }
`
const bindings = `plan: plan.yaml
asks: Shop
service: { name: basket, candidate: new, baseline: old, flag: basket.new, arms: { label: version } }
flags:
  basket.new: { backend: shop, key: basket.new }
  rollback.basket.new: { backend: shop, key: rollback.basket.new }
phases:
  phase-1:
    steps:
      Try the toggle: { drill: rollback.basket.new }
      Turn it on: { rollout: basket }
rollback:
  steps:
    Turn the toggle on: { setFlag: rollback.basket.new, percent: 100 }
`
const operatorOf = (url: string) => `people: { ann: { name: Ann, groups: [Shop] } }
targets: {}
flagBackends:
  shop: { driver: tidegate-flags, url: '${url}', token: { file: token }, environment: live }
`
const register = `# Flags of the shop
tidegateFlags: 1
environments: [live]
flags:
  basket.new: { owner: Shop } # one page
  rollback.basket.new:
    owner: Shop
    undoes: basket.new
    deadline: 10s
`

let folder = ''
let server: FlagServerProcess
const controllers: ChildProcess[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-flag-release-'))
  write('flags.yaml', register)
  server = await startFlagServer(folder)
  write('operator.yaml', operatorOf(server.url))
  write('tidegate.yaml', bindings)
})
afterEach(async () => {
  for (const controller of controllers.splice(0)) controller.kill('SIGKILL')
  await server.kill()
  rmSync(folder, { recursive: true })
})
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

/** Runs to its end; the exit code. */
async function tidegate(...args: string[]): Promise<number | null> {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  controllers.push(child)
  let told = ''
  child.stderr.on('data', (chunk) => {
    told += String(chunk)
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 2) throw new Error(told)
  return code
}
const start = () => tidegate('start', 'plan.yaml', '--operator', 'operator.yaml', '--as', 'ann', '--ack', '*')

async function view(flag: string): Promise<FlagView> {
  const answer = await fetch(`${server.url}/admin/v1/flags/${flag}`, { headers: { authorization } })
  return (await answer.json()) as FlagView
}
async function usersOn(): Promise<number> {
  const asked = Array.from({ length: 200 }, async (_, user) => {
    const answer = await fetch(`${server.url}/ofrep/v1/evaluate/flags/basket.new`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ context: { targetingKey: `user-${user}` } }),
    })
    return ((await answer.json()) as { value: boolean }).value
  })
  return (await Promise.all(asked)).filter(Boolean).length
}
/** Flag and share of every change, in their order. */
function shares(): [string, number][] {
  const lines = readFileSync(join(folder, 'flags.history.jsonl'), 'utf8').trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as HistoryEntry)
  for (const [at, entry] of entries.entries()) {
    expect(breakBetween(entries[at - 1], entry)).toBeUndefined()
    expect(entry).toMatchObject({ actor: 'release', cause: { release: 'r1', effect: expect.stringMatching(/^r1\//) } })
  }
  return entries.flatMap(({ changes }) =>
    changes.flatMap(({ path, after }): [string, number][] =>
      path.at(-1) === 'share' && path[1] !== undefined ? [[path[1], Number(after)]] : [],
    ),
  )
}

it('drills the toggle, and climbs to everybody; the stages are the history of the flag', async () => {
  write('plan.yaml', planOf('10%, 100%'))
  expect(await start()).toBe(0)
  expect(shares()).toEqual([
    ['rollback.basket.new', 100],
    ['rollback.basket.new', 0],
    ['basket.new', 10],
    ['basket.new', 100],
  ])
  expect(await usersOn()).toBe(200)
  const text = readFileSync(join(folder, 'flags.yaml'), 'utf8')
  expect(text).toMatch(/^# Flags of the shop\n/)
  expect(text).toMatch(/\n {2}basket\.new: \{.*\} # one page\n/)
})

it('goes back when a person says so: share 0, and the toggle on, both read back', async () => {
  write('plan.yaml', planOf('{ name: Pilot, share: 10%, timing: 1 hour }, 100%'))
  const running = start()
  await vi.waitFor(async () => expect((await view('basket.new')).reach?.percent).toBe(10), {
    timeout: 20_000,
    interval: 100,
  })
  const before = await usersOn()
  expect(before).toBeGreaterThan(5)
  expect(before).toBeLessThan(45)
  await tidegate('abort', 'r1', '--as', 'ann', '--reason', 'the basket is empty')
  expect(await running).toBe(1)
  expect(await usersOn()).toBe(0)
  expect(shares().slice(2)).toEqual([
    ['basket.new', 10],
    ['basket.new', 0],
    ['rollback.basket.new', 100],
  ])
})
