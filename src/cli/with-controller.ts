/** Runs a command's work with the controller of the chosen state folder, and lets go of it afterwards. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ControllerPurpose } from '../server/contract.ts'
import { type CliContext, type Connection, type ExitCode, UserError } from './context.ts'

/** `operatorFile` is used when this process becomes the controller; relative to the working folder. */
export async function withController(
  program: Command,
  context: CliContext,
  purpose: ControllerPurpose,
  work: (connection: Connection) => Promise<ExitCode>,
  operatorFile?: string,
): Promise<void> {
  const stateDir = resolve(context.cwd, program.opts<{ state: string }>().state)
  const connection = await context.connect(stateDir, purpose, operatorFile)
  try {
    context.exit(await work(connection))
  } finally {
    await connection.close()
  }
}

export const actorOption = [
  '--as <person>',
  "who you are: a key of the operator's people (default: TIDEGATE_ACTOR)",
] as const

/** Who gives the command. Throws a `UserError` that says how to tell. */
export function actorOf({ env }: CliContext, { as }: { as?: string }): string {
  const actor = as ?? env.TIDEGATE_ACTOR
  if (actor) return actor
  throw new UserError("say who you are: --as PERSON, or TIDEGATE_ACTOR=PERSON, with a key of the operator's people")
}
