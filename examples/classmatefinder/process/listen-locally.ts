// Listens on the loopback address only, and says clearly when the port cannot be had.
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { StartError } from './run-process.ts'
import { describeError } from './write-log.ts'

/** The only address these processes listen on. */
export const loopback = '127.0.0.1'

/** Resolves to the port (0 lets the system choose one); throws a StartError that names `variable`. */
export async function listenLocally(server: FastifyInstance, port: number, variable: string): Promise<number> {
  try {
    await server.listen({ host: loopback, port })
  } catch (error) {
    throw listenError(error, port, variable)
  }
  return portOf(server.server.address(), variable)
}

/** The port out of what a listening server says of itself. */
export function portOf(address: AddressInfo | string | null, variable: string): number {
  if (address === null || typeof address === 'string') throw new Error(`no TCP port after listening on ${variable}`)
  return address.port
}

/** What to tell when a server of any kind could not listen. */
export function listenError(error: unknown, port: number, variable: string): StartError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new StartError(`${variable}: another process listens on ${loopback}:${port}; stop it or choose another port`)
  return new StartError(`${variable}: cannot listen on ${loopback}:${port}: ${describeError(error)}`)
}
