/** Where the operator keeps what vouches for the event log: outside of it, or whoever rewrites the one rewrites the other. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'

export const Audit = z.strictObject({
  checkpoints: z
    .string()
    .min(1)
    .describe(
      'A file that checkpoints are added to, best on another disk or machine than the state folder; a relative path starts at the folder of the operator file',
    ),
  key: SecretRef.describe('The signing key, as `tidegate audit keygen` makes it'),
})
export type Audit = z.infer<typeof Audit>
