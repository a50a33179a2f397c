// Starts the synthetic users, who use the service through its public address and read their mail in the mailbox.
import { z } from 'zod'
import { listenLocally } from '../process/listen-locally.ts'
import { port, readEnvironment, url, whole } from '../process/read-environment.ts'
import { runProcess } from '../process/run-process.ts'
import { writeLog } from '../process/write-log.ts'
import { createConnections } from './browser.ts'
import { buildControlApi, highestRate } from './build-control-api.ts'
import { startCrowd } from './crowd.ts'
import { seededRandom } from './seeded-random.ts'
import { countRequest, createStats } from './traffic-stats.ts'

const schema = z.object({
  BASE_URL: url('http'),
  MAILBOX_URL: url('http'),
  CONTROL_PORT: port(),
  USERS_PER_SECOND: whole(0, highestRate).default(30),
  SEED: whole(0, 4_294_967_295).default(1),
})

await runProcess(async () => {
  const settings = readEnvironment(schema, process.env)
  const start = new Date()
  const stats = createStats(start)
  const world = {
    baseUrl: settings.BASE_URL,
    mailboxUrl: settings.MAILBOX_URL,
    connections: createConnections(256),
    mailboxConnections: createConnections(400),
    random: seededRandom(settings.SEED),
    seen: ({ status, version }: { status: number; version?: string }) => countRequest(stats, status, version),
  }
  const crowd = startCrowd(world, stats, start.getTime().toString(36), settings.USERS_PER_SECOND)
  const control = buildControlApi(stats, crowd)
  const controlPort = await listenLocally(control, settings.CONTROL_PORT, 'CONTROL_PORT')
  writeLog('listening', { port: controlPort, usersPerSecond: settings.USERS_PER_SECOND })

  // Journeys under way are not waited for: nothing is lost with them.
  return async () => {
    crowd.stop()
    await control.close()
  }
})
