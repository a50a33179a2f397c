import { trafficRouterContract } from '../../../test/contract/traffic-router.ts'
import { createMemoryRouter } from './memory.ts'

trafficRouterContract(async () => {
  const router = createMemoryRouter({ main: ['v1', 'v2'] }, { main: ['internal', 'partners'] })
  return {
    router,
    servedTo: async (cohort) => (cohort === null ? undefined : router.versionOf('main', cohort)) ?? 'v1',
    [Symbol.asyncDispose]: async () => undefined,
  }
})
