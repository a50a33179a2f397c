/** Headers of a request with their secrets in place, as they are at this moment. */
import type { HeaderValues } from '../core/plan/headers.ts'
import { type Outcome, succeed } from '../core/release/outcome.ts'
import { resolveSecret } from './resolve-secret.ts'
import { orAbort } from './with-deadline.ts'

/** Relative paths start at `folder`. `unauthorized` names the secret's place, never its value. */
export function resolveHeaders(
  values: HeaderValues,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Outcome<Record<string, string>>> {
  const read = async () => {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(values)) {
      const text = typeof value === 'string' ? succeed(value) : await resolveSecret(value, { folder })
      if (!text.ok) return text
      headers[name] = text.value
    }
    return succeed(headers)
  }
  return orAbort(read, 'reading secrets of headers', signal)
}
