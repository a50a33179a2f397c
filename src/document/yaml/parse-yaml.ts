/** Text to a YAML document, with every fault of its syntax located. Made for hostile input: nothing here recurses before the depth is known. */
import { type Document, Lexer, type LineCounter, Parser, parseDocument, type YAMLError } from 'yaml'

export type YamlReport = (ruleId: string, offset: number, message: string, hint?: string) => void

/** Levels of lists and maps inside each other. */
export const depthLimit = 64
/** The parser's stack holds at most two entries a level, besides the document and the value at the tip. */
const stackLimit = 2 * depthLimit + 8
/** Of the syntax; more of them say nothing new. */
const faultLimit = 50
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controlCharacter = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/

/** `asWritten` keeps every scalar as text. Nothing when the text holds no document that can be read; `report` then says why. */
export function parseYaml(
  text: string,
  lineCounter: LineCounter,
  asWritten: boolean,
  report: YamlReport,
): Document.Parsed | undefined {
  countLines(text, lineCounter)
  const control = controlCharacter.exec(text)
  if (control) {
    const name = control[0] === '\0' ? 'a NUL byte' : `the control character ${codeOf(control[0])}`
    report('YAML_CHARACTER', control.index, `the line holds ${name}`, 'save the file as UTF-8 text')
    return undefined
  }
  const tooDeep = offsetTooDeep(text)
  if (tooDeep !== undefined) {
    report('YAML_TOO_DEEP', tooDeep, `more than ${depthLimit} levels inside each other`, 'write it flatter')
    return undefined
  }
  const document = withoutTraces(() =>
    parseDocument(text, {
      merge: false,
      // Checked in `checkYamlNodes`: the parser's own check takes time by the square of the keys.
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
      logLevel: 'error',
      version: '1.2',
      ...(asWritten ? { schema: 'failsafe' } : {}),
    }),
  )
  for (const error of [...document.errors, ...document.warnings].slice(0, faultLimit))
    report(
      'YAML_SYNTAX',
      error.pos[0],
      explainSyntax(error),
      wantsQuotes.has(error.code) ? quotesHint : 'correct the line',
    )
  return document.errors.length > 0 ? undefined : document
}

/** The parser makes an error of each of ten thousand faults, and their stack traces, which nobody reads, cost more than the parsing. */
function withoutTraces<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Lines are counted before the first finding, which may come before the parser has seen a line. */
function countLines(text: string, lineCounter: LineCounter): void {
  for (let at = 0; at >= 0; at = text.indexOf('\n', at) + 1 || -1) lineCounter.addNewLine(at)
}

/** Where the text goes deeper than the parser's composer, which recurses, can be trusted with. */
function offsetTooDeep(text: string): number | undefined {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) if (parser.stack.length > stackLimit) return parser.offset
    if (parser.stack.length > stackLimit) return parser.offset
  }
  return undefined
}

function codeOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Faults that most often are text which its author did not know to need quotes. */
const wantsQuotes = new Set<string>(['BAD_ALIAS', 'BAD_SCALAR_START', 'BLOCK_AS_IMPLICIT_KEY', 'UNEXPECTED_TOKEN'])
const quotesHint = 'correct the line; text needs quotes where it holds ": " or begins with one of > | @ % & * ! [ { `'

/** Without what stands there, which may be secret. */
function explainSyntax({ code, message }: YAMLError): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return 'a second colon on one line: is the text behind the first one in quotes?'
  if (message.startsWith('Sequence item without')) return 'the line is indented like nothing above it'
  if (code === 'MULTIPLE_DOCS') return 'the file holds several documents; only one is read'
  if (code === 'TAB_AS_INDENT') return 'a tab is used to indent; use spaces'
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (words beginning with "!") are not supported'
  return (message.split('\n')[0] ?? message).replace(/^(Not a YAML token|Block scalar header [^:]*): .*$/, '$1')
}
