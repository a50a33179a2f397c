/** Changes of a text as edits, so that everything between them stays as it is, byte for byte. */

/** `length` characters from `offset` (UTF-16, 0-based) give way to `insert`. */
export interface Edit {
  offset: number
  length: number
  insert: string
}

/** The text after edits that do not overlap; applied from back to front, so that offsets stay true. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.offset - a.offset)
    .reduce(
      (changed, { offset, length, insert }) => changed.slice(0, offset) + insert + changed.slice(offset + length),
      text,
    )
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

/** What differs between two versions of a line, without what they begin and end with alike; nothing where they are equal. */
export function lineEdit({ text, offset }: TextLine, changed: string): Edit[] {
  if (text === changed) return []
  const shorter = Math.min(text.length, changed.length)
  let head = 0
  while (head < shorter && text[head] === changed[head]) head++
  let tail = 0
  while (tail < shorter - head && text.at(-1 - tail) === changed.at(-1 - tail)) tail++
  return [
    { offset: offset + head, length: text.length - head - tail, insert: changed.slice(head, changed.length - tail) },
  ]
}
