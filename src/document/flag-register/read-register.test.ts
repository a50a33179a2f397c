import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatFault } from '../../core/flags/fault.ts'
import { isRegister, readRegister } from './read-register.ts'

const told = (text: string): string[] => {
  const read = readRegister(text, 'flags.yaml')
  return 'faults' in read ? read.faults.map(formatFault) : []
}

describe('a register is told from definitions by its first member', () => {
  it.each<[string, boolean]>([
    ['tidegateFlags: 1\n', true],
    ['# Flags of the shop\n\n---\ntidegateFlags: 1', true],
    ['{\n  "tidegateFlags": 1, "flags": {}}', true],
    ['{"flags": {"tidegateFlags": {}}}', false],
    ['{"flags": {}, "tidegateFlags": 1}', false],
    ['', false],
    [' '.repeat(60_000), false],
  ])('%#', (text, expected) => expect(isRegister(text)).toBe(expected))
})

it('reads YAML and JSON alike', () => {
  const yaml =
    'tidegateFlags: 1\nenvironments: [live]\nflags:\n  basket: { environments: { live: { state: off, share: 33.333 } } }\n'
  const expected = {
    register: {
      tidegateFlags: 1,
      environments: ['live'],
      flags: { basket: { environments: { live: { state: 'off', share: 33.333 } } } },
    },
  }
  expect(readRegister(yaml, 'flags.yaml')).toEqual(expected)
  expect(readRegister(JSON.stringify(expected.register), 'flags.json')).toEqual(expected)
})

it('reads the example of docs/flags.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/flags.md'), 'utf8')
  const [, example = ''] = /^```yaml\n(# yaml-language-server[^`]*tidegateFlags: 1[^`]*)```$/m.exec(page) ?? []
  const found = readRegister(example, 'docs/flags.md')
  expect('register' in found && Object.keys(found.register.flags)).toEqual([
    'basket.new',
    'payments.v2',
    'rollback.basket.new',
  ])
})

describe('faults have their line', () => {
  const head = 'tidegateFlags: 1\nenvironments: [live]\nflags:\n'
  it.each<[string, string]>([
    [`${head}  basket:\n    ownr: Shop\n`, 'line 5: unknown key `ownr`, did you mean `owner`?'],
    [
      `${head}  basket:\n    environments:\n      live: { share: 12.34567 }\n`,
      'line 6: `flags.basket.environments.live.share` must be a share from 0 to 100 in steps of 0.001',
    ],
    [
      `${head}  pay:\n    requires:\n      basket: on\n`,
      'line 6, flags / pay / requires / basket: there is no flag "basket"; there are: pay',
    ],
    [`${head}  basket: { expires: 2027-02-30 }\n`, 'line 4: `flags.basket.expires` must be a date such as 2027-03-01'],
    ['tidegateFlags: 2\nenvironments: [live]\nflags: {}\n', 'line 1: `tidegateFlags` must be 1, not this number'],
    [`${head}  basket: {}\n  basket: {}\n`, 'line 5: the same key stands twice in one map (take one of them out)'],
    [`${head}  __proto__: {}\n`, 'line 4: the key `__proto__` is not allowed (take it out)'],
  ])('%#', (text, message) => expect(told(text)).toEqual([message]))

  it('stops at 1 MiB', () => {
    expect(told(`${head}  basket: { description: "${'x'.repeat(1_048_576)}" }`)).toEqual([
      'line 1: the file is larger than 1024 KB (split it, or take out what does not belong here)',
    ])
  })
})
