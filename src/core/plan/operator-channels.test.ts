import { describe, expect, it } from 'vitest'
import { ChannelSpec } from './operator-channels.ts'
import { isLoopbackHost } from './url.ts'

const smtp = {
  driver: 'smtp',
  host: 'mail.example.com',
  from: 'tidegate@example.com',
  fallback: ['oncall@example.com'],
}
const webhook = { driver: 'webhook', url: 'https://hooks.example.com/a?b#c', secret: { env: 'HOOK_SECRET' } }
const login = { user: 'tidegate', password: { env: 'SMTP_PASSWORD' } }

/** Where the settings are wrong and why; empty when they are right. */
const faults = (settings: unknown): string[] =>
  ChannelSpec.safeParse(settings).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('smtp', () => {
  it('needs a server, a sender and somebody who is told in any case', () => {
    expect(ChannelSpec.parse(smtp)).toEqual({ ...smtp, port: 587, tls: 'required', to: {} })
    expect(faults({ ...smtp, fallback: [] })).toHaveLength(1)
    expect(faults({ ...smtp, to: { Security: [] } })).toHaveLength(1)
  })

  it.each([
    'oncall@example.com\r\nBcc: all@example.com',
    'a@example.com, b@example.com',
    'Ann <a@example.com>',
    'a@example.com>',
    'a@b@example.com',
    'oncall',
    '"x y"@example.com',
    `${'x'.repeat(65)}@example.com`,
  ])('takes no %j for an address', (address) => {
    expect(faults({ ...smtp, from: address })[0]).toMatch(/^from: .*mail address/)
    expect(faults({ ...smtp, fallback: [address] })[0]).toMatch(/^fallback\.0: /)
    expect(faults({ ...smtp, to: { Security: [address] } })[0]).toMatch(/^to\.Security\.0: /)
  })

  it.each([
    [{ tls: 'none' }, 'tls: notices would go to mail.example.com in plain text'],
    [{ tls: 'none', host: '127.0.0.1', port: 465 }, 'tls: port 465 speaks TLS'],
    [{ tls: 'opportunistic', ...login }, 'tls: whoever sits between could read the password'],
    [{ user: 'tidegate' }, 'password: user and password go together'],
    [{ password: login.password }, 'user: user and password go together'],
    [{ host: 'mail.example.com/x' }, 'host: a host name'],
  ])('refuses %j', (settings, fault) => {
    expect(faults({ ...smtp, ...settings })).toEqual([expect.stringContaining(fault)])
  })

  it.each([
    { tls: 'none', host: 'localhost', ...login },
    { tls: 'opportunistic' },
    { tls: 'opportunistic', host: '::1', ...login },
    { tls: 'implicit', port: 2465, ...login },
  ])('takes %j', (settings) => {
    expect(faults({ ...smtp, ...settings })).toEqual([])
  })
})

describe('webhook', () => {
  it.each([
    'http://hooks.example.com/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://localhost@example.com/',
    'http://localhost:80@example.com/',
    'http://localhost\\@example.com/',
    'https://user:password@example.com/',
    'https://',
    'https://exa mple.com/',
    'ftp://localhost/',
  ])('refuses %s', (url) => {
    expect(faults({ ...webhook, url })).toEqual([expect.stringContaining('url: an https URL')])
  })

  it.each([
    'http://localhost:8080/hook',
    'http://127.0.0.1',
    'http://[::1]:8080?x=1',
    'https://example.com',
    'https://[2001:db8::1]:8443/',
  ])('takes %s', (url) => {
    expect(faults({ ...webhook, url })).toEqual([])
  })

  it.each([{ 'Webhook-Id': 'x' }, { 'content-type': 'text/plain' }, { Host: 'x' }, { 'a b': 'x' }, { a: 'x\r\nb: y' }])(
    'refuses the headers %j',
    (headers) => {
      expect(faults({ ...webhook, headers })).toHaveLength(1)
    },
  )

  it('takes other headers', () => {
    expect(faults({ ...webhook, headers: { Authorization: 'Bearer abc' } })).toEqual([])
  })
})

it('knows which hosts stay on this machine', () => {
  const hosts = ['localhost', 'LocalHost', '127.0.0.1', '127.9.9.9', '::1', '[::1]']
  expect(hosts.filter((host) => !isLoopbackHost(host))).toEqual([])
  expect(
    ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '::', 'xlocalhost'].filter(isLoopbackHost),
  ).toEqual([])
})
