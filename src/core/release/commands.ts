/** What people ask of a release, and why an answer can be no. */
import { z } from 'zod'
import type { Plan } from '../plan/plan.ts'

/**
 * `seenVersion` is the version of the release that the person decided on: a command is refused when something that matters happened since, and
 * the answer says what. Abort and pause are never refused for that: they only make things safer.
 */
const base = { seenVersion: z.int().min(0).optional() }
const reason = z.string().min(1)

export const ReleaseCommand = z.discriminatedUnion('type', [
  /** Takes everything back that the release moved, or only `service` and what depends on it. */
  z.strictObject({
    ...base,
    type: z.literal('abort'),
    reason: z.string().default('no reason given'),
    service: z.string().optional(),
  }),
  z.strictObject({ ...base, type: z.literal('pause'), reason: z.string().default('no reason given') }),
  z.strictObject({ ...base, type: z.literal('resume') }),
  z.strictObject({ ...base, type: z.literal('approve'), gateId: z.string(), comment: z.string().optional() }),
  z.strictObject({ ...base, type: z.literal('reject'), gateId: z.string(), comment: z.string().optional() }),
  /** Ends the bake of the stage under way, if its criteria hold. */
  z.strictObject({ ...base, type: z.literal('promote'), service: z.string().optional(), reason }),
  /** Lets an undecided stage pass, once. */
  z.strictObject({ ...base, type: z.literal('override'), service: z.string().optional(), reason }),
  /** Goes on without a step, or without a gate that is no person's word. */
  z.strictObject({ ...base, type: z.literal('skip'), id: z.string(), reason }),
  /** Tries once more what failed. */
  z.strictObject({ ...base, type: z.literal('retry'), id: z.string() }),
  z.strictObject({ ...base, type: z.literal('reassign'), gateId: z.string(), role: z.string(), reason }),
  /** Another release takes this one's place: it goes back and ends. */
  z.strictObject({ ...base, type: z.literal('supersede'), by: z.string(), reason }),
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
