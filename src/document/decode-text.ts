/** Bytes of a file to text. What is no UTF-8 is shown as well as can be and reported with its lines: shown, but never run. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'

export interface DecodedText {
  text: string
  diagnostics: Diagnostic[]
}

const advice = 'save the file as UTF-8'

/** UTF-8 with or without a byte order mark, and UTF-16 by its mark. A line of other bytes is read as Windows-1252, and that is an error. */
export function decodeText(bytes: Uint8Array, file: string): DecodedText {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  if (marked) return decodeUtf16(bytes, marked, file)
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), diagnostics: [] }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return decodeLines(bytes, file)
  }
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', file: string): DecodedText {
  const text = new TextDecoder(encoding).decode(bytes)
  const isWhole = bytes.length % 2 === 0 && !text.includes('\u{fffd}')
  const start = isWhole ? 1 : text.slice(0, text.indexOf('\u{fffd}')).split('\n').length
  const message = isWhole
    ? 'the file is UTF-16; it is read as such'
    : 'the file is UTF-16 and holds bytes that are no character; they are shown as \u{fffd}'
  return { text, diagnostics: [finding(isWhole ? 'note' : 'error', file, start, message)] }
}

/** Line by line, for often a few lines were pasted from elsewhere. */
function decodeLines(bytes: Uint8Array, file: string): DecodedText {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  const latin = new TextDecoder('windows-1252')
  const foreign: number[] = []
  const lines = linesOf(bytes).map((line, index) => {
    try {
      return utf8.decode(line)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      foreign.push(index + 1)
      return latin.decode(line)
    }
  })
  const [first = 1, ...more] = foreign
  const also =
    more.length === 0 ? '' : `, as ${more.length === 1 ? 'one more line does' : `${more.length} more lines do`}`
  const message = `the line holds bytes that are no UTF-8${also}; they are shown as Windows-1252, which is a guess`
  return { text: lines.join('\n'), diagnostics: [finding('error', file, first, message)] }
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return [...lines, bytes.subarray(start)]
}

function finding(severity: Diagnostic['severity'], file: string, line: number, message: string): Diagnostic {
  return { ruleId: 'ENCODING', severity, source: { file, start: line, end: line }, message, hint: advice }
}
