import { describe, expect, it } from 'vitest'
import { formatFault } from './fault.ts'
import { readFlagSet } from './read-flag-set.ts'

const onOff = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' }
const staff = { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on', 'off'] }
const read = (json: unknown, previous?: Parameters<typeof readFlagSet>[1]) =>
  readFlagSet(JSON.stringify(json, undefined, 1), previous)
const told = (json: unknown) => read(json).faults.map(formatFault)
const targeted = (targeting: unknown) => ({ flags: { basket: { ...onOff, targeting } } })

describe('what is refused', () => {
  it.each<[string, string]>([
    ['', 'at its top: this is no JSON: Unexpected end of JSON input'],
    [
      '{\n"flags": {},\n}',
      'at its top: this is no JSON: Expected double-quoted property name in JSON at position 15 (line 3 column 1)',
    ],
    ['[]', 'line 1: Invalid input: expected object, received array'],
    ['{}', 'line 1, flags: Invalid input: expected record, received undefined'],
    ['{\n\n"flags": []}', 'line 3, flags: Invalid input: expected record, received array'],
    [
      '{"flags": {"a":\n{"state": "ON", "variants": {"x": 1}}}}',
      'line 2, flags / a / state: Invalid option: expected one of "ENABLED"|"DISABLED"',
    ],
    ['{"flags": {"a": {"state": "ENABLED",\n"variants": {}}}}', 'line 2, flags / a / variants: a flag needs a variant'],
    [
      '{"flags": {"a": {"state": "ENABLED", "variants": {"x": 1},\n"defaultVariant": "y"}}}',
      'line 2, flags / a / defaultVariant: it is none of the variants',
    ],
  ])('whole: %j', (text, message) => {
    const { set, faults } = readFlagSet(text)
    expect(set).toBeUndefined()
    expect(faults.map(formatFault)).toEqual([message])
  })

  it.each<[unknown, string]>([
    [{ unheard: [1, 2] }, 'line 10, flags / basket / targeting: flagd has no operator "unheard"'],
    [
      { if: [{ '==': [{ var: 'a' }] }, 'on'] },
      'line 13, flags / basket / targeting / if / 0 / ==: "==" takes a list of 2',
    ],
    [{ if: { var: 'a' } }, 'line 11, flags / basket / targeting / if: "if" takes a list of at least 1'],
    [{ '<': [1, 2, 3, 4] }, 'line 11, flags / basket / targeting / <: "<" takes a list of 2 or 3'],
    [
      { '!': [{ '!': 1, '!!': 1 }] },
      'line 12, flags / basket / targeting / ! / 0: a rule has one operator, not both "!" and "!!"',
    ],
    [{ '!': {} }, 'line 11, flags / basket / targeting / !: a rule needs an operator'],
    [
      { var: '$flagd.color' },
      'line 11, flags / basket / targeting / var: there is no "$flagd.color", only "$flagd.timestamp" and "$flagd.flagKey"',
    ],
    [{ var: [1] }, 'line 11, flags / basket / targeting / var: "var" takes a name, and maybe a default'],
    [{ missing: ['a', 1] }, 'line 11, flags / basket / targeting / missing: "missing" takes a list of names'],
    [
      { missing_some: [1, ['a'], 2] },
      'line 11, flags / basket / targeting / missing_some: "missing_some" takes a number and a list of names',
    ],
    [
      { starts_with: [{ var: 'a' }, 1] },
      'line 11, flags / basket / targeting / starts_with: "starts_with" takes two texts, or rules that give them',
    ],
    [
      { sem_ver: [{ var: 'v' }, '=', '1.0.0.0'] },
      'line 11, flags / basket / targeting / sem_ver: "sem_ver" takes a version such as "1.2.3" or a rule that gives one, a relation, and another',
    ],
    [
      { sem_ver: [{ var: 'v' }, '==', '1.0.0'] },
      'line 15, flags / basket / targeting / sem_ver / 1: the relation is one of = != < <= >= > ^ ~',
    ],
    [{ fractional: 1 }, 'line 11, flags / basket / targeting / fractional: "fractional" takes a list of shares'],
    [
      { fractional: [{ var: 'a' }, ['on', -1]] },
      'line 17, flags / basket / targeting / fractional / 1 / 1: a weight is a whole number from 0 on, or a rule that gives one',
    ],
    [
      { fractional: ['seed', ['on', 1]] },
      'line 12, flags / basket / targeting / fractional / 0: a share is a list of a variant and maybe its weight',
    ],
    [
      {
        fractional: [
          ['on', 2147483647],
          ['off', 1],
        ],
      },
      'line 11, flags / basket / targeting / fractional: the weights add up to more than 2147483647',
    ],
    [
      { if: [{ $ref: 'staff' }, 'on'] },
      'line 12, flags / basket / targeting / if / 0: there is no evaluator "staff" under "$evaluators"',
    ],
    [{ log: [1] }, 'line 10, flags / basket / targeting: flagd has no operator "log"'],
  ])('where it stands: %j', (targeting, message) => expect(told(targeted(targeting))).toEqual([message]))

  it('values of several types, and metadata that are no plain values', () => {
    const flag = {
      ...onOff,
      variants: { on: true, off: 'no', list: [1], none: null },
      metadata: { owner: { name: 'x' } },
    }
    expect(told({ flags: { basket: flag }, metadata: { tidegateFractional: 4, tags: ['a'] } })).toEqual([
      'line 23, metadata / tags: metadata are texts, numbers and booleans',
      'line 22, metadata / tidegateFractional: it is 2 or 3',
      'line 7, flags / basket / variants / off: the values of a flag have one type, here boolean',
      'line 8, flags / basket / variants / list: a value is no list',
      'line 11, flags / basket / variants / none: a value is no null',
      'line 15, flags / basket / metadata / owner: metadata are texts, numbers and booleans',
    ])
  })

  it('evaluators that refer in a circle', () => {
    const $evaluators = { a: { '!': [{ $ref: 'b' }] }, b: { '!': [{ $ref: 'a' }] } }
    expect(told({ ...targeted({ if: [{ $ref: 'a' }, 'on'] }), $evaluators })).toEqual([
      'line 10, flags / basket / targeting: evaluators refer in a circle: a → b → a',
    ])
  })

  it('more than 10,000 flags or 8 Mi characters', () => {
    const many = (count: number) => ({
      flags: Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, onOff])),
    })
    expect(told(many(10_001))).toEqual(['line 2, flags: at most 10000 flags are read'])
    expect(read(many(10_000)).set?.flags.size).toBe(10_000)
    expect(readFlagSet(' '.repeat(8_388_609)).faults.map(formatFault)).toEqual([
      'at its top: it has more than 8388608 characters',
    ])
  })

  it('tells of at most 20 faults', () => {
    const flags = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${at}`, { ...onOff, state: at }]))
    expect(told({ flags })).toHaveLength(20)
  })
})

describe('what is taken over', () => {
  const file = {
    flags: { a: { ...onOff, targeting: staff }, b: onOff, c: { ...onOff, targeting: { $ref: 'r' } } },
    $evaluators: { r: staff },
  }
  const first = read(file).set

  it('is every flag that did not change', () => {
    const changed = { ...file, flags: { ...file.flags, b: { ...onOff, defaultVariant: 'on' } } }
    const second = read(changed, first).set
    expect(['a', 'b', 'c'].map((key) => second?.flags.get(key) === first?.flags.get(key))).toEqual([true, false, true])
  })

  it('is no flag when what they share changed', () => {
    const second = read({ ...file, $evaluators: { r: { '!': [staff] } } }, first).set
    expect(['a', 'b', 'c'].map((key) => second?.flags.get(key) === first?.flags.get(key))).toEqual([
      false,
      false,
      false,
    ])
  })

  it('includes what is wrong with a flag', () => {
    const faulty = { flags: { ...file.flags, d: { ...onOff, targeting: { unheard: 1 } } } }
    const set = read(faulty).set
    expect(read({ flags: { ...faulty.flags, e: onOff } }, set).faults.map(({ path }) => path[1])).toEqual(['c', 'd'])
  })
})

it('lets nobody change what all objects inherit', () => {
  const text =
    '{"flags": {"__proto__": {"state": "ENABLED", "variants": {"__proto__": {"polluted": true}, "on": {}}}, "a": {"state": "ENABLED", "variants": {"on": true}, "metadata": {"__proto__": {"polluted": 1}}}}, "metadata": {"__proto__": {"polluted": 1}}, "$evaluators": {"__proto__": {"var": "x"}}}'
  readFlagSet(text)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
