/** Outside systems that may call the controller, and where it listens for them. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'

export const Hook = z.strictObject({
  secret: SecretRef.describe(
    'The signing secret that the caller has too: whsec_ and base64, or any text of 24 to 64 bytes',
  ),
})
export type Hook = z.infer<typeof Hook>

/** `port` 0 is any free one. */
export const Inbound = z.strictObject({
  listen: z
    .string()
    .regex(
      /^(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|\[[\da-fA-F:]+\]):\d{1,5}$/,
      'an address of this machine and a port, such as 127.0.0.1:8787',
    )
    .refine((listen) => Number(listen.split(':').at(-1)) <= 65_535, 'a port is at most 65535'),
})
export type Inbound = z.infer<typeof Inbound>
