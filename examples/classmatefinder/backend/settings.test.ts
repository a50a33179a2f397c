import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const complete = {
  PORT: '0',
  DATABASE_PATH: 'accounts.db',
  JWT_SECRET: 'x'.repeat(32),
  SMTP_URL: 'smtp://127.0.0.1:2525',
  UNIVERSITY_DOMAINS: '.edu, UBC.ca',
}

test('what is not set has a default', () => {
  expect(readSettings(complete)).toMatchObject({
    PORT: 0,
    UNIVERSITY_DOMAINS: ['.edu', '.ubc.ca'],
    SCRYPT_COST: 16_384,
    VERIFICATION_WINDOW_MS: 300_000,
    FAULT: 'none',
  })
})

test.each([
  [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535'],
  [{ JWT_SECRET: 'short' }, 'JWT_SECRET must have at least 32 characters'],
  [{ JWT_EXPIRES_IN: 'soon' }, 'JWT_EXPIRES_IN must be a number and a unit'],
  [{ SMTP_URL: 'http://mail' }, 'SMTP_URL must be a URL that starts with smtp:// or smtps://'],
  [{ UNIVERSITY_DOMAINS: '.edu,,' }, 'UNIVERSITY_DOMAINS must be a list'],
  [{ SCRYPT_COST: '3000' }, 'SCRYPT_COST must be a power of two'],
  [{ FAULT: 'fire' }, 'FAULT must be one of none, errors, slow, crash, verification'],
  [{ NODE_ENV: 'prod' }, 'NODE_ENV must be development, test or production'],
])('%o is refused by name', (wrong, message) => {
  expect(() => readSettings({ ...complete, ...wrong })).toThrow(message)
})

test('every missing variable is named at once, and no value is repeated', () => {
  expect(() => readSettings({ JWT_SECRET: 'my-secret' })).toThrow(
    /^(?!.*my-secret).*PORT is not set.*DATABASE_PATH is not set.*JWT_SECRET must.*SMTP_URL is not set.*UNIVERSITY_DOMAINS is not set/,
  )
})
