/** Commands whose results are given: for tests and rehearsals. */
import type { CatalogueCommand } from '../../core/plan/operator.ts'
import type { CommandResult } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { CommandRunner } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'
import { parameterValues } from './catalogue.ts'

export interface MemoryCommand {
  command: CatalogueCommand
  /** Given the parameters in order; `hanging` never ends. */
  run: ((values: string[]) => CommandResult) | 'hanging'
}

export function createMemoryRunner(commands: Readonly<Record<string, MemoryCommand>>): CommandRunner {
  const done = new Map<string, CommandResult>()
  return {
    name: 'memory-commands',
    async run(id, parameters, context) {
      const found = findByName('command', commands, id)
      if (!found.ok) return found
      const { command, run } = found.value
      const values = parameterValues(id, command, parameters)
      if (!values.ok) return values
      const { signal } = withDeadline({ ...context, timeoutMs: Math.min(command.timeout, context.timeoutMs) })
      if (run === 'hanging' && !signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      if (run === 'hanging' || signal.aborted) {
        return fail(isTimeout(signal) ? 'timeout' : 'unavailable', `${id} was stopped: ${String(signal.reason)}`)
      }
      const result = done.get(context.effectId) ?? run(values.value)
      done.set(context.effectId, result)
      return succeed(result)
    },
    async ping(id) {
      const found = findByName('command', commands, id)
      return found.ok ? succeed(undefined) : found
    },
  }
}
