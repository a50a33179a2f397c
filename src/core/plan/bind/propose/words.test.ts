import { describe, expect, it } from 'vitest'
import { environmentOf, otherWords, quoteWords, sharedWords, wordsOf } from './words.ts'

describe('wordsOf', () => {
  it.each([
    ['Email verification rate', 'email_verification_outcomes_total{outcome="verified"}', 2],
    ['Migrate the production database', 'migrate-production', 2],
    ['Registrations', 'register', 1],
    ['Taux d’erreur', 'ERREURS', 1],
    ['checkoutLatency', 'checkout_latency_seconds', 2],
    ['the service', 'service_for_all', 0],
    ['errors', 'terrors', 0],
    ['', 'requests_total', 0],
  ])('finds that "%s" and "%s" share %i words', (plan, name, count) => {
    expect(sharedWords(wordsOf(plan), wordsOf(name))).toHaveLength(count)
  })

  it('parts what is shared from what is not, and spells stems as the text does', () => {
    const said = wordsOf('Payment failures')
    expect(quoteWords(otherWords(said, wordsOf('failed')), 'Payment failures')).toBe('"payment"')
  })
})

describe('environmentOf', () => {
  it.each([
    [['Deploy to production'], 'production'],
    [['staging-backend'], 'staging'],
    [['prod_db'], 'production'],
    [['Reproduce the bug', 'Staging'], 'staging'],
    [['From staging to production'], undefined],
    [['Deliver it alive'], undefined],
    [['Pre-production setup'], 'staging'],
    [[undefined, 'Produção'], 'production'],
  ] as const)('reads %j as %s', (texts, expected) => {
    expect(environmentOf(...texts)).toBe(expected)
  })
})
