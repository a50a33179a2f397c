/** Headers that the operator lets requests carry. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'
import { SecureUrl } from './url.ts'

/** Values are written here or found where the reference says; a secret is the whole value, such as `Bearer …`. */
export const Headers = z.record(z.string(), z.union([z.string(), SecretRef])).default({})
export type HeaderValues = z.infer<typeof Headers>

/** What to tell an operator whose headers `exposeSecrets`. */
export const exposedSecrets =
  'its headers hold secrets, which anybody on the way could read: use https (http only to localhost, 127.0.0.1 or [::1])'

/** Whether a secret of the headers would leave this machine in plain text. */
export const exposeSecrets = (headers: HeaderValues, url: string): boolean =>
  url.startsWith('http:') &&
  !SecureUrl.safeParse(url).success &&
  Object.values(headers).some((value) => typeof value !== 'string')
