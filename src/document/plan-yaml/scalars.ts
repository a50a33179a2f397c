/** Single values of the YAML plan. Its reader gives every scalar as the text that stands there, so that `1.10` and `no` stay what was written. */
import { z } from 'zod'
import { CalendarDate } from '../../core/plan/draft.ts'
import { Duration } from '../../core/plan/duration.ts'
import { readDuration } from '../grammar/read-quantity.ts'

/** What editors are told: they see `no` and `1.10` as YAML does. */
const plain = { type: ['string', 'number', 'boolean'] }

/** As long as the importer of Markdown lets one statement be. */
const textLimit = 8_000

export const Text = z.string().min(1).max(textLimit).meta(plain)
/** Text that may be empty. */
export const AnyText = z.string().meta(plain)

export const Flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ type: 'boolean', enum: [true, false] })

const numberPattern = String.raw`-?\d+(?:\.\d+)?(?:e[-+]?\d+)?`

export const NumberText = z
  .string()
  .regex(new RegExp(`^${numberPattern}$`, 'i'), 'a number')
  .transform(Number)
  .meta({ type: 'number' })

export const Share = z
  .string()
  .regex(new RegExp(`^${numberPattern} ?%?$`, 'i'), 'a share such as 10%')
  .transform((text) => Number(text.replace('%', '')))
  .refine((percent) => percent >= 0 && percent <= 100, 'a share between 0% and 100%')
  .meta({ type: ['string', 'number'], description: 'A share of traffic or users', examples: ['10%'] })

/** `10 min`, `36h`, and whatever else the plans of people say and no more: `10 minutes`, `1h45`, `2 weeks`. */
export const Length = z
  .string()
  .transform((text, context): number => {
    const exact = Duration.safeParse(text)
    if (exact.success) return exact.data
    const span = readDuration(text)
    if (span?.index === 0 && span.length === text.length && span.durationMs[0] === span.durationMs[1])
      return span.durationMs[0]
    context.addIssue({ code: 'custom', message: 'a duration such as 10 min, 24h or 7 days', input: text })
    return z.NEVER
  })
  .meta({ examples: ['10 min', '24h'] })
export const PositiveLength = Length.refine((ms) => ms > 0, 'a duration above 0')

/** A length before a point where it is negative: `-72h`. */
export const Offset = z
  .string()
  .regex(/^[-+]?\d/, 'a duration such as 24h, or -72h for before')
  .transform((text) => ({ sign: text.startsWith('-') ? -1 : 1, length: text.replace(/^[-+] ?/, '') }))
  .pipe(z.object({ sign: z.number(), length: Length }))
  .transform(({ sign, length }) => sign * length)

/** One length or the shortest and the longest; one day or the first and the last. */
export const LengthSpan = endsOf(Length)
export const DateSpan = endsOf(CalendarDate)

function endsOf<T extends z.ZodType<unknown, string>>(
  end: T,
): z.ZodType<[z.output<T>, z.output<T>], string | [string, string]> {
  return z.union([
    end.transform((value): [z.output<T>, z.output<T>] => [value, value]),
    z.tuple([end, end]) as z.ZodType<[z.output<T>, z.output<T>], [string, string]>,
  ])
}

export interface Origin {
  /** Absent: the document that `from` names. */
  file?: string
  start: number
  end: number
}

/** `12`, `12-14`, `rollback.md:12-14`. */
export const Lines = z
  .string()
  .regex(/^(?:.+:)?[1-9]\d{0,8}(?:-[1-9]\d{0,8})?$/, 'lines such as 12 or 12-14')
  .transform((text): Origin => {
    const [, file, start, end = start] = /^(?:(.+):)?(\d+)(?:-(\d+))?$/.exec(text) ?? []
    return { ...(file === undefined ? {} : { file }), start: Number(start), end: Number(end) }
  })
  .meta({
    type: ['string', 'integer'],
    description: 'Lines of the document named by `from` that state this; written by `tidegate import`',
  })
