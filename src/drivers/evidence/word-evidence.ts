/** Words and times that the evidence of several vendors is told with. */

/** How many things a summary names. */
const named = 10

/** The first ten, and how many more there are. */
export const listed = (items: readonly string[]): string =>
  items.length > named ? `${items.slice(0, named).join(', ')} and ${items.length - named} more` : items.join(', ')

/** Text from outside on one line: no control characters, at most `limit` characters. */
export function oneLine(text: string, limit = 120): string {
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain
}

/** The latest of these times (ISO 8601 with an offset) in UTC; those that are not there do not count. */
export function latest(times: readonly (string | null | undefined)[]): string | undefined {
  const known = times.flatMap((time) => (time ? [Date.parse(time)] : [])).filter((ms) => !Number.isNaN(ms))
  return known.length > 0 ? new Date(Math.max(...known)).toISOString() : undefined
}
