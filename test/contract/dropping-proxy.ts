/** A TCP proxy on loopback that can fall silent, as a network that was cut: connections stay open, and nothing comes through. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class DroppingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly port: number
  #isCut = false

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async start(targetPort: number): Promise<DroppingProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const proxy = new DroppingProxy(server, address.port)
    server.on('connection', (near) => proxy.#join(near, connect(targetPort, '127.0.0.1')))
    return proxy
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      if (this.#isCut) from.pause()
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        // Who is cut off does not hear the other side go.
        if (!this.#isCut) to.destroy()
      })
    }
  }

  /** From now on nothing comes through, not even the news that a side is gone. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** New connections come through again. What was cut is gone for good, as after a long outage. */
  mend(): void {
    this.#isCut = false
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
