/** A finding about a document, a binding or a plan: where it is, why it matters, what to do about it. */
import { z } from 'zod'

const lines = { start: z.int().min(1), end: z.int().min(1) }

/** Lines of a file, 1-based and inclusive; `file` is the path as the reader of the message knows it. */
export const SourceRange = z.strictObject({
  file: z.string().optional(),
  ...lines,
  /** Where a fact of a YAML plan was first stated, if that plan was written from another document. */
  origin: z.strictObject({ file: z.string(), ...lines }).optional(),
})
export type SourceRange = z.infer<typeof SourceRange>

/** `error` blocks `start`, never `rehearse`; a warning is acknowledged at start; a note does nothing. */
export const Severity = z.enum(['error', 'warning', 'note'])
export type Severity = z.infer<typeof Severity>

export const Diagnostic = z.strictObject({
  /** Stable upper-snake name of the rule, such as `THRESHOLD_GAP`. */
  ruleId: z.string(),
  severity: Severity,
  source: SourceRange.optional(),
  message: z.string(),
  /** What to write or do instead. */
  hint: z.string().optional(),
})
export type Diagnostic = z.infer<typeof Diagnostic>

/** `path:12-14 error THRESHOLD_GAP: message (hint)`, the one-line form used in terminals and logs. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { source, severity, ruleId, message, hint } = diagnostic
  const lines = source ? (source.end > source.start ? `${source.start}-${source.end}` : `${source.start}`) : undefined
  const place = [source?.file, lines].filter(Boolean).join(':')
  return `${place ? `${place} ` : ''}${severity} ${ruleId}: ${message}${hint ? ` (${hint})` : ''}`
}
