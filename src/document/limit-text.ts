/** Keeps hostile or broken input within what a Markdown parser handles in linear time; every cut is reported, and no line moves. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'

/** Largest document that is read, in bytes of UTF-8. */
export const documentLimitBytes = 256 * 1024
const lineLimit = 4_000
const nestingLimit = 24
const indentLimit = 400
/** Emphasis and links of one block of text: their resolution is quadratic in the parser. */
const delimiterLimit = 4_000

export interface LimitedText {
  text: string
  diagnostics: Diagnostic[]
}

/** The same lines, cut to the limits above. */
export function limitText(text: string, file: string): LimitedText {
  const diagnostics: Diagnostic[] = []
  const report = (ruleId: string, line: number, message: string, hint: string): void => {
    const known = diagnostics.filter((diagnostic) => diagnostic.ruleId === ruleId)
    if (known.length < 20) diagnostics.push({ ruleId, severity: 'error', source: { file, start: line, end: line }, message, hint })
  }
  let delimiters = 0
  const lines = text.split('\n').map((original, index) => {
    let line = original
    if (line.includes('\0')) {
      report('CONTROL_CHARACTER', index + 1, 'the line holds a NUL byte', 'save the document as UTF-8 text')
      line = line.replaceAll('\0', '\u{fffd}')
    }
    if (line.length > lineLimit) {
      report('LINE_TOO_LONG', index + 1, `only the first ${lineLimit} of ${line.length} characters are read`, 'break the line')
      line = line.slice(0, lineLimit)
    }
    const flat = flatten(line)
    if (flat !== line) report('NESTED_TOO_DEEP', index + 1, `more than ${nestingLimit} quotes or lists inside each other`, 'write it flatter')
    delimiters = flat.trim() === '' ? 0 : delimiters + countDelimiters(flat)
    if (delimiters <= delimiterLimit) return flat
    report('TOO_MUCH_MARKUP', index + 1, `more than ${delimiterLimit} marks in one block`, 'part the block by an empty line')
    return flat.replace(/[*_~[\]`<]/g, ' ')
  })
  return { text: lines.join('\n'), diagnostics }
}

/** A line without its container marks where they nest too deep. */
function flatten(line: string): string {
  const [lead = ''] = /^[\s>*+-]*/.exec(line) ?? ['']
  const marks = lead.replace(/\s/g, '').length
  const tooDeep = (marks > nestingLimit && !/^\s*([*-]\s*)\1*$/.test(lead)) || lead.length - marks > indentLimit
  return tooDeep ? line.slice(lead.length) : line
}

function countDelimiters(line: string): number {
  let count = 0
  for (const character of line) if ('*_~[`<'.includes(character)) count++
  return count
}
