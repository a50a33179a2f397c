import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasOpenssl, makeCertificate, trust } from '../../../test/contract/certificate.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { serveMail, serveScript } from '../../../test/contract/mail-server.ts'
import { SmtpChannel } from '../../core/plan/operator-channels.ts'
import { createNoticeIds } from './notice-id.ts'
import { createSmtpNotifier } from './smtp.ts'

const message = { urgency: 'page' as const, audience: ['On-call'], subject: 'Stage 2', body: 'It is held.' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-smtp-tls-'))
})
afterAll(() => rm(folder, { recursive: true }))

function notifierAt(port: number, settings: object = {}) {
  const sender = {
    driver: 'smtp',
    host: '127.0.0.1',
    port,
    from: 'tidegate@example.com',
    fallback: ['all@example.com'],
  }
  const noticeIds = createNoticeIds(join(folder, 'store-name'))
  return createSmtpNotifier({ log: SmtpChannel.parse({ ...sender, ...settings }) }, { noticeIds, folder })
}
const notify = (port: number, settings: object = {}, timeoutMs = 5_000) =>
  notifierAt(port, settings).notify('log', message, effectContext({ timeoutMs }))

describe('TLS that is required', () => {
  it('is not given up where the server offers none', async () => {
    await using server = await serveMail()
    const error = { code: 'rejected', message: expect.stringContaining('offers no STARTTLS; say tls: implicit') }
    expect(await notify(server.port)).toMatchObject({ ok: false, error })
    expect(server.mails).toEqual([])
  })

  it('is not given up where the server refuses it for now', async () => {
    await using server = await serveScript('220 here', (line) =>
      line.startsWith('EHLO') ? '250-here\r\n250 STARTTLS' : '454 TLS not available',
    )
    expect(await notify(server.port)).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(server.lines.some((line) => line.startsWith('MAIL'))).toBe(false)
  })

  it('is bounded in time when the handshake never ends', async () => {
    await using server = await serveScript('220 here', (line) =>
      line.startsWith('EHLO') ? '250-here\r\n250 STARTTLS' : line === 'STARTTLS' ? '220 go' : undefined,
    )
    expect(await notify(server.port, {}, 200)).toMatchObject({ ok: false, error: { code: 'timeout' } })
    await expect.poll(() => server.open()).toBe(0)
    expect(await notifierAt(server.port).ping('log', effectContext({ timeoutMs: 200 }))).toMatchObject({
      error: { code: 'timeout' },
    })
    await expect.poll(() => server.open()).toBe(0)
  })
})

it('is done without where it is opportunistic and nobody offers it', async () => {
  await using server = await serveMail()
  expect(await notify(server.port, { tls: 'opportunistic' })).toMatchObject({ ok: true })
  expect(server.mails).toMatchObject([{ encrypted: false }])
})

describe.skipIf(!hasOpenssl())('with a certificate', () => {
  let certificate: { key: string; cert: string }
  beforeAll(() => {
    certificate = makeCertificate()
  })
  let trusted: Disposable | undefined
  afterAll(() => trusted?.[Symbol.dispose]())

  const ways = [
    ['required', false],
    ['opportunistic', false],
    ['implicit', true],
  ] as const

  it.each(ways)('%s TLS does not talk to a server that cannot prove who it is', async (tls, secure) => {
    await using server = await serveMail({ ...certificate, secure })
    const error = { code: 'unavailable', message: expect.stringContaining('the certificate of 127.0.0.1') }
    expect(await notify(server.port, { tls })).toMatchObject({ ok: false, error })
    expect(await notifierAt(server.port, { tls }).ping('log', effectContext())).toMatchObject({ ok: false, error })
    expect(server.mails).toEqual([])
  })

  describe('that is trusted', () => {
    beforeAll(() => {
      trusted = trust(certificate.cert)
    })

    it.each(ways)('%s TLS takes the mail', async (tls, secure) => {
      await using server = await serveMail({ ...certificate, secure })
      expect(await notify(server.port, { tls })).toEqual({ ok: true, value: undefined })
      expect(await notifierAt(server.port, { tls, host: 'localhost' }).ping('log', effectContext())).toMatchObject({
        ok: true,
      })
      expect(server.mails).toMatchObject([{ encrypted: true, recipients: ['all@example.com'] }])
    })

    it('none stays in plain text', async () => {
      await using server = await serveMail(certificate)
      expect(await notify(server.port, { tls: 'none' })).toMatchObject({ ok: true })
      expect(server.mails).toMatchObject([{ encrypted: false }])
    })

    it('proves only the names in it', async () => {
      await using server = await serveMail(certificate)
      expect(await notify(server.port, { host: '127.0.0.2' })).toMatchObject({
        ok: false,
        error: { code: 'unavailable' },
      })
      expect(server.mails).toEqual([])
    })
  })
})
