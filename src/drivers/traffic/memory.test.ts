import { trafficRouterContract } from '../../../test/contract/traffic-router.ts'
import { createMemoryRouter } from './memory.ts'

trafficRouterContract(async () => ({
  router: createMemoryRouter({ main: ['v1', 'v2'] }),
  [Symbol.asyncDispose]: async () => undefined,
}))
