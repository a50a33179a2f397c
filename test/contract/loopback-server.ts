/** HTTP servers on loopback for driver tests: ones that answer, one that never does, and a port nobody listens on. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoopbackServer extends AsyncDisposable {
  url: string
  port: number
  server: Server
}

/** Listens on 127.0.0.1, on a free port unless one is given, until disposed. */
export async function serveLoopback(handler: RequestListener, port = 0): Promise<LoopbackServer> {
  const server = createServer(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, server, [Symbol.asyncDispose]: close }
}

/** Takes requests and never answers. */
export const serveSilence = (): Promise<LoopbackServer> => serveLoopback(() => undefined)

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  await using server = await serveLoopback(() => undefined)
  return server.port
}
