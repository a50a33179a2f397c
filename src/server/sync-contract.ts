/** The messages and calls of flagd's sync protocol, `flagd.sync.v1` (https://flagd.dev/reference/specifications/protos/), by their field numbers. */
import type { ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'

export interface SyncRequest {
  providerId: string
  /** One set is served, so there is nothing to select. */
  selector: string
}

export interface SyncResponse {
  flagConfiguration: string
}

const text = (id: number) => ({ type: 'string', id })
const asked = { fields: { providerId: text(1), selector: text(2) } }

const call = (name: string) => ({ requestType: `${name}Request`, responseType: `${name}Response`, comment: '' })

const definition = fromJSON(
  {
    nested: {
      'flagd.sync.v1': {
        nested: {
          SyncFlagsRequest: asked,
          // Field 2, a context that enriches the client's own, is for servers that have one.
          SyncFlagsResponse: { fields: { flagConfiguration: text(1) } },
          FetchAllFlagsRequest: asked,
          FetchAllFlagsResponse: { fields: { flagConfiguration: text(1) } },
          GetMetadataRequest: { fields: {} },
          GetMetadataResponse: { fields: {} },
          FlagSyncService: {
            methods: {
              SyncFlags: { ...call('SyncFlags'), responseStream: true },
              FetchAllFlags: call('FetchAllFlags'),
              GetMetadata: call('GetMetadata'),
            },
          },
        },
      },
    },
  },
  { keepCase: true, defaults: true },
)

export const syncService = serializedOnce(definition['flagd.sync.v1.FlagSyncService'] as ServiceDefinition)

/** A change goes to thousands of streams: the same answer is made bytes of once. */
function serializedOnce(service: ServiceDefinition): ServiceDefinition {
  const known = new WeakMap<object, Buffer>()
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const responseSerialize = (response: object): Buffer => {
        const bytes = known.get(response) ?? method.responseSerialize(response)
        known.set(response, bytes)
        return bytes
      }
      return [name, { ...method, responseSerialize }]
    }),
  )
}
