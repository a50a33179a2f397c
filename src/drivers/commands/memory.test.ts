import { commandRunnerContract } from '../../../test/contract/command-runner.ts'
import { CatalogueCommand } from '../../core/plan/operator.ts'
import { createMemoryRunner } from './memory.ts'

commandRunnerContract(async () => {
  const plain = CatalogueCommand.parse({ description: 'for tests', argv: ['/bin/true'] })
  const parameters = { name: { pattern: '[a-z]+' }, count: { pattern: '[0-9]+' } }
  let runs = 0
  const runner = createMemoryRunner({
    echo: { command: { ...plain, parameters }, run: (values) => ({ exitCode: 0, output: `${values.join(' ')}\n` }) },
    fail: { command: plain, run: () => ({ exitCode: 3, output: '' }) },
    hang: { command: plain, run: 'hanging' },
    count: { command: plain, run: () => ({ exitCode: 0, output: `${++runs}` }) },
  })
  return { runner, [Symbol.asyncDispose]: async () => undefined }
})
