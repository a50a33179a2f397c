import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { fakeTerminal } from '../../test/fixtures/fake-controller.ts'
import { serveFlags } from '../wiring-serve.ts'
import { UserError } from './context.ts'
import { buildProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-cli-serve-'))
afterAll(() => rmSync(folder, { recursive: true }))
const good = { flags: { basket: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on' } } }
writeFileSync(join(folder, 'flags.json'), JSON.stringify(good))
writeFileSync(join(folder, 'bad.json'), '{"flags": {"basket": {}}}')

function run(...args: string[]) {
  const terminal = fakeTerminal({} as never, { cwd: folder, serveFlags })
  const done = buildProgram(terminal.context).parseAsync(
    ['serve', ...args, ...(args.includes('--flags') ? ['--sync-port', '0'] : [])],
    { from: 'user' },
  )
  return { terminal, done }
}

it('serves until it is interrupted', async () => {
  const { terminal, done } = run('--flags', 'flags.json', '--port', '0', '--json')
  await vi.waitFor(() => expect(terminal.out).toHaveLength(1), { timeout: 5_000 })
  const { url, flags } = JSON.parse(terminal.out[0] ?? '') as { url: string; flags: number }
  expect([new URL(url).hostname, flags]).toEqual(['127.0.0.1', 1])
  const taken = run('--flags', 'flags.json', '--port', new URL(url).port)
  await expect(taken.done).rejects.toThrow(UserError)
  terminal.interrupt()
  await done
  await expect(fetch(url)).rejects.toThrow()
})

it('ends with 1 and says what is wrong with the file', async () => {
  const { terminal, done } = run('--flags', 'bad.json', '--port', '0')
  await done
  expect(terminal.code).toBe(1)
  expect(terminal.err.join('\n')).toContain('bad.json: line 1, flags / basket / state: Invalid option')
})

it.each([
  ['--port', '65536'],
  ['--port', 'x'],
])('refuses %s %s', async (...args) => {
  await expect(run('--flags', 'flags.json', ...args).done).rejects.toThrow('--port takes a number from 0 to 65535')
})
