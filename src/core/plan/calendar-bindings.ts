/** The calendar in `tidegate.yaml`: windows, freezes, milestones, and when a phase starts. */
import { z } from 'zod'
import { CalendarMoment, TimeOfDay } from './calendar/local-time.ts'
import { Weekday } from './calendar/time-window.ts'
import { TimeZone } from './calendar/time-zone.ts'
import { Duration } from './duration.ts'

const Name = z.string().min(1)
const zone = TimeZone.optional().describe('Instead of the zone of the calendar')

export const CalendarBinding = z.strictObject({
  zone: TimeZone.optional().describe(
    'The zone of all dates and times, here and in the document, that name none themselves',
  ),
  windows: z
    .array(z.strictObject({ days: z.array(Weekday).min(1), from: TimeOfDay, to: TimeOfDay, zone }))
    .max(50)
    .optional()
    .describe('Hours in which phases may begin; they take the place of those that the document states'),
  freezes: z
    .array(z.strictObject({ from: CalendarMoment, to: CalendarMoment, zone, reason: Name }))
    .max(50)
    .optional()
    .describe('Days on which no phase may begin; they take the place of those that the document states'),
  holds: z
    .array(Name)
    .min(1)
    .optional()
    .describe(
      'The phases that wait for windows and freezes; without it, all but those that only check, notify or wait',
    ),
  milestones: z
    .record(Name, z.union([CalendarMoment, z.strictObject({ start: Name }), z.strictObject({ completion: Name })]))
    .default({})
    .describe('What the document counts from ("launch"): a moment, or the start or completion of a phase'),
})
export type CalendarBinding = z.infer<typeof CalendarBinding>

/** It takes the place of what the document says of the phase's time. `after` and `before` name a milestone, a phase or a freeze. */
export const ScheduleBinding = z.union([
  z.strictObject({ notBefore: CalendarMoment, zone }),
  z.strictObject({ after: Name, by: Duration.prefault('0s'), edge: z.enum(['start', 'completion']).optional() }),
  z.strictObject({ before: Name, by: Duration }),
])
export type ScheduleBinding = z.infer<typeof ScheduleBinding>
