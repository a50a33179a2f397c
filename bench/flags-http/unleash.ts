/** Unleash in a process of its own, with one flag that is on for a tenth of all users: `unleash.ts DATABASE-URL`. Tells its parent where it listens. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sharePercent } from '../flags/cases.ts'
import { adminToken, flagKey, frontendToken } from './cases.ts'
import { load } from './packages.ts'

interface Unleash {
  start(options: object): Promise<{ server: Server }>
}

/** Its own limits, 20,000 requests a minute, would be reached within seconds. */
const unlimited = 1_000_000_000

process.env.INIT_ADMIN_API_TOKENS = adminToken
process.env.INIT_FRONTEND_API_TOKENS = frontendToken
const { start } = load<Unleash>('unleash-server')
const { server } = await start({
  databaseUrl: process.argv[2],
  db: { ssl: false },
  server: { host: '127.0.0.1', port: 0 },
  logLevel: 'error',
  versionCheck: { enable: false },
  telemetry: false,
  rateLimiting: { sdkApiMaxPerMinute: unlimited, tokenAuthenticationMaxPerMinute: unlimited },
})
if (!server.listening) await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const features = '/api/admin/projects/default/features'
const environment = `${features}/${flagKey}/environments/development`
const parameters = { rollout: `${sharePercent}`, stickiness: 'userId', groupId: flagKey }
await post(features, { name: flagKey, type: 'release' })
await post(`${environment}/strategies`, { name: 'flexibleRollout', parameters })
await post(`${environment}/on`, {})
process.send?.({ url })

async function post(path: string, body: object): Promise<void> {
  const headers = { authorization: adminToken, 'content-type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} is answered with ${response.status}: ${await response.text()}`)
}
