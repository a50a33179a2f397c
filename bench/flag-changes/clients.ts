/** Clients that listen, and tell when all of them have a change: `clients.ts provider|sync|events COUNT OFREP-URL SYNC-ADDRESS`. */
import { get } from 'node:http'
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { FlagdProvider } from '@openfeature/flagd-provider'
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import { type SyncResponse, syncService } from '../../src/server/sync-contract.ts'
import { nowMs, processorMs } from './shared.ts'

export interface Received {
  atMs: number[]
  /** What this process has used of the processors since it began. */
  processorMs: number
}

const [kind = '', count = '', url = '', address = ''] = process.argv.slice(2)
const clients = Number(count)
/** Connections that are opened at a time: the server lets so many come. */
const together = kind === 'sync' ? 10 : 20
const openEveryMs = 25

let round: number[] = []
/** The first round is what each client is sent when it comes. */
function received(): void {
  round.push(nowMs())
  if (round.length < clients) return
  process.send?.({ atMs: round, processorMs: processorMs() } satisfies Received)
  round = []
}

if (kind === 'provider') await useProvider()
else
  for (let opened = 0; opened < clients; opened += together) {
    for (let index = opened; index < Math.min(clients, opened + together); index++)
      if (kind === 'sync') openSync()
      else openEvents()
    await new Promise((resolve) => setTimeout(resolve, openEveryMs))
  }

function openSync(): void {
  const Sync = makeGenericClientConstructor(syncService, 'FlagSyncService')
  const client = new Sync(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const stream = client.SyncFlags?.({})
  stream.on('data', (_: SyncResponse) => received())
  stream.on('error', fail)
}

function openEvents(): void {
  get(`${url}/ofrep/v1/events`, { agent: false }, (response) => {
    if (response.statusCode !== 200) fail(new Error(`an event stream is answered with ${response.statusCode}`))
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      if (text.includes('refetchEvaluation')) received()
    })
    response.on('error', fail)
  }).on('error', fail)
}

/** The value is asked for when the provider says that something changed, and then until it is another one: who asks all the time keeps others from working. */
async function useProvider(): Promise<void> {
  const [host = '', port = ''] = address.split(':')
  await OpenFeature.setProviderAndWait(
    new FlagdProvider({ host, port: Number(port), resolverType: 'in-process', tls: false }),
  )
  const client = OpenFeature.getClient()
  let known = await client.getNumberValue('change', -1)
  received()
  client.addHandler(ProviderEvents.ConfigurationChanged, async () => {
    let value = await client.getNumberValue('change', -1)
    while (value === known) {
      await new Promise((resolve) => setImmediate(resolve))
      value = await client.getNumberValue('change', -1)
    }
    known = value
    received()
  })
}

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
