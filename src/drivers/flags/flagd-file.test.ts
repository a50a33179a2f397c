import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { createFlagdFileSource } from './flagd-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-flagd-'))
afterAll(() => rmSync(folder, { recursive: true }))

const source = createFlagdFileSource({ team: { driver: 'flagd-file', file: 'flags.json' } }, { folder })
const path = join(folder, 'flags.json')
const onOff = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' }

async function offers(content: unknown) {
  writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content))
  return source.offers('team', effectContext())
}
const rejected = (message: string) => ({ ok: false, error: { code: 'rejected', message: `${path} ${message}` } })

describe('flagd-file', () => {
  it('offers the flags by key, with state and variants, whatever else the file says', async () => {
    const outcome = await offers({
      $schema: 'https://flagd.dev/schema/v0/flags.json',
      $evaluators: { staff: {} },
      flags: {
        'new.basket': { ...onOff, targeting: { if: [true, 'on'] }, metadata: { team: 'shop' } },
        colour: { state: 'DISABLED', variants: { red: '#f00', blue: '#00f' }, defaultVariant: null },
      },
    })
    expect(outcome).toEqual({
      ok: true,
      value: [
        { key: 'colour', state: 'DISABLED', variants: ['red', 'blue'] },
        { key: 'new.basket', state: 'ENABLED', variants: ['on', 'off'] },
      ],
    })
    expect(await source.ping('team', effectContext())).toEqual({ ok: true, value: undefined })
  })

  it.each([
    [{ flags: [] }, "is not in flagd's format: at flags, Invalid input: expected record, received array"],
    [[], "is not in flagd's format: at its top, Invalid input: expected object, received array"],
    [{ flags: { a: { ...onOff, state: 'on' } } }, "is not in flagd's format: at flags / a / state, Invalid option"],
    [{ flags: { a: { ...onOff, variants: {} } } }, "is not in flagd's format: at flags / a / variants, a flag needs a"],
    [
      { flags: { a: { ...onOff, defaultVariant: 'x' } } },
      "is not in flagd's format: at flags / a / defaultVariant, it",
    ],
    [{ flags: { '': onOff } }, "is not in flagd's format: at flags / , "],
    [
      '{\n  "flags": {},\n  nonsense\n}',
      'is not JSON: Expected double-quoted property name in JSON at position 19 (line 3',
    ],
    ['', 'is not JSON: Unexpected end of JSON input'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'is not UTF-8'],
  ])('refuses %j, and says where it is wrong', async (content, message) => {
    expect(await offers(content)).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining(`${path} ${message}`) },
    })
  })

  it('reads 5,000 flags and 1 MiB, and no more', async () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`flag-${i}`, onOff]))
    expect(await offers({ flags: many(5_000) })).toMatchObject({ ok: true, value: { length: 5_000 } })
    expect(await offers({ flags: many(5_001) })).toEqual(rejected('has 5001 flags; at most 5000 are read'))
    const padded = (bytes: number) => JSON.stringify({ flags: { a: onOff } }).padEnd(bytes)
    expect(await offers(padded(1_048_576))).toMatchObject({ ok: true, value: { length: 1 } })
    expect(await offers(padded(1_048_577))).toEqual(
      rejected("is larger than 1 MiB, the most that is read of a file in flagd's JSON format"),
    )
  })

  it('says what is not there, or is no file', async () => {
    rmSync(path)
    expect(await source.offers('team', effectContext())).toEqual({
      ok: false,
      error: { code: 'notFound', message: `there is no file ${path}` },
    })
    expect(await source.offers('other', effectContext())).toMatchObject({
      error: { code: 'notFound', message: 'there is no flag source "other"; there are: team' },
    })
    mkdirSync(path)
    expect(await source.ping('team', effectContext())).toEqual(
      rejected("is no file; name a file in flagd's JSON format"),
    )
    rmSync(path, { recursive: true })
    execFileSync('/usr/bin/mkfifo', [path])
    expect(await source.offers('team', effectContext())).toEqual(
      rejected("is no file; name a file in flagd's JSON format"),
    )
    rmSync(path)
  })

  it('reads nothing once it is stopped', async () => {
    expect(await source.offers('team', effectContext({ signal: AbortSignal.abort() }))).toMatchObject({
      error: { code: 'unavailable' },
    })
  })
})
