import { flagBackendContract } from '../../../test/contract/flag-backend.ts'
import { createMemoryFlagBackend } from './memory.ts'

flagBackendContract(async () => ({
  backend: createMemoryFlagBackend({ main: ['basket', 'search'] }),
  [Symbol.asyncDispose]: async () => undefined,
}))
