/** Keeps hostile or broken input within what a Markdown parser handles in linear time; every cut is reported, and no line moves. */
import type { Diagnostic } from '../../core/plan/diagnostic.ts'

/** Largest document that is read, in bytes of UTF-8. */
export const documentLimitBytes = 256 * 1024
const lineLimit = 4_000
const nestingLimit = 24
const indentLimit = 400
/** Of one paragraph: resolving its emphasis and links costs the parser length times marks. */
const paragraphLimit = 8_000
const markLimit = 1_000
const reportLimit = 20

export interface LimitedText {
  text: string
  diagnostics: Diagnostic[]
}

/** The same lines, cut to the limits above. */
export function limitText(text: string, file: string): LimitedText {
  const diagnostics: Diagnostic[] = []
  const counts = new Map<string, number>()
  const report: Report = (ruleId, line, message, hint) => {
    const count = (counts.get(ruleId) ?? 0) + 1
    counts.set(ruleId, count)
    if (count <= reportLimit)
      diagnostics.push({ ruleId, severity: 'error', source: { file, start: line, end: line }, message, hint })
  }
  const limitParagraph = paragraphLimiter(report)
  const lines = text.split('\n').map((line, index) => limitParagraph(limitLine(line, index + 1, report), index + 1))
  return { text: lines.join('\n'), diagnostics }
}

type Report = (ruleId: string, line: number, message: string, hint: string) => void

function limitLine(original: string, number: number, report: Report): string {
  let line = original
  if (line.includes('\0')) {
    report('CONTROL_CHARACTER', number, 'the line holds a NUL byte', 'save the document as UTF-8 text')
    line = line.replaceAll('\0', '\u{fffd}')
  }
  if (line.length > lineLimit) {
    report(
      'LINE_TOO_LONG',
      number,
      `only the first ${lineLimit} of ${line.length} characters are read`,
      'break the line',
    )
    line = line.slice(0, lineLimit)
  }
  const [lead = ''] = /^[\s>*+-]*/.exec(line) ?? ['']
  const nesting = lead.replace(/\s/g, '').length
  const isRule = /^\s*(?:(?:\*\s*)+|(?:-\s*)+)$/.test(line)
  if ((nesting <= nestingLimit || isRule) && lead.length - nesting <= indentLimit) return line
  report(
    'NESTED_TOO_DEEP',
    number,
    'the line is inside too many quotes or lists, or indented too far',
    `keep within ${nestingLimit} levels`,
  )
  return line.slice(lead.length)
}

/** Follows paragraphs from line to line; code blocks, tables and the items of lists are none. */
function paragraphLimiter(report: Report): (line: string, number: number) => string {
  let fence = ''
  let isTable = false
  let isList = false
  let length = 0
  let marks = 0
  return (line, number) => {
    const [, fenceMark] = /^ *(?:[-*+>] |\d{1,3}[.)] )*(```|~~~)/.exec(line) ?? []
    if (fenceMark !== undefined && (fence === '' || fence === fenceMark)) fence = fence === '' ? fenceMark : ''
    // A number other than 1 begins an item only where a list goes on, or after an empty line.
    const isItem =
      /^\s*(?:[-*+]|1[.)]) +\S/.test(line) || ((isList || length === 0) && /^\s*\d{1,3}[.)] +\S/.test(line))
    const starts = fenceMark !== undefined || isItem || /^\s*(?:$|#{1,6} )/.test(line)
    if (starts) isList = isItem
    if (starts || fence !== '') {
      isTable = false
      length = 0
      marks = 0
    }
    isTable ||= /^\s*\|?\s*:?-+:?\s*\|/.test(line) && length > 0
    if (fence !== '' || isTable) return line
    length += line.length
    marks += countMarks(line)
    if (length <= paragraphLimit && marks <= markLimit) return line
    report(
      'PARAGRAPH_TOO_LONG',
      number,
      `a paragraph of more than ${paragraphLimit} characters or ${markLimit} marks is not read to its end`,
      'part it by empty lines',
    )
    // An empty line ends the paragraph for the parser; what follows is the next one.
    length = 0
    marks = 0
    return ''
  }
}

function countMarks(line: string): number {
  return line.length - line.replace(/[*_~[\]`<]+/g, '').length
}
