/** A sync server that checks and counts nothing: it writes to the one client that came. How soon the stock provider has a change from any server. */
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js'
import { type SyncRequest, type SyncResponse, syncService } from '../../src/server/sync-contract.ts'

export interface BareServer {
  address: string
  /** Sends definitions to the client, which must have come. */
  put(text: string): void
  close(): void
}

export async function serveBare(text: string): Promise<BareServer> {
  let client: ServerWritableStream<SyncRequest, SyncResponse> | undefined
  const server = new Server()
  server.addService(syncService, {
    SyncFlags: (stream: ServerWritableStream<SyncRequest, SyncResponse>) => {
      client = stream
      stream.on('error', () => {})
      stream.write({ flagConfiguration: text })
    },
    FetchAllFlags: (_: unknown, answer: sendUnaryData<SyncResponse>) => answer(null, { flagConfiguration: text }),
    GetMetadata: (_: unknown, answer: sendUnaryData<object>) => answer(null, {}),
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return {
    address: `127.0.0.1:${port}`,
    put: (changed) => client?.write({ flagConfiguration: changed }),
    close: () => server.forceShutdown(),
  }
}
