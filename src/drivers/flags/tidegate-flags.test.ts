/** The driver on a real flag server with a register in a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { flagBackendContract } from '../../../test/contract/flag-backend.ts'
import type { TidegateFlags } from '../../core/plan/operator.ts'
import { type FlagFileServer, serveFlagFile } from '../../server/serve-flag-file.ts'
import { replaceText } from './replace-text.ts'
import { createTidegateFlags } from './tidegate-flags.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-flags-driver-'))
const path = join(folder, 'flags.yaml')
const start = `tidegateFlags: 1
environments: [live]
cohorts:
  internal:
    - email: { endsWith: '@shop.example' }
  partners:
    - plan: { equals: partner }
flags:
  basket: {}
  search: {}
  rollback.basket: { undoes: basket, deadline: 10s }
  hurried: { undoes: search, deadline: 0.001ms }
  own: { environments: { live: { targeting: { if: [{ var: vip }, on] } } } }
`
writeFileSync(path, start)
writeFileSync(join(folder, 'token'), 'a-token-that-is-long-enough')

/** The register has all but the last. */
const cohorts = ['internal', 'partners', 'ghosts']
let server: FlagFileServer
let lent: Record<string, TidegateFlags> = {}
beforeAll(async () => {
  const opened = await serveFlagFile({
    path,
    host: '127.0.0.1',
    port: 0,
    syncPort: 0,
    origins: [],
    nowSec: () => Date.now() / 1_000,
    tell: () => undefined,
    admin: { tokenFile: join(folder, 'token'), replace: replaceText },
  })
  if ('faults' in opened) throw new Error(JSON.stringify(opened.faults))
  server = opened
  lent = { main: { driver: 'tidegate-flags', url: server.url, token: { file: 'token' }, environment: 'live', cohorts } }
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})
const driver = () => createTidegateFlags(lent, { folder })

flagBackendContract(async () => ({ backend: driver(), [Symbol.asyncDispose]: async () => undefined }))

describe('flags of a register', () => {
  beforeEach(() => writeFileSync(path, start))
  const set = (setting: { percent: number; cohorts?: string[] }, flag = 'basket') =>
    driver().setFlag('main', flag, setting, effectContext())
  const read = (flag = 'basket') => driver().readFlag('main', flag, effectContext())
  const history = () =>
    readFileSync(join(folder, 'flags.history.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  it('are set to a thousandth of a percent, and for cohorts, which go with the next setting that does not name them', async () => {
    expect(await set({ percent: 0.001, cohorts: ['internal'] })).toEqual({
      ok: true,
      value: { percent: 0.001, cohorts: ['internal'] },
    })
    expect(await read()).toEqual({ ok: true, value: { percent: 0.001, cohorts: ['internal'] } })
    expect(await set({ percent: 0 })).toEqual({ ok: true, value: { percent: 0 } })
    expect(readFileSync(path, 'utf8')).not.toContain('[internal]')
    expect(await set({ percent: 1, cohorts: ['ghosts'] })).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('there is no cohort "ghosts"') },
    })
  })

  it('have the effect and the release in their history', async () => {
    await driver().setFlag('main', 'basket', { percent: 10 }, effectContext({ effectId: 'r7/12', fence: 900 }))
    expect(history().at(-1)).toMatchObject({ actor: 'release', cause: { release: 'r7', effect: 'r7/12', fence: 900 } })
  })

  it('are not said to be on for anybody while something keeps them off, and can always be taken back', async () => {
    await set({ percent: 100 }, 'rollback.basket')
    expect(await set({ percent: 50 })).toEqual({
      ok: false,
      error: {
        code: 'rejected',
        message:
          '"basket" is set to 50 %, and nobody has it: its rollback toggle "rollback.basket" is on for everybody in live',
      },
    })
    expect(await read()).toEqual({ ok: true, value: { percent: 0 } })
    expect(await set({ percent: 0 })).toEqual({ ok: true, value: { percent: 0 } })
  })

  it('that are rollback toggles have failed when they were read back too late', async () => {
    expect(await set({ percent: 100 }, 'rollback.basket')).toEqual({ ok: true, value: { percent: 100 } })
    expect(await set({ percent: 100 }, 'hurried')).toMatchObject({
      ok: false,
      error: { code: 'timeout', message: expect.stringContaining('later than its deadline') },
    })
  })

  it('with targeting by hand are neither read nor set', async () => {
    const refused = {
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('targeting of its own in live') },
    }
    expect(await read('own')).toMatchObject(refused)
    expect(await set({ percent: 1 }, 'own')).toMatchObject(refused)
  })

  it('are offered to bindings, by key', async () => {
    expect(await driver().offers('main', effectContext())).toEqual({
      ok: true,
      value: ['basket', 'hurried', 'own', 'rollback.basket', 'search'].map((key) => ({
        key,
        state: 'ENABLED',
        variants: ['on', 'off'],
      })),
    })
  })
})

describe('a server that cannot be used', () => {
  const pinged = (change: Partial<TidegateFlags>) => {
    const [main] = Object.values(lent)
    return createTidegateFlags({ main: { ...(main as TidegateFlags), ...change } }, { folder }).ping(
      'main',
      effectContext(),
    )
  }
  const failing = (code: string, message: string) => ({
    ok: false,
    error: { code, message: expect.stringContaining(message) },
  })

  it.each<[string, Partial<TidegateFlags>, string, string]>([
    ['has no token here', { token: { file: 'nothing' } }, 'unauthorized', 'the secret file nothing cannot be read'],
    ['has another environment', { environment: 'prod' }, 'notFound', 'there is no environment "prod"; there are: live'],
    ['is not there', { url: 'http://127.0.0.1:1' }, 'unavailable', 'nothing listens'],
  ])('%s', async (_, change, code, message) => {
    expect(await pinged(change)).toMatchObject(failing(code, message))
  })

  it('refuses another token, and never hears it repeated', async () => {
    writeFileSync(join(folder, 'other'), 'another-token-of-that-size')
    const outcome = await pinged({ token: { file: 'other' } })
    expect(outcome).toMatchObject(failing('unauthorized', '--admin-token-file'))
    expect(JSON.stringify(outcome)).not.toContain('another-token')
  })

  it('is another program', async () => {
    const other = createServer((_, answer) => answer.end('{"flags": 1}')).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    expect(await pinged({ url: `http://127.0.0.1:${port}` })).toMatchObject(
      failing('rejected', 'is no flag server of Tidegate'),
    )
    other.close()
  })
})
