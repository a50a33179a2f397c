// The body of a 400: what is wrong, field by field.
import type { z } from 'zod'

/** One message a field, the first; a body that is no object is reported under `body`. */
export function fieldErrors(error: z.ZodError): { error: string; fields: Record<string, string> } {
  const fields: Record<string, string> = {}
  for (const { path, message } of error.issues) fields[String(path[0] ?? 'body')] ??= message
  return { error: 'invalid fields', fields }
}
