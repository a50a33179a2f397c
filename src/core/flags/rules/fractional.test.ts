import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule } from './compile-rule.ts'
import { absorbText, emptyState, finish } from './murmur3.ts'

const outcome = (result: unknown) => result
const compiled = (rule: unknown, version: 2 | 3 = 2) => {
  const run = compileRule(rule, { flagKey: 'basket', fractionalVersion: version, evaluators: {}, outcome })
  return (data: unknown) => run(data, { timestampSec: 1_000, iterationsLeft: 100 })
}
const hash = (text: string) => {
  const state = emptyState()
  absorbText(state, text)
  return finish(state)
}
const shares = (on: number, off: number) => [
  ['on', on],
  ['off', off],
]
const users = Array.from({ length: 5_000 }, (_, at) => ({ targetingKey: `user-${at}` }))

describe('shares', () => {
  it('are those of the weights, and whoever is in stays in while a share rises', () => {
    let before = new Set<unknown>()
    for (const percent of [0, 1, 10, 50, 99, 100]) {
      const rule = compiled({ fractional: shares(percent, 100 - percent) })
      const now = new Set<unknown>(users.filter((user) => rule(user) === 'on'))
      expect(Math.abs(now.size / 50 - percent)).toBeLessThan(2)
      expect([...before].filter((user) => !now.has(user))).toEqual([])
      before = now
    }
  })

  it('are exact for every hash and total', () => {
    const weight = fc.integer({ min: 0, max: 1_073_741_823 })
    fc.assert(
      fc.property(fc.string(), weight, weight, (targetingKey, on, off) => {
        fc.pre(targetingKey !== '' && on + off > 0)
        const bucket = (BigInt(hash(`basket${targetingKey}`)) * BigInt(on + off)) >> 32n
        expect(compiled({ fractional: shares(on, off) })({ targetingKey })).toBe(bucket < BigInt(on) ? 'on' : 'off')
      }),
    )
  })

  it.each([
    [
      'weights that are all 0',
      [
        ['on', 0],
        ['off', 0],
      ],
    ],
    [
      'a broken weight',
      [
        ['on', 1.5],
        ['off', 1],
      ],
    ],
    ['a weight that is a text', [['on', '1']]],
    [
      'more than 2147483647',
      [
        ['on', 2_147_483_647],
        ['off', 1],
      ],
    ],
    ['no variant', [[]]],
    ['too much in a share', [['on', 1, 2]]],
    ['a list as a variant', [[['on'], 1]]],
    ['nothing', []],
    ['a seed that is no text', [5, ['on', 1]]],
    ['a seed that is missing', [{ var: 'none' }, ['on', 1]]],
    ['a seed among the shares', [['on', 1], { var: 'targetingKey' }]],
  ])('are nobody for %s', (_, fractional) => expect(compiled({ fractional })({ targetingKey: 'u' })).toBeNull())

  it.each([[{}], [{ targetingKey: '' }], [{ targetingKey: 5 }]])('need a targeting key: %j', (context) =>
    expect(compiled({ fractional: [['on', 1]] })(context)).toBeNull(),
  )

  it('take a missing weight for 1 and a negative one for 0', () => {
    expect(compiled({ fractional: [['on', -5], ['off']] })({ targetingKey: 'u' })).toBe('off')
  })

  it('can be worked out: weights, variants and the whole list', () => {
    const context = { targetingKey: 'u', variant: 'blue', list: [['green', 1]] }
    expect(
      compiled({ fractional: [['on', { '-': [{ var: '$flagd.timestamp' }, 2_000] }], [{ var: 'variant' }]] })(context),
    ).toBe('blue')
    expect(compiled({ fractional: { var: 'list' } })(context)).toBe('green')
    expect(compiled({ fractional: [{ merge: ['red', 1] }] })(context)).toBe('red')
    expect(
      compiled({
        if: [
          {
            fractional: [
              [false, 0],
              [true, 1],
            ],
          },
          'in',
          'out',
        ],
      })(context),
    ).toBe('in')
  })
})

describe('the seed', () => {
  const bucketBy = (seed: unknown) => {
    const rule = compiled({ fractional: [seed, ...Array.from({ length: 100 }, (_, at) => [`${at}`, 1])] })
    return (data: object) => rule(data)
  }
  const bucketOf = (text: string) => `${(BigInt(hash(text)) * 100n) >> 32n}`

  it.each<[unknown, string]>([
    ['fixed', 'fixed'],
    [{ var: 'email' }, 'ann@shop'],
    [{ cat: ['plan-7', { var: 'email' }] }, 'plan-7ann@shop'],
    [{ cat: [{ var: '$flagd.flagKey' }, '/', { var: 'age' }, { var: 'none' }, '.'] }, 'basket/41.'],
    [{ cat: [{ var: 'email' }, 'z', { var: 'email' }] }, 'ann@shopzann@shop'],
    [{ cat: 'one' }, 'one'],
    [{ cat: { var: 'email' } }, 'ann@shop'],
    [{ if: [true, 'a', 'b'] }, 'a'],
    [{ cat: ['日本', { var: 'name' }] }, '日本Zoë'],
  ])('%j hashes %s', (seed, text) =>
    expect(bucketBy(seed)({ email: 'ann@shop', age: 41, name: 'Zoë', targetingKey: 'x' })).toBe(bucketOf(text)),
  )

  it('is shared by flags that name the same one', () => {
    const seed = { cat: ['launch', { var: 'targetingKey' }] }
    const rule = { fractional: [seed, ...shares(30, 70)] }
    const other = compileRule(rule, { flagKey: 'other', fractionalVersion: 2, evaluators: {}, outcome })
    for (const user of users.slice(0, 200))
      expect(compiled(rule)(user)).toBe(other(user, { timestampSec: 0, iterationsLeft: 0 }))
  })

  it('is known inside of lists only if it is named', () => {
    const inList = (fractional: unknown) =>
      compiled({ map: [{ var: 'names' }, { fractional }] })({ targetingKey: 'u', names: ['a'] })
    expect(inList([['on', 1]])).toEqual([null])
    expect(inList([{ var: '' }, ['on', 1]])).toEqual(['on'])
  })
})

describe('the next version', () => {
  it.each<[unknown, unknown]>([
    [{ id: 5 }, 'on'],
    [{ id: true }, 'on'],
    [{ id: { a: 1 } }, 'on'],
    [{ id: null }, null],
    [{}, null],
  ])('hashes values of any type, but nothing: %j gives %j', (context, result) =>
    expect(compiled({ fractional: [{ var: 'id' }, ['on', 1]] }, 3)(context)).toBe(result),
  )

  it('spreads the same users in another way', () => {
    const [now, next] = ([2, 3] as const).map((version) => compiled({ fractional: shares(50, 50) }, version))
    const moved = users.filter((user) => now?.(user) !== next?.(user)).length
    expect(moved / users.length).toBeGreaterThan(0.4)
    expect(moved / users.length).toBeLessThan(0.6)
    expect(next?.({ targetingKey: 5 })).toBeNull()
  })
})
