import { deployerContract } from '../../../test/contract/deployer.ts'
import { createMemoryDeployer } from './memory.ts'

const versions = { v1: 'healthy', v2: 'healthy', stuck: 'hanging' } as const

deployerContract(async () => ({
  deployer: createMemoryDeployer({ replacing: { mode: 'replace', versions }, beside: { mode: 'beside', versions } }),
  [Symbol.asyncDispose]: async () => undefined,
}))
