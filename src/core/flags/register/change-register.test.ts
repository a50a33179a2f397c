import { describe, expect, it } from 'vitest'
import { changeRegister, type RegisterCommand } from './change-register.ts'
import { diffRegisters } from './diff-registers.ts'
import { FlagRegister, type Holder } from './flag-register.ts'
import { formatChange } from './format-change.ts'
import { reachOf } from './reach-of.ts'

const start = FlagRegister.parse({
  tidegateFlags: 1,
  environments: ['staging', 'live'],
  cohorts: { staff: [{ email: { endsWith: '@shop.example' } }] },
  flags: {
    basket: { owner: 'Shop', environments: { live: { share: 10 } } },
    pay: { requires: { basket: 'on' }, environments: { live: { share: 50 } } },
    'rollback.basket': { undoes: 'basket', deadline: '10s' },
    own: { environments: { live: { targeting: { if: [{ var: 'vip' }, 'on'] } } } },
  },
})

function after(
  command: RegisterCommand,
  { from = start, holder }: { from?: FlagRegister; holder?: Holder } = {},
): FlagRegister {
  const changed = changeRegister(from, command, holder)
  if (!changed.ok) throw new Error(changed.refusal.message)
  return changed.register
}
const lines = (command: RegisterCommand) => diffRegisters(start, after(command)).map(formatChange)
const refusal = (command: RegisterCommand, from = start, holder?: Holder) => {
  const changed = changeRegister(from, command, holder)
  return changed.ok ? undefined : changed.refusal
}
const set = (setting: object, flag = 'basket', environment = 'live') =>
  ({ do: 'set', flag, environment, ...setting }) as RegisterCommand

describe('a command', () => {
  it.each<[string, RegisterCommand, string[]]>([
    ['sets a share', set({ share: 25.001 }), ['basket in live: share 10 % → 25.001 %']],
    ['turns off', set({ state: 'off' }), ['basket in live: state on → off']],
    [
      'sets cohorts, and the share of an environment that nothing was said of',
      set({ cohorts: ['staff'], share: 1 }, 'basket', 'staging'),
      ['basket in staging: share 0 % → 1 %', 'basket in staging: cohorts none → staff'],
    ],
    ['makes a flag', { do: 'put', flag: 'search', definition: { owner: 'Search' } }, ['search: new']],
    [
      'makes another one of a flag',
      { do: 'put', flag: 'basket', definition: { owner: 'Checkout', environments: { live: { share: 10 } } } },
      ['basket: owner Shop → Checkout'],
    ],
    [
      'renames',
      { do: 'rename', flag: 'basket', to: 'cart' },
      [
        'basket: is called cart now',
        'pay: requires {"basket":"on"} → {"cart":"on"}',
        'rollback.basket: undoes basket → cart',
      ],
    ],
    ['removes', { do: 'remove', flag: 'pay' }, ['pay: gone']],
    [
      'makes a cohort',
      { do: 'putCohort', cohort: 'beta', definition: [{ plan: { oneOf: ['beta'] } }] },
      ['cohort beta: new, [{"plan":{"oneOf":["beta"]}}]'],
    ],
    ['removes a cohort', { do: 'removeCohort', cohort: 'staff' }, ['cohort staff: gone']],
  ])('%s', (_, command, expected) => {
    expect(lines(command)).toEqual(expected)
    expect(diffRegisters(start, start)).toEqual([])
  })

  it('writes the seed of a new flag down, and keeps that of one that is there', () => {
    const made = after({ do: 'put', flag: 'search', definition: {} })
    expect(made.flags.search).toEqual({ seed: 'search' })
    const renamed = after({ do: 'rename', flag: 'search', to: 'find' }, { from: made })
    expect(after({ do: 'put', flag: 'find', definition: {} }, { from: renamed }).flags.find).toEqual({ seed: 'search' })
  })

  it.each<[string, RegisterCommand, string, string]>([
    [
      'no flag',
      set({ share: 1 }, 'nothing'),
      'notFound',
      'there is no flag "nothing" in the register; add it there, turned off',
    ],
    ['an inherited one', set({ share: 1 }, 'constructor'), 'notFound', 'there is no flag "constructor"'],
    [
      'no environment',
      set({ share: 1 }, 'basket', 'prod'),
      'notFound',
      'there is no environment "prod"; there are: staging, live',
    ],
    ['no cohort', set({ cohorts: ['beta'] }), 'invalid', 'there is no cohort "beta"; there are: staff'],
    ['a share over targeting', set({ share: 1 }, 'own'), 'invalid', '"own" has targeting of its own in live'],
    [
      'to remove what others name',
      { do: 'remove', flag: 'basket' },
      'invalid',
      '"basket" is named by "pay", "rollback.basket"',
    ],
    ['to rename onto another', { do: 'rename', flag: 'basket', to: 'pay' }, 'invalid', 'there is a flag "pay" already'],
    ['a name that no file can hold', { do: 'put', flag: '<<', definition: {} }, 'invalid', 'a name of 1 to 200'],
    ['a circle', { do: 'put', flag: 'basket', definition: { requires: { pay: 'on' } } }, 'invalid', 'in a circle'],
  ])('refuses %s', (_, command, code, message) => {
    expect(refusal(command)).toEqual({ code, message: expect.stringContaining(message) })
  })
})

describe('a release that sets a flag', () => {
  const held = after(set({ share: 20 }), { holder: { fence: 7, effect: 'r1/3' } })

  it('holds it against older ones, not against newer ones, and not against people', () => {
    expect(held.flags.basket?.environments?.live).toEqual({ share: 20, heldBy: { fence: 7, effect: 'r1/3' } })
    expect(refusal(set({ share: 5 }), held, { fence: 6, effect: 'r0/9' })).toEqual({
      code: 'stale',
      message: 'fence 6 is older than 7, which is held for "basket" in live',
    })
    expect(
      after(set({ share: 30 }), { from: held, holder: { fence: 8, effect: 'r1/4' } }).flags.basket?.environments?.live,
    ).toMatchObject({ share: 30 })
    expect(after(set({ state: 'off' }), { from: held }).flags.basket?.environments?.live).toMatchObject({
      state: 'off',
      share: 20,
    })
  })

  it('may ask the same twice, and lets go when it is told to', () => {
    expect(after(set({ share: 20 }), { from: held, holder: { fence: 7, effect: 'r1/3' } })).toEqual(held)
    expect(
      after({ do: 'release', flag: 'basket', environment: 'live' }, { from: held }).flags.basket?.environments?.live,
    ).toEqual({ share: 20 })
  })

  it('takes back a flag that was targeted by hand meanwhile', () => {
    const targeted = FlagRegister.parse({
      ...held,
      flags: {
        basket: {
          environments: {
            live: { heldBy: { fence: 7, effect: 'r1/3' }, targeting: { if: [true, 'on'] }, otherwise: 'on' },
          },
        },
      },
    })
    const back = after(set({ share: 0, cohorts: [] }), { from: targeted, holder: { fence: 8, effect: 'r1/5' } })
    expect(back.flags.basket?.environments?.live).toEqual({ share: 0, heldBy: { fence: 8, effect: 'r1/5' } })
  })

  it('may not do anything else', () => {
    expect(refusal({ do: 'remove', flag: 'pay' }, start, { fence: 1, effect: 'r1/1' })?.message).toContain(
      '`set` alone',
    )
  })
})

describe('who has a flag', () => {
  it.each<[string, RegisterCommand, string, object | undefined]>([
    ['its share and its cohorts', set({ cohorts: ['staff'] }), 'basket', { percent: 10, cohorts: ['staff'] }],
    [
      'nobody where it is off',
      set({ state: 'off' }),
      'basket',
      { percent: 0, cohorts: [], blockedBy: 'it is off in live' },
    ],
    [
      'nobody while its toggle is on',
      set({ share: 100 }, 'rollback.basket'),
      'basket',
      { percent: 0, cohorts: [], blockedBy: 'its rollback toggle "rollback.basket" is on for everybody in live' },
    ],
    [
      'nobody while nobody has what it requires',
      set({ share: 0 }),
      'pay',
      { percent: 0, cohorts: [], blockedBy: 'it requires "basket" to be on, which it is for nobody in live' },
    ],
    ['whom its own targeting says', set({ share: 0 }), 'own', undefined],
  ])('%s', (_, command, key, reach) => {
    expect(reachOf(after(command), 'live', key)).toEqual(reach)
  })
})
