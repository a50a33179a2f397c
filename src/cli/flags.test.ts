import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fakeTerminal } from '../../test/fixtures/fake-controller.ts'
import { FlagRegister } from '../core/flags/register/flag-register.ts'
import { sealEntry } from '../core/flags/register/history-entry.ts'
import { buildProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-cli-flags-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, content: string | object) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))

const register = `tidegateFlags: 1
environments: [staging, live]
flags:
  basket:
    owner: Shop
    expires: 2020-01-31
    environments:
      live: { share: 25 }
  search: {}
`
write('flags.yaml', register)
write('next.yaml', register.replace('share: 25', 'share: 50').replace('search', 'find'))
write('bad.yaml', register.replace('share: 25', 'share: 250'))
const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }
write('flagd.json', {
  flags: { basket: flag, own: { ...flag, targeting: { if: [{ var: 'vip' }, 'on', 'off'] } } },
  extra: 1,
})

async function run(...args: string[]) {
  const terminal = fakeTerminal({} as never, { cwd: folder })
  const failure = await buildProgram(terminal.context)
    .parseAsync(['flags', ...args], { from: 'user' })
    .then(
      () => undefined,
      (error: Error & { exitCode?: number }) => error,
    )
  const { out, err, code } = terminal
  return { out, err, code: failure?.exitCode ?? code, message: failure?.message }
}

it('checks: what has expired and what nobody owns are warnings', async () => {
  const { out, code } = await run('check', 'flags.yaml')
  expect([code, out]).toEqual([
    0,
    [
      'flags.yaml: 2 flags for staging, live',
      'warning: "basket" expired on 2020-01-31: take it out of the code, then out of here, or give it a later date',
      'warning: "search" has no owner: say with `owner` who is asked about it',
    ],
  ])
  const json = JSON.parse((await run('check', 'flags.yaml', '--json')).out[0] ?? '')
  expect(json).toMatchObject({
    flags: 2,
    environments: ['staging', 'live'],
    warnings: [{ kind: 'expired' }, { kind: 'noOwner' }],
  })
})

it('checks: faults have their line, and end with 1', async () => {
  expect(await run('check', 'bad.yaml')).toMatchObject({
    code: 1,
    message: 'bad.yaml: line 8: `flags.basket.environments.live.share` must be a share from 0 to 100 in steps of 0.001',
  })
  expect((await run('check', 'flagd.json')).message).toContain('tidegate flags import')
  expect((await run('check', 'none.yaml')).message).toBe('cannot read none.yaml: there is no such file')
})

it('checks that the history beside the register is whole', async () => {
  const at = (share: number) =>
    FlagRegister.parse({
      tidegateFlags: 1,
      environments: ['live'],
      flags: { basket: { environments: { live: { share } } } },
    })
  const entry = (share: number, last?: ReturnType<typeof sealEntry>) =>
    sealEntry(
      {
        at: '2026-12-01T10:00:00.000Z',
        actor: 'ann',
        kind: 'asked',
        cause: undefined,
        before: at(share),
        after: at(share + 1),
      },
      last,
    )
  const [first, second] = [entry(1), entry(2, entry(1))]
  write('flags.history.jsonl', `${JSON.stringify(first)}\n${JSON.stringify(second)}\n{"seq`)
  expect((await run('check', 'flags.yaml')).out.at(-1)).toBe(
    'history: 2 entries, each follows the one before; 1 lines cannot be read, left by a crash or spoilt',
  )
  write('flags.history.jsonl', `${JSON.stringify({ ...first, actor: 'bob' })}\n${JSON.stringify(second)}\n`)
  expect(await run('check', 'flags.yaml')).toMatchObject({
    code: 1,
    out: expect.arrayContaining(['error: history: entry 1 was changed']),
  })
  rmSync(join(folder, 'flags.history.jsonl'))
})

it('exports one environment, which reads back as it was', async () => {
  const { out, code } = await run('export', 'flags.yaml', '--environment', 'live')
  expect(code).toBe(0)
  expect(JSON.parse(out.join('\n')).flags.basket).toMatchObject({
    defaultVariant: 'off',
    metadata: { owner: 'Shop', expires: '2020-01-31' },
  })
  write('exported.json', out.join('\n'))
  const again = JSON.parse((await run('import', 'exported.json', '--environment', 'live', '--json')).out[0] ?? '')
  expect(again.flags.basket).toEqual({
    owner: 'Shop',
    expires: '2020-01-31',
    seed: 'basket',
    environments: { live: { share: 25 } },
  })
  expect(await run('export', 'flags.yaml')).toMatchObject({
    code: 2,
    message: 'say which with --environment; flags.yaml has: staging, live',
  })
})

it('imports, and says what stays as it was or is not taken over', async () => {
  const { out, err, code } = await run('import', 'flagd.json')
  expect([code, err]).toEqual([
    0,
    [
      '"own" keeps its targeting as it is; cohorts and a share may say it better',
      'not taken over: "extra" at the top of the file',
    ],
  ])
  write('imported.yaml', `${out.join('\n')}\n`)
  expect(readFileSync(join(folder, 'imported.yaml'), 'utf8')).toMatch(
    /^tidegateFlags: 1\nenvironments: \[production\]\nflags:\n {2}basket:\n {4}seed: basket\n/,
  )
  expect((await run('check', 'imported.yaml')).code).toBe(0)
})

it('tells registers apart, for people and for programs', async () => {
  expect((await run('diff', 'flags.yaml', 'next.yaml')).out).toEqual([
    'search: gone',
    'basket in live: share 25 % → 50 %',
    'find: new',
  ])
  expect(JSON.parse((await run('diff', 'flags.yaml', 'next.yaml', '--json')).out[0] ?? '').changes).toHaveLength(3)
  expect((await run('diff', 'flags.yaml', 'flags.yaml')).out).toEqual([])
})
