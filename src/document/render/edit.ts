/** Changes of a text as edits, so that everything between them stays as it is, byte for byte. */

/** `length` characters from `offset` (UTF-16, 0-based) give way to `insert`. */
export interface Edit {
  offset: number
  length: number
  insert: string
}

/** The text after edits that do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let done = 0
  const parts = edits
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, length, insert }) => {
      const kept = text.slice(done, offset)
      done = offset + length
      return kept + insert
    })
  return parts.join('') + text.slice(done)
}

export interface TextLine {
  /** Without its end. */
  text: string
  offset: number
  /** "\n", "\r\n" or "\r"; empty on a last line that has none. */
  end: string
}

/** Always at least one line. What `\n` ends after `\r` is one line, as the importer counts them. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = []
  let offset = 0
  for (const match of text.matchAll(/\r\n?|\n/g)) {
    lines.push({ text: text.slice(offset, match.index), offset, end: match[0] })
    offset = match.index + match[0].length
  }
  return [...lines, { text: text.slice(offset), offset, end: '' }]
}

/** What differs between two versions of a line, in as few bytes as can be found quickly; nothing where they are equal. */
export function lineEdits({ text, offset }: TextLine, changed: string): Edit[] {
  if (text === changed) return []
  const shorter = Math.min(text.length, changed.length)
  let head = 0
  while (head < shorter && text[head] === changed[head]) head++
  let tail = 0
  while (tail < shorter - head && text.at(-1 - tail) === changed.at(-1 - tail)) tail++
  const before = text.slice(head, text.length - tail)
  const after = changed.slice(head, changed.length - tail)
  const shared = longestShared(before, after)
  if (shared.length < leastShared) return [{ offset: offset + head, length: before.length, insert: after }]
  const left = { text: before.slice(0, shared.before), offset: offset + head, end: '' }
  const rightFrom = shared.before + shared.length
  const right = { text: before.slice(rightFrom), offset: offset + head + rightFrom, end: '' }
  return [
    ...lineEdits(left, after.slice(0, shared.after)),
    ...lineEdits(right, after.slice(shared.after + shared.length)),
  ]
}

/** Shorter runs of equal characters between two changes are chance. */
const leastShared = 3
/** Comparisons for one line; where more would be needed, it is replaced from its first to its last difference. */
const comparisonLimit = 1_000_000

/** The longest run of characters that is in both; of length 0 where finding it would take too long. */
function longestShared(a: string, b: string): { before: number; after: number; length: number } {
  let best = { before: 0, after: 0, length: 0 }
  if (a.length * b.length > comparisonLimit) return best
  let above = new Uint16Array(b.length + 1)
  for (let i = 1; i <= a.length; i++) {
    const row = new Uint16Array(b.length + 1)
    for (let j = 1; j <= b.length; j++) {
      if (a[i - 1] !== b[j - 1]) continue
      const length = (above[j - 1] ?? 0) + 1
      row[j] = length
      if (length > best.length) best = { before: i - length, after: j - length, length }
    }
    above = row
  }
  return best
}
