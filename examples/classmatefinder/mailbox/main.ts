// Starts the mailbox: an SMTP server that delivers nowhere, and an HTTP API to read what it took.
import { z } from 'zod'
import { listenError, listenLocally, loopback, portOf } from '../process/listen-locally.ts'
import { port, readEnvironment } from '../process/read-environment.ts'
import { runProcess } from '../process/run-process.ts'
import { writeLog } from '../process/write-log.ts'
import { buildMailboxApi } from './build-mailbox-api.ts'
import { buildSmtpServer } from './build-smtp-server.ts'
import { MailShelf } from './mail-shelf.ts'

await runProcess(async () => {
  const settings = readEnvironment(z.object({ SMTP_PORT: port(), HTTP_PORT: port() }), process.env)
  const shelf = new MailShelf({ messages: 5000, waiters: 1000 })
  const smtp = buildSmtpServer(shelf)
  const api = buildMailboxApi(shelf)
  const smtpPort = await listenSmtp(smtp, settings.SMTP_PORT)
  const httpPort = await listenLocally(api, settings.HTTP_PORT, 'HTTP_PORT')
  writeLog('listening', { port: httpPort, smtpPort })

  return async () => {
    await Promise.all([new Promise<void>((resolve) => smtp.close(resolve)), api.close()])
  }
})

function listenSmtp(smtp: ReturnType<typeof buildSmtpServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    smtp.server.once('error', (error) => reject(listenError(error, port, 'SMTP_PORT')))
    smtp.listen(port, loopback, () => resolve(portOf(smtp.server.address(), 'SMTP_PORT')))
  })
}
