import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { abortingContext, effectContext } from '../../../test/contract/driver-context.ts'
import { freePort } from '../../../test/contract/loopback-server.ts'
import { type MailServer, serveMail, serveScript } from '../../../test/contract/mail-server.ts'
import { notifierContract } from '../../../test/contract/notifier.ts'
import { SmtpChannel } from '../../core/plan/operator-channels.ts'
import type { Message } from '../../core/release/evidence.ts'
import { createNoticeIds } from './notice-id.ts'
import { createSmtpNotifier } from './smtp.ts'

const password = 'a password, which nobody may read'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-smtp-'))
  await writeFile(join(folder, 'password'), `${password}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

/** A channel `log` to a server on loopback, in plain text unless told. */
function notifierAt(port: number, settings: object = {}) {
  const plain = { driver: 'smtp', host: '127.0.0.1', port, tls: 'none', from: 'tidegate@example.com' }
  const to = { 'On-call': ['ann@example.com', 'bob@example.com'], Security: ['cy@example.com', 'bob@example.com'] }
  const channel = SmtpChannel.parse({ ...plain, to, fallback: ['all@example.com'], ...settings })
  return createSmtpNotifier({ log: channel }, { noticeIds: createNoticeIds(join(folder, 'store-name')), folder })
}
const login = { user: 'tidegate', password: { file: 'password' } }
const message: Message = {
  urgency: 'inform',
  audience: ['On-call'],
  subject: 'Stage 2',
  body: 'It holds.\nSince noon.',
}

notifierContract(async () => {
  const server = await serveMail()
  const dispose = () => server[Symbol.asyncDispose]()
  return { notifier: notifierAt(server.port), subjects: async () => server.subjects(), [Symbol.asyncDispose]: dispose }
})

describe('the mail', () => {
  let server: MailServer
  afterEach(() => server[Symbol.asyncDispose]())
  async function received(overrides: Partial<Message> = {}, settings: object = {}) {
    server = await serveMail()
    expect(
      await notifierAt(server.port, settings).notify('log', { ...message, ...overrides }, effectContext()),
    ).toEqual({
      ok: true,
      value: undefined,
    })
    expect(server.mails).toHaveLength(1)
    return server.mails[0] ?? expect.unreachable()
  }

  it('says the notice in plain text, from the channel to the role', async () => {
    const { parsed, recipients, raw } = await received()
    expect(parsed).toMatchObject({
      subject: 'Stage 2',
      text: 'It holds.\nSince noon.\n',
      from: { text: 'tidegate@example.com' },
    })
    expect(recipients).toEqual(['ann@example.com', 'bob@example.com'])
    expect(raw).toMatch(/^Content-Type: text\/plain/m)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(raw).not.toMatch(/^(Importance|X-Priority):/m)
  })

  it('is important when it pages', async () => {
    const { raw } = await received({ urgency: 'page' })
    expect(raw).toMatch(/^Importance: High/m)
    expect(raw).toMatch(/^X-Priority: 1/m)
  })

  it.each([
    [
      ['On-call', 'Security'],
      ['ann@example.com', 'bob@example.com', 'cy@example.com'],
    ],
    [
      ['Nobody', 'Security'],
      ['all@example.com', 'cy@example.com', 'bob@example.com'],
    ],
    [['constructor'], ['all@example.com']],
    [[], ['all@example.com']],
  ])('for %j goes to %j', async (audience, recipients) => {
    expect((await received({ audience })).recipients).toEqual(recipients)
  })

  it('keeps a subject of many lines in one, and what follows it out of the headers', async () => {
    const { parsed, recipients } = await received({ subject: 'Stage\r\nBcc: eve@example.com\n\nbody\u0000\u2028here' })
    expect(parsed.subject).toBe('Stage Bcc: eve@example.com body \u2028here')
    expect([...parsed.headers.keys()]).not.toContain('bcc')
    expect(recipients).not.toContain('eve@example.com')
  })

  it('carries any text, and shortens what is too long', async () => {
    const { parsed } = await received({
      subject: `Größe 📈 ${'x'.repeat(1_000)}`,
      body: `.\n..\nÜbung\n${'y'.repeat(50_000)}`,
    })
    expect(parsed.subject).toMatch(/^Größe 📈 x+…$/)
    expect(parsed.text).toMatch(/^\.\n\.\.\nÜbung\ny+…\n$/)
    expect(parsed.text?.length).toBeLessThan(20_000)
  })

  it('has one Message-ID for one effect, at the domain of the sender', async () => {
    server = await serveMail()
    const context = effectContext()
    for (const each of [context, context, effectContext()]) await notifierAt(server.port).notify('log', message, each)
    const [first, second, third] = server.mails.map(({ parsed }) => parsed.messageId)
    expect(first).toMatch(/^<[0-9a-f]{40}@example\.com>$/)
    expect([second === first, third === first]).toEqual([true, false])
  })

  it('has headers in ASCII when the domain of the sender is not', async () => {
    const { raw } = await received({}, { from: 'tidegate@exämple.com' })
    expect(raw).toMatch(/^Message-ID: <[0-9a-f]{40}@xn--exmple-cua\.com>\r$/m)
    expect(raw).toMatch(/^[\r\n\x20-\x7e]*$/)
  })
})

describe('a login', () => {
  const serveLogin = () =>
    serveMail({
      authOptional: false,
      onAuth: (auth, _, done) =>
        auth.username === 'tidegate' && auth.password === password
          ? done(null, { user: 'tidegate' })
          : done(new Error('no')),
    })

  it('is made when the channel has one', async () => {
    await using server = await serveLogin()
    expect(await notifierAt(server.port, login).notify('log', message, effectContext())).toMatchObject({ ok: true })
    expect(server.mails).toMatchObject([{ user: 'tidegate' }])
    expect(await notifierAt(server.port, login).ping('log', effectContext())).toMatchObject({ ok: true })
    expect(server.mails).toHaveLength(1)
  })

  it.each([
    ['wrong', { ...login, user: 'other' }, 'refuses the login of other; correct user and password'],
    ['missing', {}, 'asks for a login; give user and password'],
    ['without a file', { ...login, password: { file: 'nowhere' } }, 'the secret file nowhere cannot be read (ENOENT)'],
  ])('that is %s is unauthorized', async (_, settings, advice) => {
    await using server = await serveLogin()
    const outcome = await notifierAt(server.port, settings).notify('log', message, effectContext())
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'unauthorized', message: expect.stringContaining(advice) },
    })
    expect(JSON.stringify(outcome)).not.toContain(password)
  })

  it('is not left out where the server offers none', async () => {
    await using server = await serveMail({ disabledCommands: ['AUTH', 'STARTTLS'] })
    const unauthorized = { ok: false, error: { code: 'unauthorized' } }
    expect(await notifierAt(server.port, login).notify('log', message, effectContext())).toMatchObject(unauthorized)
    expect(await notifierAt(server.port, login).ping('log', effectContext())).toMatchObject(unauthorized)
    expect(server.mails).toEqual([])
  })

  it.each([
    ['PLAIN', `\0tidegate\0${password}`],
    ['LOGIN', password],
  ])('by %s stays secret when a server repeats it', async (method, said) => {
    const prompts: Record<string, string> = { EHLO: `250-here\r\n250 AUTH ${method}`, 'AUTH LOGIN': '334 VXNlcm5hbWU6' }
    const user = Buffer.from('tidegate').toString('base64')
    await using server = await serveScript('220 here', (line) =>
      line === user
        ? '334 UGFzc3dvcmQ6'
        : (prompts[line] ?? prompts[line.split(' ')[0] ?? ''] ?? `500 what is ${line}, ${password}?`),
    )
    const outcome = await notifierAt(server.port, login).ping('log', effectContext())
    const sent = server.lines.at(-1)?.split(' ').at(-1) ?? expect.unreachable()
    expect(Buffer.from(sent, 'base64').toString('utf8')).toBe(said)
    const cause = expect.stringMatching(/^500 what is (AUTH PLAIN )?\[password\], \[password\]\?$/)
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unauthorized', cause } })
    expect(JSON.stringify(outcome)).not.toContain(sent)
  })
})

describe('a refusal', () => {
  const refusing = (responseCode: number, who: (address: string) => boolean = () => true) =>
    serveMail({
      onRcptTo: ({ address }, _, done) =>
        done(who(address) ? Object.assign(new Error('not here'), { responseCode }) : null),
    })

  it.each([
    [450, 'unavailable'],
    [550, 'rejected'],
  ])('of all recipients by %i is %s', async (reply, code) => {
    await using server = await refusing(reply)
    const error = { code, message: expect.stringMatching(/^127\.0\.0\.1:\d+ /), cause: `${reply} not here` }
    expect(await notifierAt(server.port).notify('log', message, effectContext())).toEqual({ ok: false, error })
  })

  it.each([
    [450, 'unavailable'],
    [550, 'rejected'],
  ])('of one recipient by %i is %s, and the others have the mail', async (reply, code) => {
    await using server = await refusing(reply, (address) => address.startsWith('bob'))
    const outcome = await notifierAt(server.port).notify('log', message, effectContext())
    expect(outcome).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining('refuses bob@example.com,') },
    })
    expect(server.mails.map(({ recipients }) => recipients)).toEqual([['ann@example.com']])
  })

  it.each([
    ['421 too busy', 'unavailable'],
    ['554 no mail here', 'rejected'],
  ])('with the greeting %s is %s', async (greeting, code) => {
    await using server = await serveScript(greeting, () => null)
    const refused = { ok: false, error: { code, cause: greeting } }
    expect(await notifierAt(server.port).notify('log', message, effectContext())).toMatchObject(refused)
    expect(await notifierAt(server.port).ping('log', effectContext())).toMatchObject(refused)
  })

  it.each([
    ['452 disk full', 'unavailable'],
    ['552 too large', 'rejected'],
  ])('of the whole mail with %s is %s', async (reply, code) => {
    await using server = await serveMail({
      onData: (stream, _, done) =>
        void stream
          .resume()
          .on('end', () =>
            done(Object.assign(new Error(reply.slice(4)), { responseCode: Number.parseInt(reply, 10) })),
          ),
    })
    const refused = { ok: false, error: { code, cause: reply } }
    expect(await notifierAt(server.port).notify('log', message, effectContext())).toMatchObject(refused)
  })
})

describe('without an answer', () => {
  /** After which line of the client nothing comes any more; with none, not even a greeting. */
  const silentAfter = (last: string | undefined, then: null | undefined = undefined) =>
    serveScript(last === undefined ? then : '220 here', (line) => (line.startsWith(last ?? '') ? then : '250 here'))

  it.each([undefined, 'EHLO', 'MAIL'])('after %s it is a timeout, and the connection is gone', async (last) => {
    await using server = await silentAfter(last)
    const outcome = await notifierAt(server.port).notify('log', message, effectContext({ timeoutMs: 150 }))
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'timeout', message: expect.stringContaining('within 150 ms') },
    })
    await expect.poll(() => server.open()).toBe(0)
  })

  it('a ping is a timeout too', async () => {
    await using server = await silentAfter('EHLO')
    const outcome = await notifierAt(server.port).ping('log', effectContext({ timeoutMs: 150 }))
    expect(outcome).toMatchObject({ ok: false, error: { code: 'timeout' } })
    await expect.poll(() => server.open()).toBe(0)
  })

  it('an abort ends it long before its time', async () => {
    await using server = await silentAfter('EHLO')
    const stopped = { code: 'unavailable', message: expect.stringContaining('the test stops it') }
    const notifier = notifierAt(server.port)
    for (const call of [
      notifier.notify('log', message, abortingContext(100)),
      notifier.ping('log', abortingContext(100)),
    ])
      expect(await call).toMatchObject({ ok: false, error: stopped })
    await expect.poll(() => server.open()).toBe(0)
  })

  it.each([undefined, 'EHLO', 'MAIL'])('a connection closed after %s is unavailable', async (last) => {
    await using server = await silentAfter(last, null)
    const outcome = await notifierAt(server.port).notify('log', message, effectContext())
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unavailable' } })
  })

  it('a port nobody listens on is unavailable', async () => {
    const port = await freePort()
    const error = {
      code: 'unavailable',
      message: `nothing listens at 127.0.0.1:${port}; is it running?`,
      cause: 'ECONNREFUSED',
    }
    expect(await notifierAt(port).notify('log', message, effectContext())).toEqual({ ok: false, error })
    expect(await notifierAt(port).ping('log', effectContext())).toEqual({ ok: false, error })
  })
})
