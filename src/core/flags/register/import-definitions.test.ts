/** Imported flags give every user what they gave before, as flagd's own evaluator says. */
import { FlagdCore } from '@openfeature/flagd-core'
import { describe, expect, it } from 'vitest'
import { formatFault } from '../fault.ts'
import { importDefinitions } from './import-definitions.ts'
import { publishRegister } from './publish-register.ts'

const onOff = { state: 'ENABLED', variants: { on: true, off: false } }
const staff = { ends_with: [{ var: 'email' }, '@shop.example'] }
const fractional = (on: number, off: number) => ({
  fractional: [
    ['on', on],
    ['off', off],
  ],
})
const definitions = {
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  flags: {
    everybody: {
      ...onOff,
      defaultVariant: 'on',
      metadata: { owner: 'Shop', ticket: 'S-1', expires: 'soon', level: 3 },
    },
    nobody: { ...onOff, defaultVariant: 'off' },
    quarter: {
      ...onOff,
      defaultVariant: 'off',
      targeting: fractional(1, 3),
      metadata: { tidegateFence: 9, tidegateEffect: 'r1/2' },
    },
    third: { ...onOff, defaultVariant: 'off', targeting: fractional(1, 2) },
    reversed: { ...onOff, defaultVariant: 'on', targeting: fractional(10, 90) },
    renamed: { ...onOff, variants: { neu: true, alt: false }, defaultVariant: 'alt' },
    staff: { ...onOff, defaultVariant: 'off', targeting: { if: [{ $ref: 'isStaff' }, 'on'] } },
    open: { ...onOff },
    gone: { ...onOff, state: 'DISABLED', defaultVariant: 'on' },
    title: { state: 'ENABLED', variants: { a: 'Hello', b: 'Hi' }, defaultVariant: 'a' },
    toTarget: {
      state: 'ENABLED',
      variants: { a: 'Hello', b: 'Hi' },
      defaultVariant: 'a',
      targeting: { if: [staff, 'b'] },
    },
  },
  $evaluators: { isStaff: staff },
  metadata: { set: 'shop' },
}
const read = (flags: object = definitions) => {
  const imported = importDefinitions(JSON.stringify(flags), 'live')
  if ('faults' in imported) throw new Error(imported.faults.map(formatFault).join('\n'))
  return imported
}

it('keeps every answer of every flag', () => {
  const [before, after] = [definitions, publishRegister(read().register, 'live')].map((one) => {
    const core = new FlagdCore(undefined, { error() {}, warn() {}, info() {}, debug() {} })
    core.setConfigurations(JSON.stringify(one))
    return core
  })
  const users = Array.from({ length: 500 }, (_, at) => ({
    targetingKey: `u${at}`,
    email: at % 7 ? 'a@b.example' : 'ann@shop.example',
  }))
  for (const user of [...users, {}, { email: 'ann@shop.example' }])
    for (const key of Object.keys(definitions.flags)) {
      const isText = key === 'title' || key === 'toTarget'
      const ask = (core = before) =>
        isText ? core?.resolveStringEvaluation(key, 'none', user) : core?.resolveBooleanEvaluation(key, true, user)
      expect([key, user, ask(after)?.value]).toEqual([key, user, ask()?.value])
    }
})

it('has words for shares, owners and holders, and keeps the rest as it is', () => {
  const { register, untranslated, dropped } = read()
  expect(untranslated).toEqual(['third', 'reversed', 'staff', 'open', 'toTarget'])
  expect(dropped).toEqual([])
  expect(register.flags.everybody).toEqual({
    owner: 'Shop',
    ticket: 'S-1',
    seed: 'everybody',
    metadata: { expires: 'soon', level: 3 },
    environments: { live: { share: 100 } },
  })
  expect(register.flags.quarter?.environments?.live).toEqual({ share: 25, heldBy: { fence: 9, effect: 'r1/2' } })
  expect(register.flags.renamed).toMatchObject({ onVariant: 'neu', offVariant: 'alt' })
  expect(register.flags.gone?.environments?.live).toEqual({ state: 'disabled', share: 100 })
})

it('reads back what it published: shares and their seeds', () => {
  const { register } = read({ flags: { quarter: definitions.flags.quarter, nobody: definitions.flags.nobody } })
  const again = read(
    publishRegister({ ...register, flags: { cart: { ...register.flags.quarter, seed: 'basket' } } }, 'live'),
  )
  expect(again.register.flags.cart).toEqual({ seed: 'basket', environments: { live: { share: 25 } } })
})

describe('what is not taken over', () => {
  it('is named', () => {
    const flags = { a: { ...onOff, defaultVariant: 'off', comment: 'x' } }
    expect(read({ flags, extra: 1 }).dropped).toEqual(['"extra" at the top of the file', '"comment" of flag "a"'])
  })

  it('is a file with faults', () => {
    const imported = importDefinitions('{"flags": {"a": {"state": "ENABLED"}}}', 'live')
    expect('faults' in imported && imported.faults.map(formatFault)).toEqual([
      expect.stringContaining('line 1, flags / a / variants'),
    ])
  })

  it('is a share under the next version of the hash, which spreads users otherwise', () => {
    const flags = { quarter: { ...onOff, defaultVariant: 'off', targeting: fractional(1, 3) } }
    expect(read({ flags, metadata: { tidegateFractional: 3 } }).untranslated).toEqual(['quarter'])
  })
})
