/** Where a secret is found at the moment it is needed. The secret itself stands in no file of plans or operators, and in no event. */
import { z } from 'zod'

export const SecretRef = z.union([
  z.strictObject({ env: z.string().min(1).describe('A variable of the environment of the controller') }),
  z.strictObject({
    file: z
      .string()
      .min(1)
      .describe('A file that holds nothing else; a relative path starts at the folder of the operator file'),
  }),
])
export type SecretRef = z.infer<typeof SecretRef>
