/** A flag server that is killed in the midst of changes: the register is whole, the history is, and what was answered is in both. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { settingOf } from '../../src/core/flags/register/flag-register.ts'
import {
  breakBetween,
  type HistoryEntry,
  readHistoryLine,
  versionOf,
} from '../../src/core/flags/register/history-entry.ts'
import { readRegister } from '../../src/document/flag-register/read-register.ts'
import { authorization, type FlagServerProcess, startFlagServer } from './flag-server-process.ts'

const flags = ['basket', 'search', 'pay', 'gift']
/** How long changes are made before the server is killed: from within the first one to some dozens. */
const killAfterMs = [1, 9, 20, 35, 50, 80, 130, 210, 340, 550]
const comment = '# Asked about by the shop'

let folder = ''
let running: FlagServerProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-flag-server-'))
  const lines = flags.map((key) => `  ${key}: { environments: { live: { share: 0 } } }\n`)
  writeFileSync(path(), `${comment}\ntidegateFlags: 1\nenvironments: [live]\nflags:\n${lines.join('')}`)
})
afterEach(async () => {
  await running?.kill()
  rmSync(folder, { recursive: true })
})
const path = () => join(folder, 'flags.yaml')

async function start(): Promise<FlagServerProcess> {
  running = await startFlagServer(folder)
  return running
}

/** What a flag was last answered to have, and what it may have beside that: nobody knows of a change without an answer. */
interface Expected {
  answered: number
  asked: number[]
}

/** Raises the share of one flag, a thousandth a change, until nobody answers. */
async function raise(url: string, flag: string, expected: Expected): Promise<void> {
  for (let share = expected.answered + 0.001; ; share += 0.001) {
    const rounded = Math.round(share * 1_000) / 1_000
    expected.asked.push(rounded)
    const command = { do: 'set', flag, environment: 'live', share: rounded }
    const headers = { authorization, 'if-match': '*', 'content-type': 'application/json' }
    const answer = await fetch(`${url}/admin/v1/changes`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ command }),
    }).catch(() => undefined)
    if (answer === undefined) return
    expect(answer.status).toBe(200)
    expected.answered = rounded
    expected.asked = []
  }
}

function registerNow() {
  const text = readFileSync(path(), 'utf8')
  const read = readRegister(text, path())
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  expect(text.startsWith(`${comment}\n`)).toBe(true)
  return read.register
}

function historyNow(): HistoryEntry[] {
  const file = join(folder, 'flags.history.jsonl')
  // Killed before the first change.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const entries = lines.flatMap((line) => readHistoryLine(line) ?? [])
  for (const [at, entry] of entries.entries()) expect(breakBetween(entries[at - 1], entry)).toBeUndefined()
  return entries
}

it('loses nothing that it answered, however often it is killed', async () => {
  const expected = new Map(flags.map((flag): [string, Expected] => [flag, { answered: 0, asked: [] }]))
  for (const delayMs of killAfterMs) {
    const { url, kill } = await start()
    const raising = [...expected].map(([flag, one]) => raise(url, flag, one))
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await kill()
    await Promise.all(raising)
    const register = registerNow()
    for (const [flag, one] of expected) {
      const found = settingOf(register.flags[flag] ?? {}, 'live').share ?? 0
      expect([one.answered, ...one.asked]).toContain(found)
      expected.set(flag, { answered: found, asked: [] })
    }
    historyNow()
  }
  await start()
  const history = historyNow()
  expect(history.at(-1)?.after).toBe(versionOf(registerNow()))
  expect(history.length).toBeGreaterThan(killAfterMs.length)
})
