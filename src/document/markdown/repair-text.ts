/** Undoes the commonest damage to a document: UTF-8 that somebody read in an 8-bit encoding ("â‰¥" for "≥"). Lines stay where they are. */

export interface RepairedText {
  text: string
  /** 1-based lines in which something was repaired, ascending. */
  repairedLines: number[]
}

/** Replaces every run of characters that is UTF-8 seen through Windows-1252, Windows-1254 or Mac Roman by what it stood for. */
export function repairText(text: string): RepairedText {
  const repairedLines: number[] = []
  const lines = text.split('\n').map((line, index) => {
    const repaired = /[^\p{ASCII}]/u.test(line) ? repairLine(line) : line
    if (repaired !== line) repairedLines.push(index + 1)
    return repaired
  })
  return { text: lines.join('\n'), repairedLines }
}

const byteTables = ['windows-1252', 'windows-1254', 'macintosh'].map(byteTable)

/** Character → byte, for the upper half of an 8-bit encoding. */
function byteTable(encoding: string): Map<string, number> {
  const bytes = Uint8Array.from({ length: 128 }, (_, index) => 128 + index)
  return new Map([...new TextDecoder(encoding).decode(bytes)].map((character, index) => [character, 128 + index]))
}

function repairLine(line: string): string {
  const characters = [...line]
  let out = ''
  for (let at = 0; at < characters.length; ) {
    const found = byteTables.map((table) => decodeAt(characters, at, table)).find((decoded) => decoded !== undefined)
    out += found?.character ?? characters[at]
    at += found?.length ?? 1
  }
  return out
}

function decodeAt(
  characters: string[],
  at: number,
  table: Map<string, number>,
): { character: string; length: number } | undefined {
  const lead = table.get(characters[at] ?? '') ?? 0
  const length = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  if (length === 0 || lead > 0xf4) return undefined
  const bytes = characters.slice(at, at + length).map((character) => table.get(character) ?? 0)
  if (bytes.length < length || bytes.slice(1).some((byte) => byte < 0x80 || byte > 0xbf)) return undefined
  const character = new TextDecoder().decode(Uint8Array.from(bytes))
  // A second control block, or U+FFFD, would mean that these characters were never UTF-8.
  return /^[\u{80}-\u{9f}\u{fffd}]/u.test(character) ? undefined : { character, length }
}
