/**
 * Random flags and contexts for comparing evaluators. What flagd's own evaluators disagree about is left out: texts beyond ASCII in shares
 * (JavaScript's flagd-core hashes UTF-16), flagd's operators inside of lists (flagd-core fails there), numbers in `substr`, names that JavaScript's objects inherit, whether a list is true inside of `!`, and the negative of what is no number.
 */
import * as fc from 'fast-check'

const word = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'DE', 'jon@company.com', '1', '2.5', 'on', 'off')
const number = fc.constantFrom(0, 1, -1, 2, 3, 10, 2.5, -7, 100)
const version = fc.constantFrom(
  '1.0.0',
  '2.1.3',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  'v1.2',
  '3',
  'x',
  '1.0.0+b',
  '1.02.0',
)
const scalar = fc.oneof(word, number, fc.boolean(), fc.constant(null))
const name = fc.constantFrom(
  'email',
  'age',
  'country',
  'vip',
  'list',
  'user',
  'user.name',
  'user.none',
  'version',
  'people',
  'none',
  'targetingKey',
  'list.0',
)
const elementName = fc.constantFrom('', 'age', 'name', 'none')

export const context = fc.record(
  {
    targetingKey: fc.oneof(fc.constant(''), fc.string({ unit: 'binary-ascii', maxLength: 40 })),
    email: word,
    age: fc.oneof(number, word, fc.constant(null)),
    country: word,
    vip: fc.boolean(),
    list: fc.array(fc.oneof(number, word), { maxLength: 4 }),
    user: fc.oneof(fc.record({ name: scalar }), fc.constant({}), word),
    version: fc.oneof(version, number),
    people: fc.array(fc.record({ age: number, name: word }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
)

type Logic = fc.Arbitrary<unknown>

/** An operator over a list of operands. */
const over = (operator: string, ...operands: Logic[]): Logic =>
  fc.tuple(...operands).map((list) => ({ [operator]: list }))
const some = (operators: string[], operands: Logic): Logic =>
  fc.tuple(fc.constantFrom(...operators), operands).map(([operator, list]) => ({ [operator]: list }))
const several = (inner: Logic, minLength: number, maxLength: number): Logic => fc.array(inner, { minLength, maxLength })

/** What can stand anywhere. */
function plain(inner: Logic, variable: Logic): Logic[] {
  return [
    { weight: 3, arbitrary: variable },
    { weight: 3, arbitrary: scalar },
    { weight: 3, arbitrary: some(['if', '?:'], several(inner, 1, 5)) },
    { weight: 2, arbitrary: some(['and', 'or'], several(inner, 1, 4)) },
    {
      weight: 1,
      arbitrary: some(['!', '!!'], several(fc.oneof(scalar, over('<', inner, inner), over('in', inner, word)), 1, 1)),
    },
    { weight: 4, arbitrary: some(['==', '!=', '===', '!==', '<', '<=', '>', '>='], several(inner, 2, 2)) },
    { weight: 1, arbitrary: some(['<', '<='], several(inner, 3, 3)) },
    { weight: 2, arbitrary: some(['+', '-', '*', '/', '%', 'min', 'max'], several(inner, 2, 3)) },
    { weight: 1, arbitrary: some(['+', 'min', 'max'], several(inner, 1, 1)) },
    { weight: 1, arbitrary: over('cat', inner, inner) },
    { weight: 1, arbitrary: over('substr', word, number) },
    { weight: 2, arbitrary: over('in', inner, fc.oneof(variable, word, fc.array(scalar, { maxLength: 12 }))) },
    { weight: 1, arbitrary: over('merge', inner, inner) },
  ].flatMap(({ weight, arbitrary }) => Array.from({ length: weight }, () => arbitrary))
}

/** Each looks at the element: flagd-core works out what is the same for all elements before it knows whether there are any. */
const element = over('var', elementName)
const comparison = some(['==', '!=', '===', '<', '<=', '>'], fc.tuple(element, scalar))
const elementTest = fc.oneof(
  comparison,
  over('in', element, fc.array(scalar)),
  over('and', comparison, comparison),
  over('or', comparison, element),
)
const elementRule = fc.oneof(
  elementTest,
  element,
  over('+', element, number),
  over('cat', element, word),
  over('if', elementTest, element, scalar),
)

const variable = fc.oneof(
  name.map((one) => ({ var: one })),
  name.map((one) => ({ var: [one] })),
  fc.tuple(name, scalar).map((both) => ({ var: both })),
  fc.constantFrom({ var: '$flagd.flagKey' }, { var: '$flagd.timestamp' }),
)

const list = fc.oneof(
  fc.constantFrom({ var: 'list' }, { var: 'people' }, { var: 'none' }),
  fc.array(number, { maxLength: 3 }),
)

function share(inner: Logic): Logic {
  const weight = fc.integer({ min: -1, max: 100 })
  const bucket = fc.oneof(
    fc.tuple(fc.constantFrom('on', 'off', 'third', true, 1, null), weight),
    fc.tuple(fc.constantFrom('on', 'off')),
    fc.tuple(fc.constant('on'), inner),
    fc.tuple(inner, weight),
  )
  const seed = fc.oneof(
    fc.constantFrom({ var: 'email' }, { var: 'none' }),
    fc.tuple(word, word).map(([a, b]) => ({ cat: [a, { var: '$flagd.flagKey' }, b, { var: 'targetingKey' }] })),
  )
  const buckets = fc.array(bucket, { minLength: 1, maxLength: 4 })
  return fc
    .oneof(
      buckets,
      fc.tuple(seed, buckets).map(([first, others]) => [first, ...others]),
    )
    .map((fractional) => ({ fractional }))
}

export const { rule: targeting } = fc.letrec<{ rule: unknown }>((tie) => {
  const inner = tie('rule')
  return {
    rule: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      variable,
      ...plain(inner, variable),
      share(inner),
      some(['starts_with', 'ends_with'], fc.tuple(inner, inner)),
      over(
        'sem_ver',
        fc.oneof(version, fc.constant({ var: 'version' })),
        fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '^', '~', '*'),
        version,
      ),
      some(['map', 'filter', 'all', 'none', 'some'], fc.tuple(list, elementRule)),
      over(
        'reduce',
        fc.constantFrom<unknown>({ var: 'list' }, [1, 2, 3]),
        fc.constantFrom(
          { '+': [{ var: 'accumulator' }, { var: 'current' }] },
          { max: [{ var: 'accumulator' }, { var: 'current' }] },
          { var: 'current' },
        ),
        number,
      ),
      some(['missing'], fc.array(name, { minLength: 1, maxLength: 3 })),
      over('missing_some', fc.constantFrom(1, 2), fc.array(name, { maxLength: 3 })),
      fc.constantFrom({ $ref: 'adult' }, { unheard: [1] }),
    ),
  }
})

export const flag = fc.record(
  {
    state: fc.constantFrom('ENABLED', 'ENABLED', 'ENABLED', 'DISABLED'),
    variants: fc.constantFrom<object>(
      { on: true, off: false, third: true, true: true, false: false, 1: true },
      { on: 'yes', off: '', third: 'x', a: 'a' },
      { on: 1, off: 0, third: 2.5 },
      { on: { a: 1 }, off: {}, third: [1] },
    ),
    defaultVariant: fc.constantFrom('on', 'off', null, ''),
    targeting: fc.oneof(
      targeting.filter((rule) => typeof rule === 'object' && rule !== null),
      targeting.map((condition) => ({ if: [condition, 'on', 'off'] })),
    ),
    metadata: fc.constantFrom<object>({ owner: 'shop' }, { level: 2 }),
  },
  { requiredKeys: ['state', 'variants'] },
)
