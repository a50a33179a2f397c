import { describe, expect, it } from 'vitest'
import { formatFault } from '../fault.ts'
import { checkRegister } from './check-register.ts'
import { FlagRegister, type RegisteredFlag } from './flag-register.ts'
import { reviewRegister } from './review-register.ts'

const live = (setting: object): RegisteredFlag => ({ environments: { live: setting } })
const register = (flags: Record<string, RegisteredFlag>, rest: object = {}) =>
  FlagRegister.parse({ tidegateFlags: 1, environments: ['live'], flags, ...rest })
const told = (flags: Record<string, RegisteredFlag>, rest: object = {}) =>
  checkRegister(register(flags, rest)).map(formatFault)

describe('what is refused', () => {
  it.each<[string, Record<string, RegisteredFlag>, string]>([
    [
      'an environment that is none',
      { basket: { environments: { prod: {} } } },
      'flags / basket / environments / prod: there is no environment "prod"; there are: live',
    ],
    [
      'a cohort that is none',
      { basket: live({ cohorts: ['staff'] }) },
      'flags / basket / environments / live / cohorts / 0: there is no cohort "staff"; there are: none',
    ],
    [
      'an inherited name',
      { basket: { requires: { constructor: 'on' } } },
      'flags / basket / requires / constructor: there is no flag "constructor"; there are: basket',
    ],
    [
      'a variant of another flag that is none',
      { basket: { requires: { pay: 'new' } }, pay: {} },
      'flags / basket / requires / pay: there is no variant of "pay" "new"; there are: off, on',
    ],
    [
      'itself as required',
      { basket: { requires: { basket: 'on' } } },
      'flags / basket / requires / basket: a flag cannot require itself',
    ],
    [
      'variants without roles',
      { theme: { variants: { blue: 1, green: 2 }, onVariant: 'blue' } },
      'flags / theme / offVariant: say which of the variants it is: blue, green',
    ],
    [
      'values of several types',
      { theme: { variants: { on: true, off: 'no' } } },
      'flags / theme / variants / off: the values of a flag have one type, here boolean',
    ],
    [
      'a circle',
      { a: { requires: { b: 'on' } }, b: { requires: { c: 'on' } }, c: { undoes: 'b', requires: { a: 'on' } } },
      'flags / a: these depend on each other in a circle: a → b → c → a',
    ],
    [
      'a toggle of nothing',
      { off: { undoes: 'basket' } },
      'flags / off / undoes: there is no flag "basket"; there are: off',
    ],
    [
      'a second toggle',
      { basket: {}, one: { undoes: 'basket' }, two: { undoes: 'basket' } },
      'flags / two / undoes: "one" undoes "basket" already; a flag has one rollback toggle',
    ],
    [
      'a deadline of nothing',
      { basket: { deadline: '10s' } },
      'flags / basket / deadline: only a rollback toggle has one; say which flag it `undoes`',
    ],
    [
      'targeting beside a share',
      { basket: live({ share: 10, targeting: { if: [true, 'on'] } }) },
      'flags / basket / environments / live / targeting: it stands in place of `share` and `cohorts`; take it or them out',
    ],
    [
      'targeting that flagd does not know',
      { basket: live({ targeting: { unheard: [1] } }) },
      'flags / basket / environments / live / targeting: flagd has no operator "unheard"',
    ],
    [
      'what depends on targeting by hand',
      { basket: live({ targeting: { if: [true, 'on'] } }), pay: { requires: { basket: 'on' } } },
      'flags / pay / requires / basket: "basket" has targeting of its own in live, on which other flags cannot depend; use cohorts and a share',
    ],
    [
      'a fallback of nothing',
      { basket: live({ otherwise: 'off' }) },
      'flags / basket / environments / live / otherwise: it goes with `targeting`; without it, say `offVariant`',
    ],
  ])('%s', (_, flags, message) => {
    expect(told(flags)).toContain(message)
  })

  it('a chain that is too long, and rules that would grow beyond measure', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, at): [string, RegisteredFlag] => [
          `f${at}`,
          { ...live({ share: 50 }), ...(at > 0 && { requires: { [`f${at - 1}`]: 'on' } }) },
        ]),
      )
    expect(told(chain(8))).toEqual([])
    expect(told(chain(9))).toEqual(['flags / f8: it depends on a chain of more than 7 flags'])
    const wide: Record<string, RegisteredFlag> = {}
    for (let level = 0; level < 6; level++)
      for (let at = 0; at < 5; at++) {
        const below = level === 0 ? [] : Array.from({ length: 5 }, (_, other) => [`l${level - 1}-${other}`, 'on'])
        wide[`l${level}-${at}`] = { ...live({ share: 50 }), requires: Object.fromEntries(below) }
      }
    expect(told(wide)).toEqual(['flags / l4-0: it depends on more than 500 flags and cohorts'])
  })

  it.each([
    [{ share: 10.0005 }, 'share'],
    [{ share: 101 }, 'share'],
    [{ share: -1 }, 'share'],
    [{ stat: 'on' }, 'stat'],
    [{ state: 'ON' }, 'state'],
  ])('%j by its form', (setting, word) => {
    const parsed = FlagRegister.safeParse({
      tidegateFlags: 1,
      environments: ['live'],
      flags: { basket: { environments: { live: setting } } },
    })
    expect(JSON.stringify(parsed.error?.issues)).toContain(word)
  })
})

it('wants attention for flags that have expired, and for those that nobody owns', () => {
  const found = reviewRegister(
    register({
      old: { owner: 'Shop', expires: '2027-03-01' },
      today: { owner: 'Shop', expires: '2027-03-02' },
      lone: {},
    }),
    '2027-03-02',
  )
  expect(found.map(({ kind, flag }) => [kind, flag])).toEqual([
    ['expired', 'old'],
    ['noOwner', 'lone'],
  ])
})
