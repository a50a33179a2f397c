/** The backend on real files, and what it writes as flagd's own evaluator (@openfeature/flagd-core) reads it. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FlagdCore } from '@openfeature/flagd-core'
import { afterAll, describe, expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { flagBackendContract } from '../../../test/contract/flag-backend.ts'
import { hangFileReads } from '../../../test/contract/hanging-files.ts'
import { createFlagdFileBackend } from './flagd-file-backend.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-flags-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'flags.json')
const backend = createFlagdFileBackend({ main: { driver: 'flagd-file', file: 'flags.json' } }, { folder })

const onOff = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' }
const write = (flags: object, rest: object = {}) =>
  writeFileSync(path, `${JSON.stringify({ ...rest, flags }, null, 2)}\n`)
const text = () => readFileSync(path, 'utf8')
const written = () => JSON.parse(text())
const set = (percent: number, context = effectContext()) => backend.setFlag('main', 'basket', { percent }, context)
const read = () => backend.readFlag('main', 'basket', effectContext())
const at = (percent: number) => ({ ok: true, value: { percent } })
const failing = (code: string, message: string) => ({
  ok: false,
  error: { code, message: expect.stringContaining(message) },
})

flagBackendContract(async () => {
  write({ basket: onOff, search: { ...onOff, state: 'DISABLED' } })
  return { backend, [Symbol.asyncDispose]: async () => undefined }
})

/** Who of 2,000 users has the flag, as an OpenFeature client of the file sees it. */
function usersOn(): Set<number> {
  const core = new FlagdCore()
  core.setConfigurations(text())
  const users = Array.from({ length: 2_000 }, (_, user) => user)
  return new Set(
    users.filter((user) => core.resolveBooleanEvaluation('basket', false, { targetingKey: `u${user}` }).value),
  )
}
const someoneWithoutKey = () => {
  const core = new FlagdCore()
  core.setConfigurations(text())
  return core.resolveBooleanEvaluation('basket', true, {}).value
}

describe('what flagd reads', () => {
  it('is the share asked for, and whoever had the flag keeps it while the share rises', async () => {
    write({ basket: onOff })
    let before = new Set<number>()
    for (const percent of [1, 10, 50, 90]) {
      await set(percent)
      const now = usersOn()
      expect(Math.abs(now.size / 20 - percent)).toBeLessThan(3)
      expect([...before].filter((user) => !now.has(user))).toEqual([])
      before = now
    }
  })

  it('is everybody at 100 % and nobody at 0 %, also without a targeting key', async () => {
    write({ basket: onOff })
    await set(100)
    expect([usersOn().size, someoneWithoutKey()]).toEqual([2_000, true])
    await set(0)
    expect([usersOn().size, someoneWithoutKey()]).toEqual([0, false])
  })

  it('is off for users without a targeting key as long as not everybody has it', async () => {
    write({ basket: onOff })
    await set(99.99)
    expect(someoneWithoutKey()).toBe(false)
  })
})

describe('the file', () => {
  it('keeps everything but the share of the flag', async () => {
    const others = {
      basket: {
        state: 'DISABLED',
        variants: { neu: true, alt: false },
        defaultVariant: 'neu',
        metadata: { team: 'shop' },
      },
      colour: { state: 'ENABLED', variants: { red: '#f00' }, defaultVariant: 'red', targeting: { if: [true, 'red'] } },
    }
    write(others, { $schema: 'https://flagd.dev/schema/v0/flags.json', $evaluators: { staff: { '==': [1, 1] } } })
    expect(await read()).toEqual(at(0))
    await set(25, effectContext({ fence: 900, effectId: 'r1/7' }))
    expect(written()).toEqual({
      $schema: 'https://flagd.dev/schema/v0/flags.json',
      $evaluators: { staff: { '==': [1, 1] } },
      flags: {
        basket: {
          state: 'ENABLED',
          variants: { neu: true, alt: false },
          defaultVariant: 'alt',
          targeting: {
            fractional: [
              ['neu', 2_500],
              ['alt', 7_500],
            ],
          },
          metadata: { team: 'shop', tidegateFence: 900, tidegateEffect: 'r1/7' },
        },
        colour: others.colour,
      },
    })
    expect(readdirSync(folder)).toEqual(['flags.json'])
  })

  it('keeps its indentation, its last line break and its numbers as they are written', async () => {
    const numbers = '{"state":"ENABLED","variants":{"a":12345678901234567890,"b":1.0},"defaultVariant":"a"}'
    writeFileSync(path, `{\n\t"flags": {\n\t\t"basket": ${JSON.stringify(onOff)},\n\t\t"n": ${numbers}\n\t}\n}`)
    await set(10)
    expect(text()).toMatch(/^\{\n\t"flags": \{\n\t\t"basket": \{\n\t\t\t"state": "ENABLED"/)
    expect(text()).toContain('"a": 12345678901234567890')
    expect(text()).toContain('"b": 1.0')
    expect(text().endsWith('}')).toBe(true)
  })

  it('keeps its mode, and a link to it stays one', async () => {
    const linked = join(folder, 'linked.json')
    write({ basket: onOff })
    chmodSync(path, 0o640)
    symlinkSync(path, linked)
    const through = createFlagdFileBackend({ main: { driver: 'flagd-file', file: linked } }, { folder: '/' })
    expect(await through.setFlag('main', 'basket', { percent: 5 }, effectContext())).toEqual(at(5))
    expect([lstatSync(linked).isSymbolicLink(), statSync(path).mode & 0o777]).toEqual([true, 0o640])
    expect(await read()).toEqual(at(5))
    rmSync(linked)
  })

  it('is left as it is when it cannot be replaced', async () => {
    write({ basket: onOff })
    const before = text()
    const draft = `${path}.${process.pid}.new`
    mkdirSync(join(draft, 'in-the-way'), { recursive: true })
    expect(await set(10)).toMatchObject(failing('unavailable', 'cannot be replaced'))
    expect(text()).toBe(before)
    rmdirSync(join(draft, 'in-the-way'))
    rmdirSync(draft)
    expect(await set(10)).toEqual(at(10))
  })
})

describe('a flag that is more than a share', () => {
  const staffOnly = { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on', 'off'] }

  it('is neither read nor set as long as a person targets it', async () => {
    write({ basket: { ...onOff, targeting: staffOnly } })
    const before = text()
    const refused = failing('rejected', `flag "basket" in ${path}: it has targeting of its own`)
    expect(await read()).toMatchObject(refused)
    expect(await set(0)).toMatchObject(refused)
    expect(text()).toBe(before)
  })

  it('is taken back when it was targeted by hand while Tidegate moves it', async () => {
    write({ basket: onOff })
    await set(10)
    write({ basket: { ...written().flags.basket, targeting: staffOnly } })
    expect(await read()).toMatchObject(failing('rejected', 'targeting of its own'))
    expect(await set(0)).toEqual(at(0))
    expect(written().flags.basket).not.toHaveProperty('targeting')
  })

  it.each<[string, object, string, string]>([
    [
      'three ways',
      { ...onOff, variants: { a: 'x', b: 'y', c: 'z' }, defaultVariant: 'a' },
      'unsupported',
      'one variant',
    ],
    ['no way off', { ...onOff, variants: { on: true }, defaultVariant: 'on' }, 'unsupported', 'one variant false'],
    ['two ways on', { ...onOff, variants: { on: true, yes: true, off: false } }, 'unsupported', 'one variant true'],
    ['no default', { ...onOff, defaultVariant: null }, 'rejected', 'no default variant'],
  ])('is not read: %s', async (_, flag, code, words) => {
    write({ basket: flag })
    expect(await read()).toMatchObject(failing(code, words))
  })

  it('gets a default variant where it has none, so that going back always works', async () => {
    write({ basket: { ...onOff, defaultVariant: null } })
    expect(await set(0)).toEqual(at(0))
  })

  it('is not set with a fence that cannot be read', async () => {
    write({ basket: { ...onOff, metadata: { tidegateFence: 'seven' } } })
    expect(await set(0)).toMatchObject(failing('rejected', 'a tidegateFence that is no fence'))
  })

  it('reads shares that others wrote in the same form', async () => {
    const targeting = {
      fractional: [
        ['on', 1],
        ['off', 3],
      ],
    }
    write({ basket: { ...onOff, targeting } })
    expect(await read()).toEqual(at(25))
    write({ basket: { ...onOff, targeting, state: 'DISABLED' } })
    expect(await read()).toEqual(at(0))
  })
})

it('says where a file is wrong, and leaves it', async () => {
  writeFileSync(path, '{"flags": {"basket": {"state": "on"}}}')
  expect(await set(1)).toMatchObject(failing('rejected', 'at flags / basket / state'))
  expect(await backend.ping('main', effectContext())).toMatchObject(failing('rejected', 'at flags / basket / state'))
})

it('gives up a file system that hangs, and leaves the file', async () => {
  write({ basket: onOff })
  const before = text()
  {
    await using _ = hangFileReads()
    expect(await set(100, effectContext({ timeoutMs: 100 }))).toMatchObject(failing('timeout', 'setting basket'))
  }
  expect(text()).toBe(before)
})
