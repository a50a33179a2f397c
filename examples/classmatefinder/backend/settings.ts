// The service's settings, read from the environment once at start.
import { z } from 'zod'
import { port, readEnvironment, url, whole } from '../process/read-environment.ts'

/** Ways in which a breakable version can be made to misbehave; README.md says what each does. */
export const faults = ['none', 'errors', 'slow', 'crash', 'verification'] as const
export type Fault = (typeof faults)[number]

const schema = z.object({
  PORT: port(),
  DATABASE_PATH: z.string('must be the path of a SQLite file').min(1, 'must be the path of a SQLite file'),
  JWT_SECRET: z.string('must have at least 32 characters').min(32, 'must have at least 32 characters'),
  JWT_EXPIRES_IN: z
    .string()
    .regex(/^\d+ ?[smhdw]$/, 'must be a number and a unit, e.g. 7d or 15m')
    .default('7d'),
  SMTP_URL: url('smtp', 'smtps'),
  PUBLIC_URL: url('http', 'https').optional(),
  UNIVERSITY_DOMAINS: z
    .string('must be a list such as .edu,.ubc.ca')
    .transform((text) => text.split(',').map((suffix) => suffix.trim().toLowerCase().replace(/^\.?/, '.')))
    .refine(
      (suffixes) => suffixes.every((suffix) => /^(\.[a-z0-9-]+)+$/.test(suffix)),
      'must be a list such as .edu,.ubc.ca',
    ),
  CORS_ORIGIN: url('http', 'https').optional(),
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .default('development'),
  SCRYPT_COST: whole(1024, 131_072)
    .refine((cost) => Number.isInteger(Math.log2(cost)), 'must be a power of two')
    .default(16_384),
  VERIFICATION_WINDOW_MS: whole(100, 86_400_000).default(300_000),
  FAULT: z.enum(faults, `must be one of ${faults.join(', ')}`).default('none'),
})

/** Settings under the names of their variables; README.md describes each. */
export type Settings = z.output<typeof schema>

/** Throws a StartError that names every variable that is missing or wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return readEnvironment(schema, environment)
}
