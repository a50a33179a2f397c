/** What PostgreSQL and the network say when something fails, and what to do. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
import { DatabaseError } from 'pg'

/** Somebody else wrote that version first. */
export const isDuplicateVersion = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '23505' && error.constraint === 'one_event_a_version'

/** What to do about errors that people can do something about, by code or by its class. */
const advice: Readonly<Record<string, string>> = {
  '28': 'correct user and password of `store` in the operator file',
  '3D': 'create it (createdb), or correct the URL of `store` in the operator file',
  '42501': 'grant the user CREATE on the database',
  '53100': 'its disk is full: make room',
  '53': 'it has no room for more connections or memory: see to its limits',
  '57': 'it is being started or stopped',
  '25006': 'it is a standby: name the primary in the URL of `store`',
  '55P03': 'another controller held the log for too long',
  '57014': 'it answered too slowly',
  ECONNREFUSED: 'start it, or correct the URL of `store` in the operator file',
  ENOTFOUND: 'correct the URL of `store` in the operator file',
}

/** One sentence, without secrets. Anything that is not an error of the database or of the way to it is thrown again: it is a bug. */
export function describePostgresError(error: unknown): string {
  const found = firstOf(error)
  if (!(found instanceof Error) || found instanceof TypeError || found instanceof RangeError) throw error
  const { code } = found as Error & { code?: unknown }
  const known =
    typeof code === 'string'
      ? (advice[code] ?? (found instanceof DatabaseError ? advice[code.slice(0, 2)] : undefined))
      : undefined
  return `${found.message}${known === undefined ? '' : `: ${known}`}`
}

/** A host with several addresses fails with several errors; they differ in the address alone. */
const firstOf = (error: unknown): unknown => (error instanceof AggregateError ? (error.errors[0] ?? error) : error)
