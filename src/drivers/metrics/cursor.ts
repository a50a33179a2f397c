/** The bookmark of a source of counters: what each series showed at the last reading. */
import { z } from 'zod'

/** Raw counts by URL, series and bucket edge. A URL that is missing was never read: its counters start at the next reading. */
export const Cursor = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.number())))
export type Cursor = z.infer<typeof Cursor>
