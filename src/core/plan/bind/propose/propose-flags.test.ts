import { describe, expect, it } from 'vitest'
import { type DraftFlag, emptyDraft } from '../../draft.ts'
import type { FlagOffer } from '../../flag.ts'
import { Operator } from '../../operator.ts'
import type { ProposeInput } from './proposal.ts'
import { proposeFlags } from './propose-flags.ts'

const flag = (key: string, isRollbackToggle = false): DraftFlag => ({
  source: { start: 7, end: 7 },
  rule: 'test',
  key,
  isRollbackToggle,
  stages: [],
})
const offer = (key: string, changes: Partial<FlagOffer> = {}): FlagOffer => ({
  key,
  state: 'ENABLED',
  variants: ['on', 'off'],
  ...changes,
})

function propose(
  flags: DraftFlag[],
  flagOffers: ProposeInput['flagOffers'],
  bindings: ProposeInput['bindings'] = {},
  sources = Object.keys(flagOffers),
) {
  const flagSources = Object.fromEntries(sources.map((name) => [name, { driver: 'flagd-file', file: 'flags.json' }]))
  return proposeFlags({
    draft: { ...emptyDraft('plan.md', 'Plan'), flags },
    plan: 'plan.md',
    bindings,
    operator: Operator.parse({ people: {}, targets: {}, flagSources }),
    offers: {},
    flagOffers,
  })
}
const about = (key: string, ...keys: string[]) => propose([flag(key)], { team: keys.map((one) => offer(one)) })[0]

describe('proposeFlags', () => {
  it('proposes the flag that has the very key, and nothing beside it', () => {
    const [finding, ...others] = propose([flag('basket.new'), flag('basket.new')], {
      team: [offer('basketNew'), offer('basket.new', { state: 'DISABLED' })],
    })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      section: 'flags',
      path: ['flags', 'basket.new'],
      says: 'basket.new',
      source: { start: 7 },
      state: 'proposed',
      value: { source: 'team', key: 'basket.new' },
      reason: 'team has this very key; disabled there, variants on, off',
      otherwise: 'a person sets it',
      proposals: { length: 1 },
    })
  })

  it.each([
    ['basket.newLayout', 'basket_new_layout'],
    ['NEW_BASKET', 'newBasket'],
    ['checkoutURLCheck', 'checkout-url-check'],
    ['layoutV2', 'layout.v2'],
  ])('only suggests for %s what spells it %s', (key, spelled) => {
    expect(about(key, spelled)).toMatchObject({
      state: 'suggested',
      value: { source: 'team', key: spelled },
      reason: 'the same words in another spelling; variants on, off',
    })
  })

  it.each([
    ['featureFlags.newBasket', 'new-basket'],
    ['newBasket', 'feature.new_basket'],
    ['FF_NEW_BASKET', 'flags.newBasket'],
  ])('only suggests for %s what is %s but for a prefix', (key, other) => {
    expect(about(key, other)).toMatchObject({
      state: 'suggested',
      value: { key: other },
      reason: expect.stringContaining('but for a prefix'),
    })
  })

  it.each([
    ['rollback.newBasket', 'newBasket'],
    ['newBasket', 'newBasketLayout'],
    ['layout.v2.1', 'layout.v21'],
    ['featuredItems', 'd.items'],
    ['flags', 'feature'],
    ['…', '---'],
  ])('takes %s and %s for two flags', (key, other) => {
    expect(about(key, other)).toMatchObject({ state: 'unbound', reason: 'no flag source has it', proposals: [] })
  })

  it('leaves several that are as good to a person, the nearer spelling first', () => {
    const [exact] = propose([flag('new')], { a: [offer('new')], b: [offer('new')] })
    expect(exact).toMatchObject({ state: 'suggested', reason: '2 sources have this very key; variants on, off' })
    expect(exact?.proposals.map(({ value }) => value)).toEqual([
      { source: 'a', key: 'new' },
      { source: 'b', key: 'new' },
    ])
    expect(about('newBasket', 'feature.newBasket', 'new_basket')?.proposals.map(({ value }) => value)).toEqual([
      { source: 'team', key: 'new_basket' },
      { source: 'team', key: 'feature.newBasket' },
    ])
  })

  it('marks the toggles of a rollback', () => {
    const [toggle, missing] = propose([flag('rollback.basket', true), flag('rollback.other', true)], {
      team: [offer('rollback.basket')],
    })
    expect(toggle).toMatchObject({
      says: 'rollback.basket (rollback toggle)',
      path: ['flags', 'rollback.basket'],
      state: 'proposed',
      reason: 'rollback toggle: team has this very key; variants on, off',
    })
    expect(missing).toMatchObject({ says: 'rollback.other (rollback toggle)', state: 'unbound' })
  })

  it('keeps what is bound, whatever is offered, and says which source was silent', () => {
    const binding = { source: 'team', key: 'basket-2' }
    const flags = [flag('basket'), flag('other')]
    const [bound, other] = propose(flags, { team: [offer('basket')] }, { flags: { basket: binding } }, ['team', 'old'])
    expect(bound).toMatchObject({ state: 'bound', value: binding })
    expect(other).toMatchObject({ state: 'unbound', reason: 'no flag source has it, but old did not answer' })
  })

  it('names a few variants of many', () => {
    const variants = ['a', 'b', 'c', 'd', 'e', 'f']
    const [finding] = propose([flag('new')], { team: [offer('new', { variants })] })
    expect(finding?.reason).toBe('team has this very key; variants a, b, c, d, and 2 more')
  })
})
