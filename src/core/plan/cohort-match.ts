/** How a router knows the people of a cohort: by a header or a cookie with this value. */
import { z } from 'zod'

const Name = z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'the name of a header or cookie')
/** Characters that stand unquoted in both (RFC 9110 §5.5, RFC 6265 §4.1.1). */
const Value = z
  .string()
  .regex(
    /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,200}$/,
    'ASCII without blanks, quotes, commas, semicolons and backslashes',
  )

export const CohortMatch = z.union([
  z.strictObject({ header: Name, value: Value }),
  z.strictObject({ cookie: Name, value: Value }),
])
export type CohortMatch = z.infer<typeof CohortMatch>
