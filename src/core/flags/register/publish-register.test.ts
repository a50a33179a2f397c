/** What is published, as flagd's own evaluator (@openfeature/flagd-core) and ours answer it, beside the register's words taken one by one. */
import { FlagdCore } from '@openfeature/flagd-core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateFlag } from '../evaluate-flag.ts'
import { readFlagSet } from '../read-flag-set.ts'
import { changeRegister } from './change-register.ts'
import { checkRegister } from './check-register.ts'
import { type EnvironmentSetting, FlagRegister, type RegisteredFlag, totalWeight, weightOf } from './flag-register.ts'
import { publishRegister } from './publish-register.ts'

type User = Record<string, string>
const silent = { error() {}, warn() {}, info() {}, debug() {} }
const users = Array.from(
  { length: 400 },
  (_, at): User => ({ targetingKey: `user-${at}`, email: `u${at}@else.example` }),
)

function registerOf(flags: Record<string, RegisteredFlag>, rest: Partial<FlagRegister> = {}): FlagRegister {
  const register = FlagRegister.parse({ tidegateFlags: 1, environments: ['live'], flags, ...rest })
  expect(checkRegister(register)).toEqual([])
  return register
}
const live = (setting: EnvironmentSetting): RegisteredFlag => ({ environments: { live: setting } })

/** Both evaluators, which have to agree. */
function readers(register: FlagRegister) {
  const text = JSON.stringify(publishRegister(register, 'live'))
  const { set, faults } = readFlagSet(text)
  expect(faults).toEqual([])
  if (set === undefined) throw new Error('the published flags cannot be read')
  const core = new FlagdCore(undefined, silent)
  core.setConfigurations(text)
  return (key: string, user: User): boolean | undefined => {
    const ours = evaluateFlag(set, key, user, 0)
    expect(ours.errorCode).toBeUndefined()
    const theirs = [true, false].map((fallback) => core.resolveBooleanEvaluation(key, fallback, user, silent))
    expect(theirs.map(({ value }) => value)).toEqual([ours.value ?? true, ours.value ?? false])
    expect(theirs[0]?.reason).toBe(ours.reason)
    return ours.value as boolean | undefined
  }
}
function usersOn(register: FlagRegister, key: string): string[] {
  const ask = readers(register)
  return users.filter((user) => ask(key, user)).map(({ targetingKey }) => targetingKey as string)
}

/** flagd's evaluator alone says who is in a share. */
function isInShare(seed: string, share: number, user: User): boolean {
  if (!user.targetingKey) return false
  const fractional = [
    { cat: [seed, { var: 'targetingKey' }] },
    ['on', weightOf(share)],
    ['off', totalWeight - weightOf(share)],
  ]
  const core = new FlagdCore(undefined, silent)
  const flag = {
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting: { fractional },
  }
  core.setConfigurations(JSON.stringify({ flags: { flag } }))
  return core.resolveBooleanEvaluation('flag', false, user, silent).value
}

/** What the register's words mean, without a rule: `undefined` is the code's own default. */
function meaning(register: FlagRegister, key: string, user: User): boolean | undefined {
  const flag = register.flags[key] as RegisteredFlag
  const { state = 'on', share = 0, cohorts = [] } = flag.environments?.live ?? {}
  if (state !== 'on') return state === 'off' ? false : undefined
  const toggle = Object.entries(register.flags).find(([, { undoes }]) => undoes === key)?.[0]
  if (toggle !== undefined && meaning(register, toggle, user) === true) return false
  const required = Object.entries(flag.requires ?? {})
  if (required.some(([other, variant]) => meaning(register, other, user) !== (variant === 'on'))) return false
  const isStaff = user.email?.endsWith('@shop.example') || user.team === 'qa'
  const isBeta = ['gold', 'beta'].includes(user.plan ?? '') && user.country === 'DE'
  if ((cohorts.includes('staff') && isStaff) || (cohorts.includes('beta') && isBeta)) return true
  return share === 100 || (share > 0 && isInShare(flag.seed ?? key, share, user))
}

const cohorts = {
  staff: [{ email: { endsWith: '@shop.example' } }, { team: { equals: 'qa' } }],
  beta: [{ plan: { oneOf: ['gold', 'beta'] }, country: { equals: 'DE' } }],
}
const share = fc.oneof(
  fc.constantFrom(0, 100, 50, 0.001, 99.999),
  fc.integer({ min: 0, max: totalWeight }).map((weight) => weight / 1_000),
)
const setting = fc.record(
  {
    state: fc.constantFrom('on', 'on', 'on', 'off', 'disabled'),
    share,
    cohorts: fc.uniqueArray(fc.constantFrom('staff', 'beta')),
  },
  { requiredKeys: [] },
)
/** Flags that depend on some of those before them. */
const anyRegister = fc
  .array(fc.record({ setting, seed: fc.constantFrom(undefined, 'a', 'b$&'), mask: fc.nat(255), role: fc.nat(3) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((drawn) => {
    const undone = new Set<number>()
    const flags = drawn.map(({ setting, seed, mask, role }, at): [string, RegisteredFlag] => {
      const before = drawn.flatMap((_, other) => (other < at && mask & (1 << other) ? [other] : []))
      const target = before.find((other) => role === 0 && !undone.has(other))
      if (target !== undefined) undone.add(target)
      // What a toggle requires must not depend on what it undoes.
      const required = role === 1 ? before.slice(0, 2) : []
      const requires = Object.fromEntries(required.map((other) => [`flag.${other}`, mask & 64 ? 'off' : 'on']))
      return [
        `flag.${at}`,
        {
          ...(seed && { seed }),
          ...(required.length > 0 && { requires }),
          ...(target !== undefined && { undoes: `flag.${target}` }),
          environments: { live: setting as EnvironmentSetting },
        },
      ]
    })
    return FlagRegister.parse({ tidegateFlags: 1, environments: ['live'], cohorts, flags: Object.fromEntries(flags) })
  })
  .filter((register) => checkRegister(register).length === 0)
const anyUser = fc.record(
  {
    targetingKey: fc.oneof(
      fc.constant(''),
      fc.nat(50).map((at) => `user-${at}`),
    ),
    email: fc.constantFrom('ann@shop.example', 'bob@else.example', ''),
    team: fc.constantFrom('qa', 'web'),
    plan: fc.constantFrom('gold', 'beta', 'free'),
    country: fc.constantFrom('DE', 'FR'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<User>

describe('any register', () => {
  it('means to every user what its words say, in flagd and here', () => {
    let dependent = 0
    fc.assert(
      fc.property(anyRegister, fc.array(anyUser, { minLength: 1, maxLength: 5 }), (register, some) => {
        const ask = readers(register)
        if (JSON.stringify(register).match(/undoes|requires/)) dependent += 1
        for (const user of some)
          for (const key of Object.keys(register.flags))
            expect([key, ask(key, user)]).toEqual([key, meaning(register, key, user)])
      }),
      { numRuns: 300 },
    )
    expect(dependent).toBeGreaterThan(50)
  }, 60_000)
})

describe('users', () => {
  it('keep a flag while its share rises, and lose none by the way', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[\p{Cc}]|^(?:__proto__|<<)$/u.test(text)),
        fc.uniqueArray(share, { minLength: 2, maxLength: 4 }),
        (seed, shares) => {
          let before: string[] = []
          for (const percent of shares.toSorted((a, b) => a - b)) {
            const now = usersOn(registerOf({ basket: { seed, ...live({ share: percent }) } }), 'basket')
            expect(before.filter((user) => !now.includes(user))).toEqual([])
            before = now
          }
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)

  it('are as many as the share says, to a thousandth of a percent', () => {
    const at = (percent: number) =>
      JSON.stringify(publishRegister(registerOf({ basket: live({ share: percent }) }), 'live'))
    expect(at(0.001)).toContain('["on",1],["off",99999]')
    expect(at(33.333)).toContain('["on",33333],["off",66667]')
    const on = usersOn(registerOf({ basket: live({ share: 25 }) }), 'basket').length
    expect(Math.abs(on / users.length - 0.25)).toBeLessThan(0.08)
  })

  it('stay where they are when a flag is renamed, by command or by hand', () => {
    const register = registerOf({
      basket: live({ share: 40 }),
      pay: { requires: { basket: 'on' }, ...live({ share: 50 }) },
    })
    const renamed = changeRegister(register, { do: 'rename', flag: 'basket', to: 'cart' })
    if (!renamed.ok) throw new Error(renamed.refusal.message)
    expect(usersOn(renamed.register, 'cart')).toEqual(usersOn(register, 'basket'))
    expect(usersOn(renamed.register, 'pay')).toEqual(usersOn(register, 'pay'))
    expect(usersOn(registerOf({ cart: { seed: 'basket', ...live({ share: 40 }) } }), 'cart')).toEqual(
      usersOn(register, 'basket'),
    )
    expect(usersOn(registerOf({ cart: live({ share: 40 }) }), 'cart')).not.toEqual(usersOn(register, 'basket'))
  })

  it('are the same for flags with one seed', () => {
    const register = registerOf({
      a: { seed: 'spring', ...live({ share: 30 }) },
      b: { seed: 'spring', ...live({ share: 60 }) },
    })
    const [a, b] = [usersOn(register, 'a'), usersOn(register, 'b')]
    expect(a.filter((user) => !b.includes(user))).toEqual([])
    expect(a.length).toBeGreaterThan(50)
    expect(usersOn(registerOf({ a: live({ share: 30 }) }), 'a')).not.toEqual(a)
  })

  it('without a targeting key have a flag only when all have it', () => {
    const ask = (percent: number) => readers(registerOf({ basket: live({ share: percent }) }))('basket', {})
    expect([0, 50, 99.999, 100].map(ask)).toEqual([false, false, false, true])
  })
})

describe('a rollback toggle', () => {
  const pair = (toggle: EnvironmentSetting) =>
    registerOf(
      {
        basket: live({ share: 50, cohorts: ['staff'] }),
        'rollback.basket': { undoes: 'basket', deadline: '10s', ...live(toggle) },
      },
      { cohorts },
    )

  it('takes the flag from everybody who has it, and gives it back', () => {
    expect(usersOn(pair({}), 'basket').length).toBeGreaterThan(100)
    expect(usersOn(pair({ share: 100 }), 'basket')).toEqual([])
    expect(usersOn(pair({ share: 100, state: 'off' }), 'basket')).toEqual(usersOn(pair({}), 'basket'))
    expect(readers(pair({ share: 100 }))('basket', { email: 'ann@shop.example' })).toBe(false)
  })

  it('can be tried on a cohort', () => {
    const ask = readers(pair({ cohorts: ['staff'] }))
    expect(ask('basket', { email: 'ann@shop.example' })).toBe(false)
    expect(usersOn(pair({ cohorts: ['staff'] }), 'basket')).toEqual(usersOn(pair({}), 'basket'))
  })
})

it('shares conditions of several flags, by names that flagd puts in place unharmed', () => {
  const register = registerOf(
    {
      a: live({ cohorts: ['staff'] }),
      b: live({ cohorts: ['staff'], share: 10 }),
      'c d': { requires: { b: 'on' }, ...live({ share: 100 }) },
    },
    { cohorts },
  )
  const { $evaluators, flags } = publishRegister(register, 'live')
  expect(Object.keys($evaluators ?? {})).toEqual(['cohort-staff', 'flag-b-is-on'])
  expect(flags.a).toMatchObject({ targeting: { if: [{ $ref: 'cohort-staff' }, 'on', 'off'] } })
  expect(JSON.stringify($evaluators?.['flag-b-is-on'])).not.toContain('$ref')
})

it('says what of a flag is for people in its metadata, and leaves values and fallbacks as they are', () => {
  const register = registerOf(
    {
      banner: {
        owner: 'Shop',
        ticket: 'SHOP-7',
        expires: '2027-03-01',
        variants: { blue: '#00f', none: '' },
        onVariant: 'blue',
        offVariant: 'none',
        metadata: { area: 'front' },
        environments: { live: { share: 100 } },
      },
      own: live({ targeting: { if: [{ '==': [{ var: 'a' }, 1] }, 'on'] }, otherwise: null }),
      open: live({ targeting: {}, otherwise: null }),
    },
    { metadata: { set: 'shop' } },
  )
  expect(publishRegister(register, 'live')).toEqual({
    $schema: 'https://flagd.dev/schema/v0/flags.json',
    metadata: { set: 'shop' },
    flags: {
      banner: {
        state: 'ENABLED',
        variants: { blue: '#00f', none: '' },
        defaultVariant: 'blue',
        metadata: { area: 'front', owner: 'Shop', ticket: 'SHOP-7', expires: '2027-03-01' },
      },
      own: {
        state: 'ENABLED',
        variants: { on: true, off: false },
        defaultVariant: null,
        targeting: { if: [{ '==': [{ var: 'a' }, 1] }, 'on'] },
      },
      open: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: null },
    },
  })
})
