/** When a phase may start beside its offset from the start of the release: by the calendar, or by another phase. */
import { z } from 'zod'
import { CalendarMoment } from './calendar/local-time.ts'
import { TimeZone } from './calendar/time-zone.ts'
import { SourceRange } from './diagnostic.ts'
import { Id } from './statement.ts'

/** The words that say so, and their lines. */
const stated = { text: z.string(), source: SourceRange }

/**
 * Not before a moment of the calendar, moved by `offsetMs` of the wall clock (a day is 24 hours, also when the clocks change). `milestone` is
 * the name of that moment: "72 h before launch".
 */
export const AbsoluteSchedule = z.strictObject({
  ...stated,
  kind: z.literal('absolute'),
  notBefore: CalendarMoment,
  zone: TimeZone,
  offsetMs: z.number().default(0),
  milestone: z.string().optional(),
})

/**
 * `offsetMs` of plan time after the gates of another phase let it begin, or after it was completed. Before it where negative: then it counts from the time for which the
 * other phase is planned, and moves with that.
 */
export const AnchoredSchedule = z.strictObject({
  ...stated,
  kind: z.literal('anchored'),
  phase: Id,
  edge: z.enum(['start', 'completion']),
  offsetMs: z.number(),
})

export const Schedule = z.discriminatedUnion('kind', [AbsoluteSchedule, AnchoredSchedule])
export type Schedule = z.infer<typeof Schedule>
