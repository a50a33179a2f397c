/** Why the events of a decision are written: the input that it answers. */
import type { Input } from './decide.ts'
import type { Cause } from './events.ts'

export function causeOf(input: Input): Cause {
  switch (input.type) {
    case 'start':
      return { kind: 'command', command: 'start' }
    case 'command':
      return { kind: 'command', command: input.command.type }
    case 'effectSettled':
      return { kind: 'effect', effectId: input.effectId }
    case 'observed':
      return { kind: 'look', service: input.observation.service }
    case 'webhook':
      return { kind: 'hook', hook: input.hook }
    case 'tick':
      return { kind: 'clock' }
  }
}
