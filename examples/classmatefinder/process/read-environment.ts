// Reads settings from environment variables, and names every variable that is wrong.
import { z } from 'zod'
import { StartError } from './run-process.ts'

/** Checks `environment` against `schema`; throws a StartError with one clause for each wrong variable. */
export function readEnvironment<S extends z.ZodObject>(schema: S, environment: NodeJS.ProcessEnv): z.output<S> {
  const read = schema.safeParse(environment)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return environment[name] === undefined ? `${name} is not set (${message})` : `${name} ${message}`
  })
  throw new StartError(`Environment: ${faults.join('; ')}`)
}

/** A TCP port; 0 lets the system choose. */
export function port(): z.ZodType<number> {
  return whole(0, 65_535)
}

/** A whole number from `least` to `most`, both included. */
export function whole(least: number, most: number): z.ZodType<number> {
  const message = `must be a whole number from ${least} to ${most}`
  return z
    .string(message)
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message))
}

/** An absolute URL of one of the `schemes`, e.g. `http`; without its last slash. */
export function url(...schemes: string[]): z.ZodType<string> {
  const message = `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`
  const protocols = schemes.map((scheme) => `${scheme}:`)
  return z
    .string(message)
    .refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), message)
    .transform((text) => text.replace(/\/$/, ''))
}
