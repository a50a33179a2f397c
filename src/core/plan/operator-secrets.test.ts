/** Which secrets an operator's file names, and which stand in it. */
import { describe, expect, it } from 'vitest'
import { Operator } from './operator.ts'
import { holdsSecret, plainSecretsIn, secretRefsIn } from './operator-secrets.ts'

const argv = ['/bin/true']
const operator = Operator.parse({
  people: {},
  targets: {},
  commands: {
    deploy: {
      description: 'x',
      argv,
      env: {
        API_TOKEN: 'tok-12345',
        DATABASE_URL: 'postgres://shop:pass-word@db/shop',
        REGION: 'eu-central-1',
        PASSWORD: 'short',
      },
    },
  },
  checks: {
    front: {
      driver: 'http',
      requests: [
        {
          name: 'front',
          url: 'http://ann:hunter2x@shop.example/',
          status: [200],
          headers: { Authorization: 'Bearer abc-def-ghi', accept: 'application/json' },
        },
      ],
    },
    report: {
      driver: 'json',
      url: 'https://ci.example/report',
      headers: { authorization: { env: 'REPORT' } },
      expect: [{ pointer: '/ok', comparator: '==', value: true }],
    },
  },
  hooks: { qa: { secret: { file: 'qa' } } },
})

describe('secrets of an operator', () => {
  it('are found by reference, wherever they stand', () => {
    expect(secretRefsIn(operator)).toEqual([
      { path: 'checks.report.headers.authorization', ref: { env: 'REPORT' } },
      { path: 'hooks.qa.secret', ref: { file: 'qa' } },
    ])
  })

  it('that stand in the file are found in every form in which they may be repeated', () => {
    expect(plainSecretsIn(operator).sort()).toEqual(
      [
        'tok-12345',
        'postgres://shop:pass-word@db/shop',
        'pass-word',
        'hunter2x',
        'Bearer abc-def-ghi',
        'abc-def-ghi',
      ].sort(),
    )
  })

  it.each([
    ['authorization', 'Bearer x1', true],
    ['AUTHOR', 'somebody', false],
    ['SESSION_COOKIE', 'abcdef', true],
    ['HOME', '/var/lib', false],
    ['SENTRY_DSN', 'https://k@x', true],
  ])('%s: %s', (name, value, expected) => {
    expect(holdsSecret(name, value)).toBe(expected)
  })

  it('are no arguments of programs, which everybody can read', () => {
    const withArgument = (...more: string[]) =>
      Operator.safeParse({ people: {}, targets: {}, commands: { x: { description: 'x', argv: [...argv, ...more] } } })
    expect(withArgument('--region', 'eu').success).toBe(true)
    const refused = withArgument('--password', 'hunter2x9')
    expect(refused.error?.issues[0]?.message).toContain('arguments without secrets')
  })
})
