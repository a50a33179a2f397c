import { describe, expect, it } from 'vitest'
import { evaluateFlag, withType } from './evaluate-flag.ts'
import { readFlagSet } from './read-flag-set.ts'

const onOff = { state: 'ENABLED', variants: { on: true, off: false } }
const staff = { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on', null] }
const { set } = readFlagSet(
  JSON.stringify({
    flags: {
      static: { ...onOff, defaultVariant: 'on', metadata: { owner: 'shop', region: 'us' } },
      empty: { ...onOff, defaultVariant: 'on', targeting: {} },
      open: { ...onOff, defaultVariant: null },
      unset: { ...onOff, defaultVariant: '', targeting: staff },
      targeted: { ...onOff, defaultVariant: 'off', targeting: staff },
      disabled: { ...onOff, state: 'DISABLED', defaultVariant: 'on', targeting: { unheard: 1 } },
      unknown: { ...onOff, defaultVariant: 'on', targeting: { if: [true, 'third'] } },
      broken: { ...onOff, defaultVariant: 'on', targeting: { $ref: 'none' } },
      failing: { ...onOff, defaultVariant: 'on', targeting: { '<': [{ var: 'email' }, 5] } },
      boolean: {
        state: 'ENABLED',
        variants: { true: 'yes', false: 'no' },
        targeting: { '>': [{ var: '$flagd.timestamp' }, 99] },
      },
      object: { state: 'ENABLED', variants: { full: { a: 1 }, none: {} }, defaultVariant: 'full' },
      number: { state: 'ENABLED', variants: { zero: 0 }, defaultVariant: 'zero' },
      prototype: { ...onOff, targeting: { cat: ['to', 'String'] } },
      odd: { ...onOff, targeting: { var: 'odd' } },
    },
    metadata: { region: 'eu', version: '7' },
  }),
)
if (set === undefined) throw new Error('the flags of this test cannot be read')
const ann = { targetingKey: 'u1', email: 'ann@shop.example' }
const ask = (key: string, context: Record<string, unknown> = ann, now = 100) => evaluateFlag(set, key, context, now)
const metadata = { region: 'eu', version: '7' }
const nothing = { value: undefined, variant: undefined, errorCode: undefined, errorMessage: undefined }

describe('the answer', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['static', ann, { value: true, variant: 'on', reason: 'STATIC' }],
    ['empty', ann, { value: true, variant: 'on', reason: 'STATIC' }],
    ['open', ann, { ...nothing, reason: 'DEFAULT' }],
    ['unset', ann, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['unset', {}, { ...nothing, reason: 'DEFAULT' }],
    ['targeted', ann, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
    ['targeted', {}, { value: false, variant: 'off', reason: 'DEFAULT' }],
    ['disabled', ann, { ...nothing, reason: 'DISABLED' }],
    ['boolean', ann, { value: 'yes', variant: 'true', reason: 'TARGETING_MATCH' }],
    ['object', ann, { value: { a: 1 }, variant: 'full', reason: 'STATIC' }],
    ['number', ann, { value: 0, variant: 'zero', reason: 'STATIC' }],
    [
      'missing',
      ann,
      { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', errorMessage: "there is no flag 'missing'", metadata },
    ],
    ['toString', ann, { errorCode: 'FLAG_NOT_FOUND' }],
    [
      'unknown',
      ann,
      {
        reason: 'ERROR',
        errorCode: 'GENERAL',
        errorMessage: "the targeting of flag 'unknown' gave 'third', which is no variant",
      },
    ],
    ['prototype', ann, { errorCode: 'GENERAL' }],
    [
      'broken',
      ann,
      {
        reason: 'ERROR',
        errorCode: 'PARSE_ERROR',
        errorMessage: 'the targeting of flag \'broken\' cannot be read: there is no evaluator "none"',
      },
    ],
    [
      'failing',
      ann,
      {
        reason: 'ERROR',
        errorCode: 'GENERAL',
        errorMessage: "the targeting of flag 'failing' failed: an operand is not a number",
      },
    ],
    ['failing', { email: '7' }, { value: undefined, errorCode: 'GENERAL' }],
    [
      'odd',
      { odd: { toString: 5 } },
      {
        errorCode: 'GENERAL',
        errorMessage: "the targeting of flag 'odd' failed: a value of the context cannot be read",
      },
    ],
  ])('of %s', (key, context, answer) => expect(ask(key, context)).toMatchObject(answer))

  it('has the metadata of the set under those of the flag', () => {
    expect(ask('static').metadata).toEqual({ owner: 'shop', region: 'us', version: '7' })
    expect(ask('open').metadata).toEqual(metadata)
  })

  it('knows the time only from whoever asks', () => {
    expect([ask('boolean', {}, 99).value, ask('boolean', {}, 99.5).value]).toEqual(['no', 'yes'])
  })

  it('is the same frozen object for all who get it, and the context stays as it is', () => {
    const context = Object.freeze({ ...ann })
    expect(ask('targeted', context)).toBe(ask('targeted', { email: 'bob@shop.example' }))
    expect(Object.isFrozen(ask('targeted'))).toBe(true)
  })
})

describe('a wanted type', () => {
  it.each<[string, Parameters<typeof withType>[2], string | undefined]>([
    ['static', 'boolean', undefined],
    ['static', 'string', 'TYPE_MISMATCH'],
    ['number', 'number', undefined],
    ['object', 'object', undefined],
    ['object', 'number', 'TYPE_MISMATCH'],
    ['open', 'object', undefined],
    ['missing', 'object', 'FLAG_NOT_FOUND'],
  ])('of %s as %s', (key, type, errorCode) => expect(withType(ask(key), key, type).errorCode).toBe(errorCode))
})
