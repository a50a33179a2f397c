// A shop behind a flag, as its own team would write it: the stock OpenFeature client and flagd provider, evaluating in this process.
import { createServer } from 'node:http'
import { FlagdProvider } from '@openfeature/flagd-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { Counter, Registry } from 'prom-client'

const { PORT, SYNC_PORT } = process.env
const registers = [new Registry()]
const requests = new Counter({
  name: 'shop_requests_total',
  help: 'Requests',
  labelNames: ['variant', 'code'],
  registers,
})
for (const variant of ['on', 'off']) for (const code of ['200', '500']) requests.inc({ variant, code }, 0)

await OpenFeature.setProviderAndWait(
  new FlagdProvider({
    resolverType: 'in-process',
    host: '127.0.0.1',
    port: Number(SYNC_PORT),
    tls: false,
    streamDeadlineMs: 0,
    retryBackoffMaxMs: 200,
  }),
)
const client = OpenFeature.getClient()
let isBroken = false

createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://shop')
  if (url.pathname === '/metrics') {
    response.end(await registers[0]?.metrics())
    return
  }
  if (url.pathname === '/break') {
    isBroken = true
    response.end()
    return
  }
  const context = { targetingKey: url.searchParams.get('user') ?? '', email: url.searchParams.get('email') ?? '' }
  const { variant = 'off' } = await client.getBooleanDetails('checkout.new', false, context)
  const code = isBroken && variant === 'on' ? 500 : 200
  requests.inc({ variant, code: `${code}` })
  response.writeHead(code).end(variant)
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening'))
