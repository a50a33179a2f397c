import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, hasOpenssl } from '../../../test/contract/certificates.ts'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { hasDnsmasq, startDns } from '../../../test/contract/dns-server.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback } from '../../../test/contract/loopback-server.ts'
import { TlsCheck } from '../../core/plan/operator-probes.ts'
import { createTlsCheckRunner } from './tls.ts'

async function listen(server: Server) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
const serveTls = (options: TlsOptions) => listen(createServer(options, (_, response) => response.end('hello')))
/** Takes connections and says nothing. */
const serveNothing = () => listen(createTcpServer((socket) => socket.on('error', () => undefined)))

describe.skipIf(!hasOpenssl())('on real certificates', () => {
  let authority: Authority
  beforeAll(() => {
    authority = createAuthority()
  })
  afterAll(() => authority[Symbol.dispose]())

  const checkOf = (...hosts: object[]) =>
    TlsCheck.parse({ driver: 'tls', hosts: hosts.map((host) => ({ host: 'localhost', ca: 'ca.pem', ...host })) })
  const run = (...hosts: object[]) =>
    createTlsCheckRunner({ main: checkOf(...hosts) }, { folder: authority.folder }).runCheck('main', effectContext())
  /** The one line on the one host, which is on this server. */
  async function lineOn(options: TlsOptions, host: object = {}) {
    await using server = await serveTls(options)
    const outcome = await run({ port: server.port, ...host })
    if (!outcome.ok) throw new Error(outcome.error.message)
    const { verdict, details } = outcome.value
    return { verdict, line: details.join('\n').replaceAll(`${server.port}`, 'PORT') }
  }
  const failed = (line: unknown) => ({ verdict: 'failed', line })

  checkRunnerContract(async () => {
    const [good, bad, silence] = await Promise.all([
      serveTls(authority.issue('DNS:localhost')),
      serveTls(authority.issue('DNS:localhost', { to: 5 })),
      serveNothing(),
    ])
    return {
      runner: createTlsCheckRunner(
        {
          good: checkOf({ port: good.port }),
          bad: checkOf({ port: bad.port }),
          hanging: checkOf({ port: silence.port }),
        },
        { folder: authority.folder },
      ),
      [Symbol.asyncDispose]: async () => {
        await Promise.all([good, bad, silence].map((server) => server[Symbol.asyncDispose]()))
      },
    }
  })

  it('states protocol, issuer, expiry and days left', async () => {
    const expiry = new Date(Date.now() + 60.5 * 86_400_000).toISOString().slice(0, 10)
    expect(await lineOn(authority.issue('DNS:localhost', { to: 60.5 }))).toEqual({
      verdict: 'passed',
      line: `localhost:PORT: TLSv1.3 at 127.0.0.1, issued by "Tests, Local Authority", expires ${expiry} (60 days left)`,
    })
  })

  it('knows an address, and the name asked for by SNI', async () => {
    const options = authority.issue('IP:127.0.0.1,DNS:shop.example')
    expect(await lineOn(options, { host: '127.0.0.1' })).toMatchObject({ verdict: 'passed' })
    expect(await lineOn(options, { serverName: 'shop.example' })).toMatchObject({ verdict: 'passed' })
    const asked: string[] = []
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      asked.push(name)
      done(null)
    }
    await lineOn({ ...options, SNICallback }, { serverName: 'shop.example' })
    expect(asked).toEqual(['shop.example'])
  })

  it('fails what has expired, soon will, or is not valid yet, and says what to do', async () => {
    const expired = await lineOn(authority.issue('DNS:localhost', { to: -2.5 }))
    expect(expired).toEqual(
      failed(expect.stringMatching(/\(-3 days left\); it expired on [\d-]+: renew it, and have the server load it$/)),
    )
    expect(await lineOn(authority.issue('DNS:localhost', { to: 13.5 }))).toEqual(
      failed(expect.stringMatching(/; 13 days are fewer than the 14 asked for: renew it/)),
    )
    expect(await lineOn(authority.issue('DNS:localhost', { to: 13.5 }), { minimumDaysLeft: 13 })).toMatchObject({
      verdict: 'passed',
    })
    expect(await lineOn(authority.issue('DNS:localhost', { from: 2 }))).toEqual(
      failed(expect.stringMatching(/left\); it is valid only from [\d-]+: check the clocks, or install it then$/)),
    )
  })

  it('fails a certificate for another name, and tells for which', async () => {
    expect(await lineOn(authority.issue('DNS:other.example,DNS:*.other.example'))).toEqual(
      failed(
        expect.stringContaining(
          'it is for DNS:other.example, DNS:*.other.example, not for localhost: install the one for this name',
        ),
      ),
    )
  })

  it('fails what no known authority signed, and says so beside all else that is wrong', async () => {
    expect(await lineOn(authority.selfSigned('DNS:localhost'))).toEqual(
      failed(expect.stringContaining('it is self-signed: install one of an authority that clients trust')),
    )
    expect(await lineOn(authority.issue('DNS:other.example', { to: 3.5 }), { ca: undefined })).toEqual(
      failed(
        expect.stringMatching(
          /its issuer "Tests, Local Authority" is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): .*; it is for .*; 3 days are/,
        ),
      ),
    )
  })

  it('trusts the authorities of the system where no other is named', async () => {
    await using server = await serveTls(authority.issue('DNS:localhost'))
    const check = { driver: 'tls', hosts: [{ host: 'localhost', port: server.port, minimumDaysLeft: 1 }] }
    const program = `import { createTlsCheckRunner } from ${JSON.stringify(join(import.meta.dirname, 'tls.ts'))}
const runner = createTlsCheckRunner(${JSON.stringify({ main: check })}, { folder: '/' })
const context = { signal: new AbortController().signal, timeoutMs: 5000, effectId: 'one', fence: 1 }
process.stdout.write(JSON.stringify(await runner.runCheck('main', context)))`
    // The system's store is read once a process.
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: { SSL_CERT_FILE: authority.certificateFile, SSL_CERT_DIR: '/nonexistent' },
    })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, value: { verdict: 'passed' } })
  })

  it('fails a server without TLS 1.2, and one without TLS', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    expect(await lineOn({ ...authority.issue('DNS:localhost'), ...old })).toEqual(
      failed(expect.stringContaining('it offers no TLS 1.2 or later: turn TLS 1.2 and 1.3 on')),
    )
    expect(await lineOn({ ...authority.issue('DNS:localhost'), maxVersion: 'TLSv1.2' })).toMatchObject({
      verdict: 'passed',
      line: expect.stringContaining('TLSv1.2 at'),
    })
    await using plain = await serveLoopback((_, response) => response.end())
    expect(await run({ port: plain.port })).toMatchObject({
      value: { verdict: 'failed', details: [expect.stringContaining('does not speak TLS: correct the port')] },
    })
  })

  it('reports every host, and is unavailable where one does not answer', async () => {
    await using good = await serveTls(authority.issue('DNS:localhost'))
    await using soon = await serveTls(authority.issue('DNS:localhost', { to: 1 }))
    expect(await run({ port: good.port }, { port: soon.port })).toMatchObject({
      value: { verdict: 'failed', summary: '1 of 2 hosts not as expected: localhost', details: [{}, {}] },
    })
    expect(await run({ port: good.port }, { port: await freePort() })).toMatchObject({
      ok: false,
      error: { code: 'unavailable', message: expect.stringMatching(/^main: nothing listens at localhost:\d+/) },
    })
  })

  it('refuses a `ca` that is none, also at the ping', async () => {
    writeFileSync(join(authority.folder, 'none.pem'), 'hello')
    writeFileSync(
      join(authority.folder, 'broken.pem'),
      '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n',
    )
    for (const [ca, code] of [
      ['none.pem', 'rejected'],
      ['broken.pem', 'rejected'],
      ['gone.pem', 'notFound'],
    ]) {
      const runner = createTlsCheckRunner({ main: checkOf({ ca }) }, { folder: authority.folder })
      expect(await runner.ping('main', effectContext())).toMatchObject({
        ok: false,
        error: { code, message: expect.stringContaining(ca ?? '') },
      })
    }
  })

  it('fails an address that is not expected', async () => {
    const options = authority.issue('DNS:localhost')
    expect(await lineOn(options, { resolvesTo: ['127.0.0.1', '::1'] })).toMatchObject({ verdict: 'passed' })
    expect(await lineOn(options, { resolvesTo: ['192.0.2.7'] })).toEqual(
      failed(
        expect.stringMatching(/; the name resolves to .*127\.0\.0\.1.*, expected 192\.0\.2\.7: change the DNS record/),
      ),
    )
  })

  it.skipIf(!hasDnsmasq())('follows names through the DNS servers it is told', async () => {
    await using server = await serveTls(authority.issue('DNS:shop.test'))
    await using dns = await startDns([
      'host-record=edge.test,127.0.0.1',
      'cname=lb.test,edge.test',
      'cname=shop.test,lb.test',
    ])
    const ask = (host: object) => run({ host: 'shop.test', port: server.port, dnsServers: [dns.address], ...host })
    expect(await ask({ resolvesTo: ['LB.test.'] })).toMatchObject({ value: { verdict: 'passed' } })
    expect(await ask({ resolvesTo: ['edge.test'] })).toMatchObject({ value: { verdict: 'passed' } })
    expect(await ask({ resolvesTo: ['127.0.0.1'] })).toMatchObject({ value: { verdict: 'passed' } })
    expect(await ask({ resolvesTo: ['new.test'] })).toMatchObject({
      value: { details: [expect.stringContaining('resolves to lb.test, edge.test, 127.0.0.1, expected new.test')] },
    })
    expect(await ask({ host: 'gone.test' })).toMatchObject({
      value: {
        verdict: 'failed',
        details: [`gone.test:${server.port}; the name does not resolve: create its DNS record, or correct the host`],
      },
    })
    const noServer = { dnsServers: [`127.0.0.1:${await freePort()}`] }
    expect(await ask(noServer)).toMatchObject({
      ok: false,
      error: {
        code: 'unavailable',
        message: expect.stringContaining('shop.test could not be looked up (ECONNREFUSED)'),
      },
    })
  })
})
