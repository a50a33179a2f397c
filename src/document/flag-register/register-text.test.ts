import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { changeRegister, type RegisterCommand } from '../../core/flags/register/change-register.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'
import { editYaml } from './edit-yaml.ts'
import { readRegister } from './read-register.ts'
import { newRegister, RegisterText } from './register-text.ts'

const text = `# Flags of the shop
tidegateFlags: 1
environments: [staging, live]
cohorts:
  # Everybody who works here
  staff:
    - email: { endsWith: '@shop.example' }

flags:
  # Asked about by Ann
  basket:
    owner: Shop # the team
    environments:
      staging: { share: 100 }
      live:
        share: 10 # as agreed
        cohorts: [staff]

  pay:
    requires: { basket: on }
`
const read = (from: string): FlagRegister => {
  const found = readRegister(from, 'flags.yaml')
  if ('faults' in found) throw new Error(JSON.stringify(found.faults))
  return found.register
}
/** Twice: from a text that is new, and from one that was written before. */
function writeRegister(from: string, before: FlagRegister, after: FlagRegister): string | undefined {
  const once = new RegisterText(from).changed(before, after)
  const back = once?.changed(after, before)
  expect(back?.changed(before, after)?.text === undefined).toBe(once === undefined)
  return once?.text
}
const after = (from: string, command: RegisterCommand): string => {
  const before = read(from)
  const changed = changeRegister(before, command)
  if (!changed.ok) throw new Error(changed.refusal.message)
  const written = writeRegister(from, before, changed.register) ?? ''
  expect(read(written)).toEqual(JSON.parse(JSON.stringify(changed.register)))
  return written
}

describe('a file that people keep', () => {
  it('changes where something changes, and nowhere else', () => {
    expect(after(text, { do: 'set', flag: 'basket', environment: 'live', share: 25 })).toBe(
      text.replace('share: 10 #', 'share: 25 #'),
    )
    expect(after(text, { do: 'set', flag: 'basket', environment: 'staging', state: 'off' })).toBe(
      text.replace('{ share: 100 }', '{ share: 100, state: off }'),
    )
    expect(after(text, { do: 'set', flag: 'pay', environment: 'live', share: 1, cohorts: ['staff'] })).toBe(
      `${text}    environments:\n      live:\n        share: 1\n        cohorts: [staff]\n`,
    )
  })

  it('keeps what is said of a flag that gets another name', () => {
    expect(after(text, { do: 'rename', flag: 'basket', to: 'cart' })).toBe(
      text
        .replace('  basket:\n', '  cart:\n')
        .replace('        cohorts: [staff]\n', '        cohorts: [staff]\n    seed: basket\n')
        .replace('{ basket: on }', '{ cart: on }'),
    )
  })

  it('loses what is taken out', () => {
    expect(after(text, { do: 'remove', flag: 'pay' })).toBe(text.slice(0, text.indexOf('\n  pay:')))
  })

  it('keeps what is said beside what is put in and taken out', () => {
    const held = changeRegister(
      read(text),
      { do: 'set', flag: 'basket', environment: 'live', share: 50, cohorts: [] },
      { fence: 7, effect: 'r1/2' },
    )
    if (!held.ok) throw new Error(held.refusal.message)
    expect(writeRegister(text, read(text), held.register)).toBe(
      text
        .replace('share: 10 #', 'share: 50 #')
        .replace('        cohorts: [staff]\n', '        heldBy:\n          fence: 7\n          effect: r1/2\n'),
    )
    const more = after(text, { do: 'put', flag: 'search', definition: { owner: 'Search' } })
    expect(more).toBe(`${text}  search:\n    owner: Search\n    seed: search\n`)
    expect(after(more, { do: 'remove', flag: 'search' })).toBe(text)
    expect(after(text, { do: 'putCohort', cohort: 'beta', definition: [{ plan: { oneOf: ['gold', 'beta'] } }] })).toBe(
      text.replace("'@shop.example' }\n", "'@shop.example' }\n  beta:\n    - plan:\n        oneOf: [gold, beta]\n"),
    )
  })

  it('is taken out of with the comment right above it, down to the last flag', () => {
    const commented = text.replace('  pay:\n', '  # To be paid\n  # by card\n  pay:\n')
    const without = after(commented, { do: 'remove', flag: 'pay' })
    expect(without).toBe(text.slice(0, text.indexOf('\n  pay:')))
    expect(after(without, { do: 'remove', flag: 'basket' })).toMatch(/'@shop.example' \}\n\nflags: \{\}\n$/)
  })

  it('keeps its line ends, and its comments where aliases have to be written out', () => {
    const crlf = text.replaceAll('\n', '\r\n')
    expect(after(crlf, { do: 'set', flag: 'basket', environment: 'live', share: 25 })).toBe(
      crlf.replace('share: 10 #', 'share: 25 #'),
    )
    const shared =
      '# Two of a kind\ntidegateFlags: 1\nenvironments: [live]\nflags:\n  a: &a { environments: { live: { share: 1 } } }\n  b: *a\n'
    const written = after(shared, { do: 'set', flag: 'a', environment: 'live', share: 2 })
    expect(written).toMatch(/^# Two of a kind\n/)
    expect(parse(written).flags).toEqual({
      a: { environments: { live: { share: 2 } } },
      b: { environments: { live: { share: 1 } } },
    })
  })

  it('stays JSON', () => {
    const json = `${JSON.stringify(read(text), undefined, 4)}\n`
    const written = after(json, { do: 'set', flag: 'basket', environment: 'live', share: 25 })
    expect(written).toBe(json.replace('"share": 10,', '"share": 25,'))
  })
})

it('holds whatever a register becomes', () => {
  const name = fc.constantFrom('a', 'b', 'on', '1', 'true', 'x: y', '- z', '# c', "it's", 'ä')
  const flag = fc.record(
    {
      owner: name,
      seed: name,
      metadata: fc.dictionary(name, fc.oneof(name, fc.boolean(), fc.integer())),
      environments: fc.record({
        live: fc.record(
          { share: fc.constantFrom(0, 0.001, 50), state: fc.constantFrom('on', 'off') },
          { requiredKeys: [] },
        ),
      }),
    },
    { requiredKeys: [] },
  )
  const register = fc
    .dictionary(name, flag, { maxKeys: 4 })
    .map((flags) => ({ tidegateFlags: 1, environments: ['live'], flags }) as FlagRegister)
  fc.assert(
    fc.property(register, register, (before, after) => {
      const plain = JSON.parse(JSON.stringify([before, after])) as [FlagRegister, FlagRegister]
      const yaml = newRegister(plain[0])
      // Nothing had to be laid out anew.
      expect(read(editYaml({ text: yaml, document: parseDocument(yaml) }, read(yaml), plain[1]) ?? '')).toEqual(
        plain[1],
      )
      for (const start of [yaml, JSON.stringify(plain[0])])
        expect(read(writeRegister(start, read(start), plain[1]) ?? '')).toEqual(plain[1])
    }),
    { numRuns: 200 },
  )
})

it.each([
  ['a merge key', { '<<': 1 }],
  ['what YAML would nest too deep', Array.from({ length: 70 }).reduce<object>((inner) => ({ a: inner }), {})],
])('is not written with %s in a value, since it could not be read again', (_, value) => {
  const before = read(text)
  const variants = { on: value, off: {} } as NonNullable<FlagRegister['flags'][string]['variants']>
  const more = { ...before, flags: { ...before.flags, odd: { variants } } }
  for (const start of [text, JSON.stringify(before)]) expect(writeRegister(start, before, more)).toBeUndefined()
})
