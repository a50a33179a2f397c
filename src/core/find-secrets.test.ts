import { describe, expect, it } from 'vitest'
import { secrets } from '../../test/fixtures/secrets.ts'
import { findSecrets, redactDeep, redactSecrets } from './find-secrets.ts'

describe('redactSecrets', () => {
  it.each(secrets)('takes out $what', ({ line, hidden }) => {
    const shown = redactSecrets(`before\n${line}\nafter`)
    for (const part of hidden) expect(shown).not.toContain(part)
    expect(shown).toMatch(/^before\n[\s\S]*\(redacted\)[\s\S]*\nafter$/)
    expect(shown.split('\n')).toHaveLength(line.split('\n').length + 2)
    expect(redactSecrets(shown)).toBe(shown)
  })

  it.each([
    'JWT_SECRET=<generate-me>',
    'TOKEN=$DEPLOY_TOKEN',
    'API_KEY=YOUR_API_KEY',
    'const token = process.env.TOKEN',
    'token = getToken()',
    '- Token: refreshed every morning',
    '- Password: required',
    '- Rotate the JWT secret regularly',
    'max_tokens=4096 JWT_EXPIRES_IN=7d',
    'See https://shop.example/login?next=a@b and http://127.0.0.1:8080/health',
    'git log 3f786850e387550fdab836ed7e6dc881de23001b',
    'Roll back if error rate > 5% (p95 < 500ms) within 10:30',
    'ssh deploy@host:/srv/app',
  ])('leaves %j as it is', (text) => {
    expect(redactSecrets(text)).toBe(text)
  })

  it('says of each secret what it seems to be and where', () => {
    const text = 'DATABASE_URL=postgresql://shop:hunter22@db/shop'
    const [found, ...more] = findSecrets(text)
    expect(found).toMatchObject({ what: 'a password in an address' })
    expect(text.slice(found?.start, found?.end)).toBe('hunter22')
    expect(more).toEqual([])
  })

  it('reaches every text of a value, and no key', () => {
    expect(redactDeep({ password: ['API_KEY=abc123def456'], count: 1, none: null })).toEqual({
      password: ['API_KEY=(redacted)'],
      count: 1,
      none: null,
    })
  })

  it('takes time that grows with the text and not with its square', () => {
    const line = 'password: "a password=b token token: secret secret://x:y eyJ eyJ. -----BEGIN '
    const startedAt = performance.now()
    redactSecrets(line.repeat(3_000))
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
