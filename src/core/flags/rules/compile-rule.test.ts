/** A table of each operator: rule, data, result. */
import { describe, expect, it } from 'vitest'
import { compileRule } from './compile-rule.ts'
import { RuleError } from './rule.ts'

const outcome = (result: unknown) => result
const settings = {
  flagKey: 'basket',
  fractionalVersion: 2 as const,
  evaluators: {} as Record<string, unknown>,
  outcome,
}
const run = (rule: unknown, data: unknown = {}, evaluators = settings.evaluators, iterationsLeft = 1_000) =>
  compileRule(rule, { ...settings, evaluators })(data, { timestampSec: 1_700_000_000, iterationsLeft })

const user = {
  targetingKey: 'u1',
  email: 'ann@shop.example',
  age: 41,
  tags: ['beta', 'staff'],
  address: { country: 'CH', 'zip.code': '8001' },
  orders: [
    { price: 5, paid: true },
    { price: 7, paid: false },
  ],
  nothing: null,
}
const v = (name: string) => ({ var: name })

const results: Record<string, [rule: unknown, result: unknown][]> = {
  var: [
    [v('age'), 41],
    [{ var: ['age'] }, 41],
    [v('address.country'), 'CH'],
    [v('address.zip\\.code'), '8001'],
    [v('orders.1.price'), 7],
    [v('address.street.number'), null],
    [{ var: ['street', 'none'] }, 'none'],
    [{ var: ['nothing', 'none'] }, null],
    [{ var: ['street', v('age')] }, 41],
    [{ var: { cat: ['a', 'ge'] } }, 41],
    [v('$flagd.flagKey'), 'basket'],
    [v('$flagd.timestamp'), 1_700_000_000],
    [v('$flagd.other'), null],
    [v('$flagd'), { flagKey: 'basket', timestamp: 1_700_000_000 }],
    [v(''), { ...user, $flagd: { flagKey: 'basket', timestamp: 1_700_000_000 } }],
    [{ map: [[{ '!': [1] }, 2], v('')] }, [false, 2]],
    [{ map: [[1], v('$flagd.flagKey')] }, [null]],
    [v('toString'), null],
    [v('constructor.name'), null],
    [v('__proto__'), null],
    [v('email.__proto__.length'), null],
    [v('tags.map'), null],
  ],
  missing: [
    [{ missing: ['age', 'street', 'address.country', 'toString'] }, ['street', 'toString']],
    [{ missing: { merge: [['street'], 'age'] } }, ['street']],
    [{ missing_some: [1, ['age', 'street']] }, []],
    [{ missing_some: [2, ['age', 'street']] }, ['street']],
  ],
  if: [
    [{ if: [true, 'a', 'b'] }, 'a'],
    [{ if: [v('street'), 'a', 'b'] }, 'b'],
    [{ if: [false, 'a', true, 'b', 'c'] }, 'b'],
    [{ if: [false, 'a', 0, 'b', 'c'] }, 'c'],
    [{ if: [false, 'a'] }, null],
    [{ if: [true, 'a'] }, 'a'],
    [{ if: ['a'] }, 'a'],
    [{ if: [] }, null],
    [{ '?:': [v('tags'), 'some', 'none'] }, 'some'],
    [{ if: [[], 'a', 'b'] }, 'b'],
    [{ if: [true, 'a', { '/': [1, 0] }] }, 'a'],
  ],
  'and, or, !': [
    [{ and: [1, 'x', 3] }, 3],
    [{ and: [1, '', { '/': [1, 0] }] }, ''],
    [{ or: [0, '', 'x', { '/': [1, 0] }] }, 'x'],
    [{ or: [0, false] }, false],
    [{ or: ['only'] }, 'only'],
    [{ and: [] }, null],
    [{ '!': [v('street')] }, true],
    [{ '!': 'x' }, false],
    [{ '!!': ['0'] }, true],
    [{ '!!': [[]] }, false],
  ],
  comparisons: [
    [{ '==': [v('age'), '41'] }, true],
    [{ '==': ['41', v('age')] }, true],
    [{ '==': [v('email'), 'ann@shop.example'] }, true],
    [{ '==': [v('street'), 'x'] }, false],
    [{ '==': [null, 0] }, true],
    [{ '==': [1, true] }, true],
    [{ '!=': [v('age'), 41] }, false],
    [{ '===': [v('age'), '41'] }, false],
    [{ '!==': [v('age'), '41'] }, true],
    [{ '===': [3, 3, 3] }, true],
    [{ '<': [40, v('age'), 42] }, true],
    [{ '<': [40, v('age'), 41] }, false],
    [{ '<=': [41, v('age'), 41, 50] }, true],
    [{ '<': ['a', 'b'] }, true],
    [{ '>': ['10', 9] }, true],
    [{ '>=': ['10', '9'] }, false],
    [{ '<': [3, 2, { '/': [1, 0] }] }, false],
  ],
  arithmetic: [
    [{ '+': [1, '2', true, null] }, 4],
    [{ '+': [] }, 0],
    [{ '+': '3.5' }, 3.5],
    [{ '+': v('prices') }, 0],
    [{ '+': [{ map: [v('orders'), v('price')] }] }, 12],
    [{ '-': [v('age'), 1, '10'] }, 30],
    [{ '-': [4] }, -4],
    [{ '*': [2, 3, 4] }, 24],
    [{ '/': [8, 2, 2] }, 2],
    [{ '/': [4] }, 0.25],
    [{ '%': [v('age'), 10] }, 1],
    [{ '%': [-1, 2] }, -1],
    [{ max: [1, v('age'), 3] }, 41],
    [{ min: { map: [v('orders'), v('price')] } }, 5],
  ],
  lists: [
    [{ map: [v('orders'), { '*': [v('price'), 2] }] }, [10, 14]],
    [{ map: [v('street'), v('')] }, []],
    [{ filter: [v('orders'), v('paid')] }, [{ price: 5, paid: true }]],
    [{ all: [v('orders'), { '>': [v('price'), 4] }] }, true],
    [{ all: [[], true] }, false],
    [{ some: [v('tags'), { '==': [v(''), 'staff'] }] }, true],
    [{ none: [v('tags'), { '==': [v(''), 'admin'] }] }, true],
    [{ none: [[], true] }, true],
    [{ reduce: [v('orders'), { '+': [v('accumulator'), v('current.price')] }, 100] }, 112],
    [{ reduce: [[1, 2, 3], { max: [v('accumulator'), v('current')] }] }, 3],
    [{ merge: [[1, [2]], 3, v('tags')] }, [1, [2], 3, 'beta', 'staff']],
    [{ some: [v('orders'), { all: [[1, 2], { '<': [v(''), 3] }] }] }, true],
  ],
  texts: [
    [{ cat: ['a', 1, null, true, v('street')] }, 'a1true'],
    [{ cat: 'x' }, 'x'],
    [{ substr: ['jsonlogic', 4] }, 'logic'],
    [{ substr: ['jsonlogic', -5, -2] }, 'log'],
    [{ substr: ['jsonlogic', 1, 3] }, 'son'],
    [{ substr: [v('age'), 0, 1] }, '4'],
    [{ substr: ['abc', -9] }, 'abc'],
    [{ in: ['shop', v('email')] }, true],
    [{ in: [v('address.country'), ['DE', 'CH', 'AT']] }, true],
    [{ in: [v('age'), ['41']] }, false],
    [{ in: ['staff', v('tags')] }, true],
    [{ in: ['x', v('street')] }, false],
    [{ in: { merge: ['a', ['a']] } }, true],
    [{ starts_with: [v('email'), 'ann@'] }, true],
    [{ ends_with: [v('email'), '.example'] }, true],
    [{ ends_with: [v('email'), v('email')] }, true],
    [{ ends_with: [v('age'), '1'] }, null],
    [{ starts_with: ['abc'] }, null],
    [{ some: [v('tags'), { starts_with: [v(''), 'st'] }] }, true],
    [{ log: [v('age')] }, 41],
  ],
}

for (const [operator, rows] of Object.entries(results))
  describe(operator, () => {
    it.each(rows)('%j is %j', (rule, result) => expect(run(rule, user)).toEqual(result))
  })

it.each([
  [{ '<': ['old', 18] }],
  [{ '==': [1, 'A'] }],
  [{ '==': [v('tags'), 1] }],
  [{ '<': [v('address'), 1] }],
  [{ '+': ['Hey', 1] }],
  [{ '+': [[1], 1] }],
  [{ '/': [1, 0] }],
  [{ '/': [] }],
  [{ '-': [] }],
  [{ '%': [1] }],
  [{ max: ['1', 2] }],
  [{ max: [] }],
  [{ '==': [1] }],
  [{ if: 'a' }],
  [{ and: true }],
  [{ map: ['abc', v('')] }],
  [{ map: 1 }],
  [{ reduce: [[], v('current')] }],
  [{ in: ['a', 5] }],
  [{ in: ['a'] }],
  [{ substr: [null, 1] }],
  [{ missing_some: [1, 'a'] }],
])('%j is an error', (rule) => expect(() => run(rule, user)).toThrow(RuleError))

describe('references', () => {
  const evaluators = {
    adult: { '>=': [v('age'), 18] },
    staff: { and: [{ $ref: 'adult' }, { ends_with: [v('email'), '@shop.example'] }] },
    loop: { or: [{ $ref: 'knot' }] },
    knot: { '!': [{ $ref: 'loop' }] },
  }
  it('are the rules they name, also in one another and several times', () => {
    expect(run({ if: [{ $ref: 'staff' }, { if: [{ $ref: 'staff' }, 'yes'] }, 'no'] }, user, evaluators)).toBe('yes')
  })
  it.each([
    [{ $ref: 'loop' }, 'evaluators refer in a circle: loop → knot → loop'],
    [{ $ref: 'none' }, 'there is no evaluator "none"'],
    [{ $ref: 'toString' }, 'there is no evaluator "toString"'],
    [{ $ref: 1 }, 'there is no evaluator 1'],
    [{ if: [{ unheard: 1 }] }, 'there is no operator "unheard"'],
    [{ constructor: 1 }, 'there is no operator "constructor"'],
    [{ '==': [1, 1], '!': 1 }, 'a rule has one operator, not both "==" and "!"'],
  ])('%j: %s', (rule, message) => expect(() => run(rule, user, evaluators)).toThrow(new RuleError(message)))
})

describe('the outcome', () => {
  const compiled = (rule: unknown) => {
    const made: unknown[] = []
    const outcome = (result: unknown) => ({ at: made.push(result), result })
    const run = compileRule(rule, { ...settings, outcome })
    return { made, run: (x: unknown) => run({ x }, { timestampSec: 0, iterationsLeft: 10 }) }
  }

  it('of results that an `if` names is made once, also of those that it names nowhere', () => {
    const { made, run } = compiled({ if: [{ '==': [v('x'), 1] }, 'one', { if: [{ '==': [v('x'), 2] }, 'two'] }] })
    const before = made.length
    expect([1, 2, 3].map((x) => run(x).result)).toEqual(['one', 'two', null])
    expect(run(1)).toBe(run(1))
    expect(made).toHaveLength(before)
  })

  it('of other results is made when they are known, and never of what an operator compares', () => {
    const { made, run } = compiled({
      if: [{ '!': [{ if: [v('x'), false, true] }] }, { cat: ['v', v('x')] }, [1, v('x')]],
    })
    expect(made).toEqual([null])
    expect(run(7).result).toBe('v7')
    expect(run(0).result).toEqual([1, 0])
    expect(made).toEqual([null, 'v7', [1, 0]])
    expect(compiled('fixed').run(1).result).toBe('fixed')
    expect(compiled({ if: [v('x')] }).run('own').result).toBe('own')
  })
})

describe('limits', () => {
  const nested = (levels: number) => JSON.parse(`${'{"!":['.repeat(levels)}true${']}'.repeat(levels)}`)
  it('has 64 levels', () => {
    expect(run(nested(63))).toBe(false)
    expect(() => run(nested(64))).toThrow('nested more than 64 levels')
  })
  it('counts what is referred to every time', () => {
    const evaluators = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`r${at}`, { or: [{ $ref: `r${at + 1}` }, { $ref: `r${at + 1}` }] }]),
    )
    expect(() => run({ $ref: 'r0' }, {}, { ...evaluators, r20: { '!': [v('x')] } })).toThrow('more than 20000 parts')
  })
  it('calls rules for no more elements than it may', () => {
    const list = Array.from({ length: 30 }, (_, at) => at)
    const cube = { some: [list, { some: [list, { some: [list, false] }] }] }
    expect(run(cube, {}, {}, 30 + 900 + 27_000)).toBe(false)
    expect(() => run(cube, {}, {}, 27_000)).toThrow('a value grew beyond its limit')
  })
  it('lets no text or list grow without end', () => {
    const doubling = { cat: [v('accumulator'), v('accumulator')] }
    const list = Array.from({ length: 17 }, () => 0)
    expect(run({ reduce: [list.slice(1), doubling, 'x'] })).toHaveLength(65_536)
    expect(() => run({ reduce: [list, doubling, 'x'] })).toThrow('a value grew beyond its limit')
    const merging = { merge: [v('accumulator'), v('accumulator')] }
    expect(() => run({ reduce: [list, merging, [1]] })).toThrow('a value grew beyond its limit')
    expect(() => run({ reduce: [[1, 2], { map: [[1], [v('')]] }, 0] })).toThrow('a value grew beyond its limit')
  })
})
