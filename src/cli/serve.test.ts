import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
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

describe('a register', () => {
  writeFileSync(join(folder, 'flags.yaml'), 'tidegateFlags: 1\nenvironments: [staging, live]\nflags:\n  basket: {}\n')
  writeFileSync(join(folder, 'token'), 'a-token-that-is-long-enough')
  const register = ['--flags', 'flags.yaml', '--port', '0', '--json']

  it('is served in one environment, and changed by whoever bears the token', async () => {
    const { terminal, done } = run(...register, '--environment', 'live', '--admin-token-file', 'token')
    await vi.waitFor(() => expect(terminal.out).toHaveLength(1), { timeout: 5_000 })
    const { url } = JSON.parse(terminal.out[0] ?? '') as { url: string }
    const body = JSON.stringify({ command: { do: 'set', flag: 'basket', environment: 'live', share: 7 } })
    const headers = {
      authorization: 'Bearer a-token-that-is-long-enough',
      'if-match': '*',
      'content-type': 'application/json',
    }
    expect((await fetch(`${url}/admin/v1/changes`, { method: 'POST', headers, body })).status).toBe(200)
    terminal.interrupt()
    await done
    expect(readFileSync(join(folder, 'flags.yaml'), 'utf8')).toContain('share: 7')
  })

  it.each<[string, string[], string]>([
    [
      'which environment',
      register,
      'flags.yaml: environments: say with --environment which of these is served: staging, live',
    ],
    [
      'an environment that is none',
      [...register, '--environment', 'prod'],
      'flags.yaml: environments: there is no environment "prod"; there are: staging, live',
    ],
    [
      'a token that is not there',
      [...register, '--environment', 'live', '--admin-token-file', 'none'],
      'cannot be read (ENOENT)',
    ],
    [
      'an admin API of a file in another format',
      ['--flags', 'flags.json', '--port', '0', '--admin-token-file', 'token'],
      'make one: tidegate flags import flags.json',
    ],
  ])('is not served without %s', async (_, args, message) => {
    const { terminal, done } = run(...args)
    await done
    expect([terminal.code, terminal.err.join('\n')]).toEqual([1, expect.stringContaining(message)])
  })

  it('is what its options go with', async () => {
    await expect(run('--admin-token-file', 'token').done).rejects.toThrow('--admin-token-file goes with --flags FILE')
  })
})
