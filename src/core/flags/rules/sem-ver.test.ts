import { expect, it } from 'vitest'
import { compileRule } from './compile-rule.ts'

const answer = (version: unknown, relation: unknown, other: unknown) => {
  const rule = compileRule(
    { sem_ver: [{ var: 'version' }, { var: 'relation' }, typeof other === 'string' ? other : { var: 'other' }] },
    { flagKey: 'f', fractionalVersion: 2, evaluators: {}, outcome: (result) => result },
  )
  return rule({ version, relation, other }, { timestampSec: 0, iterationsLeft: 0 })
}

/** The order that semver.org gives as its example, and more. */
const rising = [
  '1.0.0-0',
  '1.0.0-2',
  '1.0.0-10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2',
  '1.10.0',
  '2',
  '10.0.0',
]

it('orders versions as semver.org does', () => {
  for (const [at, lower] of rising.entries())
    for (const higher of rising.slice(at + 1)) {
      expect([lower, higher, answer(lower, '<', higher), answer(higher, '>', lower)]).toEqual([
        lower,
        higher,
        true,
        true,
      ])
      expect(answer(lower, '>=', higher)).toBe(false)
    }
})

it.each([
  ['1.2.3', '=', '1.2.3+build.5', true],
  ['v1.2', '=', '1.2.0', true],
  [1.2, '=', '1.2.0', true],
  ['1.2.3', '!=', '1.2.4', true],
  ['1.2.3', '<=', '1.2.3', true],
  ['1.9.0', '^', '1.0.0', true],
  ['2.0.0', '^', '1.0.0', false],
  ['1.2.9', '~', '1.2.0', true],
  ['1.3.0', '~', '1.2.0', false],
  ['1.2.3', '=', 1.2, false],
  ['1.02.3', '=', '1.2.3', null],
  ['2.0.0.0', '=', '2.0.0', null],
  ['latest', '=', '2.0.0', null],
  ['1.0.0', '=', 'latest', null],
  ['1.0.0', '===', '1.0.0', null],
  ['1.0.0', 'toString', '1.0.0', null],
  [null, '=', '1.0.0', null],
  ['9007199254740993.0.0', '=', '1.0.0', null],
  [`1.0.0-${'a'.repeat(300)}`, '=', '1.0.0', null],
])('%s %s %s is %s', (version, relation, other, result) => expect(answer(version, relation, other)).toBe(result))
