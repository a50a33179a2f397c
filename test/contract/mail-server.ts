/** SMTP servers on loopback for tests: a whole one that keeps what it gets, and ones that follow a script to show a fault. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  /** By the envelope. */
  recipients: string[]
  /** The login, where there was one. */
  user: string | undefined
  encrypted: boolean
  raw: string
  parsed: ParsedMail
}

export interface MailServer extends AsyncDisposable {
  port: number
  /** All that came, in order. */
  mails: ReceivedMail[]
  /** As a mailbox shows it: a Message-ID that is there already is the same mail. */
  subjects(): string[]
}

/** Offers no TLS and asks for no login unless told. */
export async function serveMail(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    authOptional: true,
    closeTimeout: 10,
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        mails.push({
          recipients: session.envelope.rcptTo.map(({ address }) => address),
          user: typeof session.user === 'string' ? session.user : undefined,
          encrypted: session.secure === true,
          raw,
          parsed: await simpleParser(raw),
        })
        callback()
      })
    },
    ...options,
  })
  // A client that leaves in the middle is what some tests are about.
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    subjects: () => [...new Map(mails.map(({ parsed }) => [parsed.messageId, String(parsed.subject)])).values()],
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export interface ScriptedServer extends AsyncDisposable {
  port: number
  /** Connections that are open now. */
  open(): number
  /** Each line that clients sent. */
  lines: string[]
}

/** Says the greeting (nothing without one), then answers each line with what `reply` gives: text, nothing for undefined, or the end of the connection for null. */
export async function serveScript(
  greeting: string | null | undefined,
  reply: (line: string) => string | null | undefined = () => undefined,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  const lines: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    const say = (text: string | null | undefined) => {
      if (text === null) socket.destroy()
      else if (text !== undefined) socket.write(`${text}\r\n`)
    }
    say(greeting)
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('utf8').split('\r\n').filter(Boolean)) {
        lines.push(line)
        say(reply(line))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    lines,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
