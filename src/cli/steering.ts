/** What the commands that steer a release share: who, why, and the state it was decided on. */
import type { Command } from 'commander'
import { UserError } from './context.ts'
import type { CommandOptions } from './send-and-print.ts'
import { actorOption } from './with-controller.ts'

export interface SteeringOptions extends CommandOptions {
  reason: string
  /** The release is named by an option where the argument is a part of it. */
  release?: string
  service?: string
}

function versionOf(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new UserError(`--seen takes the version of a release, a whole number, not "${text}"`)
  return Number(text)
}

/** Adds the options that all of them have. `--seen` is checked by the controller: what changed since is said, and nothing is done. */
export function withSteeringOptions(command: Command): Command {
  return command
    .option(...actorOption)
    .option(
      '--seen <version>',
      'the version of the release you decided on; refused if something changed since',
      versionOf,
    )
    .option('--json', 'print one JSON object')
}

export const reasonOption = ['--reason <text>', 'why; it goes into the log and the report'] as const
