/** What people ask of a release, and why an answer can be no. */
import { z } from 'zod'
import type { Plan } from '../plan/plan.ts'

/** `seenVersion` is the version of the release the person decided on; a command that no longer fits is refused and says what changed. */
const base = { seenVersion: z.int().min(0).optional() }

export const ReleaseCommand = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.literal('abort'), reason: z.string().default('no reason given') }),
  z.strictObject({ ...base, type: z.literal('pause'), reason: z.string().default('no reason given') }),
  z.strictObject({ ...base, type: z.literal('resume') }),
  z.strictObject({ ...base, type: z.literal('approve'), requirementId: z.string(), comment: z.string().optional() }),
  z.strictObject({ ...base, type: z.literal('reject'), requirementId: z.string(), comment: z.string().optional() }),
])
export type ReleaseCommand = z.infer<typeof ReleaseCommand>

export interface StartRelease {
  type: 'start'
  releaseId: string
  projectId: string
  plan: Plan
  /** Text of the document that the plan was read from. */
  document?: string
  digest: string
  speed: number
  acknowledged: string[]
}

/** A command that is wrong for the state, as a value: nothing was changed. */
export interface Rejection {
  rejected: true
  code: 'wrongState' | 'notFound' | 'notAuthorised' | 'stale' | 'invalid'
  message: string
  /** What can be done instead. */
  hint?: string
}
