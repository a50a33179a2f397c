/** `tidegate reject`: refuses the word that a gate or a step waits for; it stays closed. */
import type { RegisterCommand } from './context.ts'
import { registerSignOff } from './sign-off.ts'

export const rejectCommand: RegisterCommand = (program, context) =>
  registerSignOff(program, context, 'reject', 'refuse what waits for your word')
