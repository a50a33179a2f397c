/** What every command is given: where to write, how to end, and how to reach a controller. Wired in `main.ts`. */
import type { Command } from 'commander'
import type { ControllerApi } from '../server/contract.ts'

/** Exit codes of every command. `undecided`: held, or weaknesses found. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, undecided: 3, notAuthorised: 4 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface CliContext {
  /** Data: what a script would read. One line, without its newline. */
  out(line: string): void
  /** Chatter: progress, warnings, errors. One line, without its newline. */
  err(line: string): void
  /** The streams as they are, for views that redraw themselves. */
  isTty: boolean
  columns(): number
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /**
   * A controller for the state folder: the running one over its socket, else this process takes the store's lock and is the controller until `close`.
   * Throws a `UserError` when neither is possible.
   */
  connect(stateDir: string): Promise<{ api: ControllerApi; served: 'remote' | 'local'; close(): Promise<void> }>
  /** Ends the command with this code once its output is written. */
  exit(code: ExitCode): void
}

/** Adds one command to the program; each command is a file of `cli/` that exports one of these. */
export type RegisterCommand = (program: Command, context: CliContext) => void

/** A mistake of the user or the surroundings: printed as one clear message without a stack, with what to do about it. */
export class UserError extends Error {
  readonly exitCode: ExitCode
  constructor(message: string, exitCode: ExitCode = exitCodes.usage) {
    super(message)
    this.name = 'UserError'
    this.exitCode = exitCode
  }
}
