/** Keeps hostile or broken input within what is read in linear time; every cut is reported with its line, and no line moves. */
import type { Diagnostic } from '../../core/plan/diagnostic.ts'

/** Largest document that is read, in bytes of UTF-8. */
export const documentLimitBytes = 256 * 1024
const lineLimit = 4_000
const nestingLimit = 24
const indentLimit = 400
/** Of one paragraph: resolving its emphasis and links costs the parser marks times marks. */
const paragraphLimit = 8_000
const markLimit = 1_000
/** Of one kind. */
const reportLimit = 20

export interface LimitedText {
  text: string
  diagnostics: Diagnostic[]
}

/** The same lines, cut to the limits above. */
export function limitText(text: string, file: string): LimitedText {
  const diagnostics: Diagnostic[] = []
  const counts = new Map<string, number>()
  const report: Report = (ruleId, line, message, hint, severity = 'error') => {
    const count = (counts.get(ruleId) ?? 0) + 1
    counts.set(ruleId, count)
    const more = count === reportLimit ? '; there may be more such lines, of which nothing is said' : ''
    if (count <= reportLimit)
      diagnostics.push({ ruleId, severity, source: { file, start: line, end: line }, message: message + more, hint })
  }
  const limitParagraph = paragraphLimiter(report)
  const lines = text.split('\n').map((line, index) => limitParagraph(limitLine(line, index + 1, report), index + 1))
  return { text: lines.join('\n'), diagnostics }
}

type Report = (ruleId: string, line: number, message: string, hint: string, severity?: Diagnostic['severity']) => void

const controls = /(?!\t)\p{Cc}/gu
const turns = /[\u{202a}-\u{202e}\u{2066}-\u{2069}]/u

function limitLine(original: string, number: number, report: Report): string {
  let line = /^[\t -~]*$/.test(original) ? original : limitCharacters(original, number, report)
  if (line.length > lineLimit) {
    report(
      'LINE_TOO_LONG',
      number,
      `only the first ${lineLimit} of ${line.length} characters are read`,
      'break the line',
    )
    line = line.slice(0, lineLimit)
  }
  const [lead = ''] = /^(?:[\s>*+-]|\d{1,9}[.)](?=\s))*/.exec(line) ?? ['']
  const nesting = lead.match(/[>*+-]|\d+[.)]/g)?.length ?? 0
  const indent = lead.match(/\s/g)?.length ?? 0
  const isRule = /^\s*(?:(?:\*\s*)+|(?:-\s*)+)$/.test(line)
  if ((nesting <= nestingLimit || isRule) && indent <= indentLimit) return line
  report(
    'NESTED_TOO_DEEP',
    number,
    'the line is inside too many quotes or lists, or indented too far',
    `keep within ${nestingLimit} levels`,
  )
  return line.slice(lead.length)
}

function limitCharacters(line: string, number: number, report: Report): string {
  const hint = 'save the document as UTF-8 text'
  if (line.includes('\u{fffd}'))
    report('NOT_UTF8', number, 'the line holds bytes that are no UTF-8 text, shown as "\u{fffd}"', hint)
  if (turns.test(line)) {
    const message = 'the line holds characters that turn the direction of writing, and may look other than it is read'
    report('WRITING_DIRECTION', number, message, 'take them out', 'warning')
  }
  if (line.search(controls) < 0) return line
  const hasNul = line.includes('\0')
  const what = hasNul ? 'a NUL byte' : 'control characters'
  report('CONTROL_CHARACTER', number, `the line holds ${what}`, hint, hasNul ? 'error' : 'warning')
  return line.replace(controls, '\u{fffd}')
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
    isTable ||= /^\s*(?:\|\s*)?:?-+:?\s*\|/.test(line) && length > 0
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
