/** The memory store keeps the contract of event stores. */
import { eventStoreContract } from '../../test/contract/event-store.ts'
import { createMemoryStore } from './memory.ts'

eventStoreContract('memory', createMemoryStore)
