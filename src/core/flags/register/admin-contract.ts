/** What the admin API takes and answers; its server and the driver both hold to it. */
import { z } from 'zod'
import { RegisterCommand } from './change-register.ts'
import { FlagView } from './flag-view.ts'
import { ChangeCause } from './history-entry.ts'

export const adminPath = '/admin/v1'

/** `cause` with `fence` and `effect`: of a release, whose older writes are refused. */
export const ChangeRequest = z.strictObject({
  command: RegisterCommand,
  actor: z.string().min(1).max(200).default('admin'),
  cause: ChangeCause.optional(),
})
export type ChangeRequest = z.infer<typeof ChangeRequest>

export const ChangeAnswer = z.object({
  /** Of the register as it is now, or would be (`dryRun`). */
  version: z.string(),
  isDryRun: z.boolean(),
  changes: z.array(z.object({ path: z.array(z.string()), kind: z.string() }).loose()),
  /** The same for people, one line each. */
  lines: z.array(z.string()),
  /** Milliseconds from the request until it was served. */
  tookMs: z.number(),
  /** Of the command `set`: the flag as it is now, read from the register. */
  flag: FlagView.optional(),
})
export type ChangeAnswer = z.infer<typeof ChangeAnswer>

export const FlagList = z.object({
  version: z.string(),
  flags: z.array(z.object({ key: z.string(), state: z.enum(['ENABLED', 'DISABLED']), variants: z.array(z.string()) })),
})
