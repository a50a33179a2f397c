// Starts the accounts service: `node backend/main.ts --version v0.1.0`, with its settings in the environment (see README.md).
import { parseArgs } from 'node:util'
import { listenLocally } from '../process/listen-locally.ts'
import { runProcess, StartError } from '../process/run-process.ts'
import { describeError, writeLog } from '../process/write-log.ts'
import { createAccessTokens } from './access-token.ts'
import { createAccountStore } from './account-store.ts'
import { buildServer } from './build-server.ts'
import { classifyRegistrations } from './classify-registrations.ts'
import { createSmtpSender, MailQueue } from './mail-queue.ts'
import { openMigrated } from './migrations.ts'
import { createServiceMetrics } from './service-metrics.ts'
import { readSettings } from './settings.ts'
import { type Version, versions } from './versions.ts'

await runProcess(async () => {
  const version = readVersion()
  const settings = readSettings(process.env)
  const fault = version.breakable ? settings.FAULT : 'none'
  const database = openMigrated(settings.DATABASE_PATH, version)
  const metrics = createServiceMetrics(version.name)
  const accounts = createAccountStore(database, version, metrics)
  const sender = createSmtpSender(settings.SMTP_URL, fault === 'verification')
  const mails = new MailQueue(sender.send, metrics)
  const tokens = createAccessTokens(settings.JWT_SECRET, settings.JWT_EXPIRES_IN)
  let publicUrl = settings.PUBLIC_URL
  const server = await buildServer({
    version,
    settings,
    accounts,
    mails,
    metrics,
    tokens,
    publicUrl: () => publicUrl ?? '',
  })
  const port = await listenLocally(server, settings.PORT, 'PORT')
  publicUrl ??= `http://127.0.0.1:${port}`
  const stopClassifying = classifyRegistrations(accounts, metrics, settings.VERIFICATION_WINDOW_MS)
  writeLog('listening', { port, version: version.name, fault })

  return async () => {
    await server.close()
    await mails.drain()
    stopClassifying()
    sender.close()
    database.close()
  }
})

function readVersion(): Version {
  const usage = `usage: node backend/main.ts --version ${[...versions.keys()].join('|')}`
  try {
    const { values } = parseArgs({ options: { version: { type: 'string', default: '' } } })
    const version = versions.get(values.version)
    if (version === undefined)
      throw new Error(values.version === '' ? '--version is missing' : `there is no version ${values.version}`)
    return version
  } catch (error) {
    throw new StartError(`${describeError(error)}; ${usage}`)
  }
}
