/** The admin API on a real file, and what clients of the flags see of it. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { breakBetween, type HistoryEntry } from '../core/flags/register/history-entry.ts'
import { replaceText } from '../drivers/flags/replace-text.ts'
import type { ReplaceText } from './register-file.ts'
import { type FlagFileServer, serveFlagFile } from './serve-flag-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-admin-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'flags.yaml')
const historyPath = join(folder, 'flags.history.jsonl')
const tokenFile = join(folder, 'token')
const token = 'a-token-that-is-long-enough'
const start = `# Flags of the shop
tidegateFlags: 1
environments: [staging, live]
flags:
  basket:
    owner: Shop # the team
    environments:
      live: { share: 10 }
  rollback.basket:
    undoes: basket
    deadline: 10s
`
const told: string[][] = []
let server: FlagFileServer
let replace: ReplaceText = replaceText
const options = {
  path,
  host: '127.0.0.1',
  port: 0,
  syncPort: 0,
  origins: ['https://shop.example'],
  allowedHosts: ['flags.example'],
  environment: 'live',
  nowSec: () => 1_796_000_000,
  tell: (lines: string[]) => void told.push(lines),
}

async function open(): Promise<FlagFileServer> {
  const admin = { tokenFile, replace: (...call: Parameters<ReplaceText>) => replace(...call) }
  const opened = await serveFlagFile({ ...options, admin })
  if ('faults' in opened) throw new Error(JSON.stringify(opened.faults))
  return opened
}
beforeEach(async () => {
  writeFileSync(path, start)
  writeFileSync(tokenFile, `${token}\n`)
  chmodSync(tokenFile, 0o600)
  rmSync(historyPath, { force: true, recursive: true })
  replace = replaceText
  told.length = 0
  server = await open()
})
afterEach(() => server.close())

interface Sent {
  method?: string
  body?: object | string
  headers?: Record<string, string>
}
async function ask(where: string, { method = 'GET', body, headers = {} }: Sent = {}) {
  const response = await fetch(`${server.url}/admin/v1${where}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    json: text === '' ? {} : JSON.parse(text),
  }
}
const set = (setting: object, flag = 'basket') => ({
  command: { do: 'set', flag, environment: 'live', ...setting },
  actor: 'ann',
})
const post = (body: object, headers: Record<string, string> = { 'if-match': '*' }, query = '') =>
  ask(`/changes${query}`, { method: 'POST', body, headers })
const file = () => readFileSync(path, 'utf8')
const history = (): HistoryEntry[] =>
  readFileSync(historyPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
async function isOn(key: string): Promise<unknown> {
  const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags/${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'u1' } }),
  })
  return ((await response.json()) as { value: unknown }).value
}

describe('whoever comes', () => {
  it.each<[string, Record<string, string>, number]>([
    ['without a token', { authorization: '' }, 401],
    ['with another token', { authorization: 'Bearer another-token-of-that-size' }, 401],
    ['with a part of it', { authorization: `Bearer ${token.slice(0, -1)}` }, 401],
    ['with the token in another form', { authorization: token }, 401],
    ['from a page, even with the token', { origin: 'https://shop.example' }, 403],
    ['with the token', {}, 200],
  ])('%s', async (_, headers, status) => {
    for (const where of ['/register', '/history', '/flags']) expect((await ask(where, { headers })).status).toBe(status)
    const posted = await ask('/changes', {
      method: 'POST',
      body: set({ share: 90 }),
      headers: { 'if-match': '*', ...headers },
    })
    expect(posted.status).toBe(status)
    expect(file() === start).toBe(status !== 200)
  })

  it('uses the token that the file holds now', async () => {
    writeFileSync(tokenFile, 'the-next-token-is-long-enough')
    expect((await ask('/register')).status).toBe(401)
    expect(
      (await ask('/register', { headers: { authorization: 'bearer the-next-token-is-long-enough' } })).status,
    ).toBe(200)
    rmSync(tokenFile)
    expect((await ask('/register')).status).toBe(503)
  })

  it('names this server by an address, or by a name of its own', async () => {
    const statusFor = (host: string, where: string) =>
      new Promise((resolve, reject) => {
        const asked = request(
          `${server.url}${where}`,
          { headers: { host, authorization: `Bearer ${token}` } },
          (answer) => {
            answer.resume()
            resolve(answer.statusCode)
          },
        )
        asked.on('error', reject)
        asked.end()
      })
    for (const where of ['/admin/v1/register', '/ofrep/v1/events-not'])
      expect([await statusFor('evil.example', where), await statusFor('evil.example:80', where)]).toEqual([421, 421])
    expect(
      await Promise.all(
        ['flags.example:8016', 'localhost', '[::1]'].map((host) => statusFor(host, '/admin/v1/register')),
      ),
    ).toEqual([200, 200, 200])
  })

  it('is told when others may read the token', async () => {
    chmodSync(tokenFile, 0o640)
    const open640 = await open()
    await open640.close()
    expect(told).toEqual([[`others on this machine may read the token: chmod 600 ${tokenFile}`]])
  })

  it('finds no admin API where no token is set up, and no register without a good one', async () => {
    const plain = await serveFlagFile(options)
    if ('faults' in plain) throw new Error('it has faults')
    expect(
      (await fetch(`${plain.url}/admin/v1/register`, { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(404)
    await plain.close()
    writeFileSync(tokenFile, 'short')
    expect(await serveFlagFile({ ...options, admin: { tokenFile, replace } })).toEqual({
      faults: [{ path: [], message: expect.stringContaining('shorter than 20 characters') }],
    })
  })
})

describe('a change', () => {
  it('is in the file, with its comments, is served, and is in the history', async () => {
    const { etag } = await ask('/register')
    const changed = await post(set({ share: 100 }), { 'if-match': etag })
    expect(changed).toMatchObject({
      status: 200,
      json: {
        isDryRun: false,
        lines: ['basket in live: share 10 % → 100 %'],
        flag: { share: 100, reach: { percent: 100, cohorts: [] } },
      },
    })
    expect(file()).toBe(start.replace('share: 10 ', 'share: 100 '))
    expect(await isOn('basket')).toBe(true)
    expect(history()).toMatchObject([
      { seq: 1, actor: 'ann', kind: 'asked', before: etag.slice(1, -1), after: changed.json.version },
    ])
    expect(told).toEqual([])
  })

  it('is only shown in a dry run', async () => {
    const tried = await post(set({ share: 100 }), {}, '?dryRun=true')
    expect(tried).toMatchObject({
      status: 200,
      json: { isDryRun: true, lines: ['basket in live: share 10 % → 100 %'] },
    })
    expect(file()).toBe(start)
    expect((await ask('/history')).json).toEqual({ entries: [], unreadable: 0 })
    expect((await ask('/register')).json.version).not.toBe(tried.json.version)
  })

  it.each<[string, object, Record<string, string>, number, string]>([
    ['no version', set({ share: 1 }), {}, 428, 'If-Match'],
    ['another version', set({ share: 1 }), { 'if-match': '"abc123"' }, 412, 'is at version'],
    ['no entity tag', set({ share: 1 }), { 'if-match': 'abc' }, 400, 'If-Match takes one ETag'],
    ['an unknown flag', set({ share: 1 }, 'nothing'), { 'if-match': '*' }, 404, 'there is no flag "nothing"'],
    ['a finer share', set({ share: 0.0001 }), { 'if-match': '*' }, 400, 'steps of 0.001'],
    ['an unknown command', { command: { do: 'explode' } }, { 'if-match': '*' }, 400, 'command.do'],
    ['what makes no register', set({ cohorts: ['staff'] }), { 'if-match': '*' }, 422, 'there is no cohort "staff"'],
    ['a fence without its effect', { ...set({ share: 1 }), cause: { fence: 1 } }, {}, 400, 'together'],
  ])('is refused for %s', async (_, body, headers, status, words) => {
    const refused = await post(body, headers)
    expect([refused.status, refused.json.detail]).toEqual([status, expect.stringContaining(words)])
    expect(file()).toBe(start)
  })

  it('may be the whole register, in YAML too', async () => {
    const { etag } = await ask('/register')
    const next = start.replace('share: 10', 'share: 55').replace('Shop #', 'Checkout #')
    const put = await ask('/register?actor=ann', {
      method: 'PUT',
      body: next,
      headers: { 'content-type': 'application/yaml', 'if-match': etag },
    })
    expect([put.status, put.json.lines]).toEqual([
      200,
      ['basket: owner Shop → Checkout', 'basket in live: share 10 % → 55 %'],
    ])
    expect(file()).toBe(next)
    const wrong = await ask('/register', {
      method: 'PUT',
      body: next.replace('undoes: basket', 'undoes: cart'),
      headers: { 'content-type': 'application/yaml', 'if-match': '*' },
    })
    expect([wrong.status, wrong.json.detail]).toEqual([
      422,
      'line 10, flags / rollback.basket / undoes: there is no flag "cart"; there are: basket, rollback.basket',
    ])
  })

  it('of a release is refused when it is older, harmless when it is repeated, and needs no version', async () => {
    const of = (share: number, fence: number, effect: string) =>
      post({ ...set({ share }), cause: { release: 'r1', stage: 's2', effect, fence } }, {})
    expect((await of(20, 7, 'r1/3')).status).toBe(200)
    const again = await of(20, 7, 'r1/3')
    expect([again.status, again.json.changes]).toEqual([200, []])
    const older = await of(5, 6, 'r0/1')
    expect([older.status, older.json.detail]).toEqual([
      409,
      'fence 6 is older than 7, which is held for "basket" in live',
    ])
    expect(history()).toMatchObject([{ cause: { release: 'r1', stage: 's2', effect: 'r1/3', fence: 7 } }])
    await server.close()
    server = await open()
    expect((await of(5, 6, 'r0/1')).status).toBe(409)
  })

  it('that turns a rollback toggle on takes the flag from all, and says by when it had to', async () => {
    await post(set({ share: 100 }))
    expect(await isOn('basket')).toBe(true)
    const killed = await post(set({ share: 100 }, 'rollback.basket'))
    expect(killed.json.flag).toMatchObject({ undoes: 'basket', deadlineMs: 10_000, reach: { percent: 100 } })
    expect(await isOn('basket')).toBe(false)
    expect((await ask('/flags/basket')).json.reach).toEqual({
      percent: 0,
      cohorts: [],
      blockedBy: 'its rollback toggle "rollback.basket" is on for everybody in live',
    })
  })

  it('comes one after another, and each is in the history', async () => {
    const shares = Array.from({ length: 20 }, (_, at) => at + 11)
    expect((await Promise.all(shares.map((share) => post(set({ share }))))).map(({ status }) => status)).toEqual(
      shares.map(() => 200),
    )
    const entries = history()
    expect(entries.map((entry, at) => breakBetween(entries[at - 1], entry))).toEqual(shares.map(() => undefined))
    expect(entries.every((entry, at) => at === 0 || entry.before === entries[at - 1]?.after)).toBe(true)
  })

  it('of another environment is not served here', async () => {
    await post({ command: { do: 'set', flag: 'basket', environment: 'staging', share: 100 } })
    expect(await isOn('rollback.basket')).toBe(false)
    expect((await ask('/flags/basket?environment=staging')).json).toMatchObject({ environment: 'staging', share: 100 })
    expect((await ask('/flags/basket?environment=prod')).json.detail).toBe(
      'there is no environment "prod"; there are: staging, live',
    )
  })
})

describe('people who edit the file', () => {
  it('have their changes served and in the history', async () => {
    writeFileSync(path, start.replace('share: 10', 'share: 100'))
    await vi.waitFor(async () => expect(await isOn('basket')).toBe(true), { timeout: 5_000 })
    await vi.waitFor(() =>
      expect(history()).toMatchObject([{ kind: 'edited', actor: 'file', changes: [{ before: 10, after: 100 }] }]),
    )
  })

  it('lose nothing to a change that comes at the same time', async () => {
    const edited = start.replace('owner: Shop', 'owner: Checkout')
    writeFileSync(path, edited)
    expect((await post(set({ share: 30 }))).status).toBe(200)
    expect(file()).toBe(edited.replace('share: 10', 'share: 30'))
    expect(history().map(({ kind }) => kind)).toEqual(['edited', 'asked'])
  })

  it('are waited for while the file is wrong', async () => {
    const wrong = start.replace('share: 10', 'share: ten')
    writeFileSync(path, wrong)
    const refused = await post(set({ share: 30 }))
    expect([refused.status, refused.json.detail]).toEqual([
      503,
      expect.stringContaining('line 8: `flags.basket.environments.live.share` must be a number'),
    ])
    expect(file()).toBe(wrong)
    expect(await isOn('basket')).toBe(false)
  })

  it('have what they did while nothing served it found', async () => {
    await post(set({ share: 30 }))
    await server.close()
    writeFileSync(path, start.replace('share: 10', 'share: 45'))
    server = await open()
    expect(history().map(({ kind, actor }) => [kind, actor])).toEqual([
      ['asked', 'ann'],
      ['edited', 'file'],
    ])
  })
})

describe('a change that cannot be done', () => {
  it('is withdrawn where the file could not be replaced', async () => {
    replace = async () => ({ ok: false, error: { code: 'unavailable', message: 'the disk is full' } })
    const refused = await post(set({ share: 30 }))
    expect([refused.status, refused.json.detail]).toEqual([503, 'nothing was changed: the disk is full'])
    expect([file(), await isOn('basket')]).toEqual([start, false])
    expect(history().map(({ kind }) => kind)).toEqual(['asked', 'withdrawn'])
  })

  it('is found by the next server where this one ended in between', async () => {
    const stuck = Promise.withResolvers<Awaited<ReturnType<ReplaceText>>>()
    replace = () => stuck.promise
    const asked = post(set({ share: 30 }))
    await vi.waitFor(() => expect(history()).toHaveLength(1), { timeout: 5_000 })
    const next = await open()
    expect(history().map(({ kind }) => kind)).toEqual(['asked', 'withdrawn'])
    await next.close()
    stuck.resolve({ ok: false, error: { code: 'unavailable', message: 'it has ended' } })
    await asked
  })

  it('is not done where the history cannot be written', async () => {
    mkdirSync(historyPath)
    const refused = await post(set({ share: 40 }))
    expect([refused.status, refused.json.detail]).toEqual([503, expect.stringContaining('so nothing was changed')])
    expect(file()).toBe(start)
  })
})

describe('the history', () => {
  it('comes in pages, the newest first', async () => {
    for (const share of [11, 12, 13]) await post(set({ share }))
    const first = (await ask('/history?limit=2')).json
    expect(first.entries.map(({ seq }: HistoryEntry) => seq)).toEqual([3, 2])
    const second = (await ask(`/history?limit=2&before=${first.next}`)).json
    expect([second.entries.map(({ seq }: HistoryEntry) => seq), second.next]).toEqual([[1], undefined])
    expect((await ask('/history?before=1')).status).toBe(400)
    expect((await ask('/history?limit=0')).status).toBe(400)
  })
})
