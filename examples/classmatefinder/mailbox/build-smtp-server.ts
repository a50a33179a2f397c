// The mailbox's SMTP side: takes every mail from this machine, whoever it is for.
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { describeError, writeLog } from '../process/write-log.ts'
import type { MailShelf } from './mail-shelf.ts'

const sizeLimitBytes = 65_536
const connectionLimit = 50
const idleTimeoutMs = 60_000

/** A server that does not listen yet; each recipient of a mail gets a copy on the shelf. */
export function buildSmtpServer(shelf: MailShelf): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: sizeLimitBytes,
    maxClients: connectionLimit,
    socketTimeout: idleTimeoutMs,
    closeTimeout: 500,
    onData: (stream, session, done) => {
      receive(stream, session, shelf).then(() => done(), done)
    },
  })
  server.on('error', (error) => writeLog('smtp failed', { reason: describeError(error) }))
  return server
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, shelf: MailShelf): Promise<void> {
  const mail = await simpleParser(stream, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true })
  if (stream.sizeExceeded)
    throw Object.assign(new Error(`a mail may have at most ${sizeLimitBytes} bytes`), { responseCode: 552 })
  const content = {
    from: mail.from?.text ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    receivedAt: new Date().toISOString(),
  }
  for (const { address } of session.envelope.rcptTo) shelf.add({ to: address, ...content })
}
