/** Flags in `tidegate.yaml`: which flag of which backend the plan's flag is, and how steps and services name it. */
import { z } from 'zod'

const Name = z.string().min(1)

/** `source` is where the flag is defined and only read; `backend` is where it can be set. */
export const FlagBinding = z.union([
  z.strictObject({ source: Name, key: Name }),
  z.strictObject({ backend: Name, key: Name }),
])
export type FlagBinding = z.infer<typeof FlagBinding>

/** A flag that is to be set: a key of the plan that is bound under `flags`, or the backend and the key there. */
export const FlagRef = z.union([Name, z.strictObject({ backend: Name, flag: Name })])
export type FlagRef = z.infer<typeof FlagRef>
