/** Where the events are kept. Without a word on it that is SQLite in the controller's state folder; a database can be shared by several controllers. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'

/** No password and no user's password hides in it: those have a place of their own, and this text is shown in messages. */
const PostgresUrl = z
  .string()
  .regex(
    /^postgres(?:ql)?:\/\/(?:[^\s:/?#@]+@)?(?:[^\s/?#@:[\]]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?\/[^\s/?#]+(?:\?[^\s#]*)?$/,
    'such as postgres://USER@HOST:5432/DATABASE; the password goes into `password`',
  )
  .refine((url) => !/[?&]password=/i.test(url), 'the password goes into `password`')

export const PostgresStoreSpec = z.strictObject({
  driver: z.literal('postgres'),
  url: PostgresUrl.describe('Database and user; parameters as libpq knows them, such as sslmode=verify-full'),
  password: SecretRef.optional().describe('Read at each new connection, so that a rotated one is used'),
})
export const StoreSpec = z.discriminatedUnion('driver', [PostgresStoreSpec])
export type StoreSpec = z.infer<typeof StoreSpec>
