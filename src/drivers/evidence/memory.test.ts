import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { createMemoryCheckRunner } from './memory.ts'

checkRunnerContract(async () => ({
  runner: createMemoryCheckRunner({
    good: { verdict: 'passed', summary: '1 of 1', details: ['as expected'] },
    bad: { verdict: 'failed', summary: '0 of 1', details: ['not as expected'] },
    hanging: 'hanging',
  }),
  [Symbol.asyncDispose]: async () => undefined,
}))
