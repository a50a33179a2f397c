/** `tidegate approve`: gives the word that a gate or a step waits for. */
import type { RegisterCommand } from './context.ts'
import { registerSignOff } from './sign-off.ts'

export const approveCommand: RegisterCommand = (program, context) =>
  registerSignOff(program, context, 'approve', 'sign what waits for your word')
