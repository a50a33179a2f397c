import { metricSourceContract } from '../../../test/contract/metric-source.ts'
import { createMemorySource } from './memory.ts'

metricSourceContract(async () => {
  const source = createMemorySource('main')
  return {
    source,
    show: async (process, page) => source.show(process, page),
    [Symbol.asyncDispose]: async () => undefined,
  }
})
