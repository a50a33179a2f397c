/** The proxy's settings, from the environment. */
import { z } from 'zod'

const Port = z.coerce.number().pipe(z.int().min(1).max(65_535))

const Environment = z.object({
  /** Where users' requests come in, and the admin interface; both on 127.0.0.1 only. */
  LISTEN_PORT: Port,
  ADMIN_PORT: Port,
  /** File that keeps shares over a restart. */
  STATE_FILE: z.string().min(1),
  /** How long a backend may say nothing before it is given up. */
  ANSWER_TIMEOUT_MS: z.coerce.number().pipe(z.int().min(1)).default(30_000),
  /** If set, changes of shares need it as a bearer token. */
  ADMIN_TOKEN: z.string().min(1).optional(),
  /** If set, this header tells users apart; requests without it still get a cookie. */
  STICKY_HEADER: z
    .string()
    .regex(/^[\w-]+$/, 'a header name')
    .transform((name) => name.toLowerCase())
    .optional(),
})
export type ProxySettings = z.infer<typeof Environment>

/** A setting is missing or wrong; the message names each. */
export class SettingsError extends Error {}

/** Throws a `SettingsError`. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const parsed = Environment.safeParse(environment)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return environment[name] === undefined ? `${name} is not set` : `${name}: ${message}`
  })
  throw new SettingsError(problems.join('; '))
}
