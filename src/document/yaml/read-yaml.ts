/** Reads a YAML file into a schema; whatever is wrong comes back as findings with the line of the key and what to do about it. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import type { z } from 'zod'
import type { Diagnostic, SourceRange } from '../../core/plan/diagnostic.ts'
import { expandVariables } from './expand-variables.ts'
import { explainIssue } from './explain-issue.ts'

const sizeLimitBytes = 256 * 1024
const depthLimit = 64
const aliasLimit = 100
const findingLimit = 50

export interface ReadYamlOptions {
  /** Expands `${NAME}` and `${NAME:-default}` in text values from these. Without it, text is taken as it stands. */
  variables?: Readonly<Record<string, string | undefined>>
}

export interface ReadYamlResult<T> {
  /** Only without errors. */
  value?: T
  diagnostics: Diagnostic[]
  /** Where the key that a path ends at stands, or the nearest one above it. */
  locate(path: readonly string[]): SourceRange
}

/** `file` names the file in messages; it is not opened. Merge keys, duplicate keys, `__proto__`, tags and several documents are refused. */
export function readYaml<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  options: ReadYamlOptions = {},
): ReadYamlResult<T> {
  const lines = new LineCounter()
  const findings: Diagnostic[] = []
  const sourceAt = (offset: number): SourceRange => {
    const line = Math.max(1, lines.linePos(offset).line)
    return { file, start: line, end: line }
  }
  const report: Report = (ruleId, offset, message, hint) => {
    findings.push({ ruleId, severity: 'error', source: sourceAt(offset), message, ...(hint ? { hint } : {}) })
  }
  const done = (): ReadYamlResult<T> => ({ diagnostics: findings.slice(0, findingLimit), locate: () => sourceAt(0) })
  if (new TextEncoder().encode(text).length > sizeLimitBytes) {
    report(
      'YAML_TOO_LARGE',
      0,
      `the file is larger than ${sizeLimitBytes / 1024} KB`,
      'split it, or take out what does not belong here',
    )
    return done()
  }
  const document = parse(text, lines, report)
  if (!document) return done()
  checkNodes(document, report)
  if (findings.length === 0 && options.variables) expandScalars(document, options.variables, report)
  if (findings.length > 0) return done()
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: aliasLimit }) ?? {}, { reportInput: true })
  if (parsed.success)
    return { value: parsed.data, diagnostics: [], locate: (path) => sourceAt(offsetOf(document, path)) }
  for (const { path, message, hint } of parsed.error.issues.flatMap((issue) => explainIssue(issue, schema))) {
    report('YAML_SCHEMA', offsetOf(document, path), message, hint)
  }
  return done()
}

type Report = (ruleId: string, offset: number, message: string, hint?: string) => void

function parse(text: string, lineCounter: LineCounter, report: Report): Document.Parsed | undefined {
  try {
    const document = parseDocument(text, {
      lineCounter,
      merge: false,
      uniqueKeys: true,
      strict: true,
      prettyErrors: false,
      logLevel: 'error',
      version: '1.2',
    })
    if (document.errors.some(({ message }) => message.includes('call stack'))) throw new RangeError('nested too deep')
    for (const error of [...document.errors, ...document.warnings])
      report('YAML_SYNTAX', error.pos[0], explainSyntax(error), 'correct the line')
    return document.errors.length > 0 ? undefined : document
  } catch (error) {
    // The parser recurses: only nesting beyond any sense overflows it, and it may report that as a syntax error.
    if (!(error instanceof RangeError)) throw error
    report('YAML_TOO_DEEP', 0, 'the file is nested too deep to be read', `keep within ${depthLimit} levels`)
    return undefined
  }
}

function explainSyntax({ code, message }: YAMLError): string {
  if (code === 'DUPLICATE_KEY') return 'the same key stands twice in one map'
  if (code === 'MULTIPLE_DOCS') return 'the file holds several documents; only one is read'
  if (code === 'TAB_AS_INDENT') return 'a tab is used to indent; use spaces'
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (words beginning with "!") are not supported'
  return message.split('\n')[0] ?? message
}

/** What the parser lets pass and plans must not hold. */
function checkNodes(document: Document.Parsed, report: Report): void {
  let aliases = 0
  visit(document, (_, node, path) => {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    if (isAlias(node) && ++aliases > aliasLimit) {
      report('YAML_ALIASES', offset, `more than ${aliasLimit} aliases`, 'write the values out')
      return visit.BREAK
    }
    if (path.length > depthLimit && path.filter(isCollection).length > depthLimit) {
      report('YAML_TOO_DEEP', offset, `more than ${depthLimit} levels inside each other`, 'write it flatter')
      return visit.BREAK
    }
    return undefined
  })
  visit(document, {
    Alias(_, node, path) {
      const meant = node.resolve(document)
      const offset = node.range?.[0] ?? 0
      if (!meant)
        report('YAML_ALIASES', offset, `nothing before \`*${node.source}\` is named so`, 'write the value out')
      else if (path.some((outer) => outer === meant))
        report('YAML_ALIASES', offset, `\`*${node.source}\` stands inside what it names`, 'write the value out')
    },
    Pair(_, { key }) {
      const name = isScalar(key) ? key.value : undefined
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
      if (name === '__proto__') report('YAML_KEY', offset, 'the key `__proto__` is not allowed', 'take it out')
      else if (name === '<<') report('YAML_KEY', offset, 'merge keys (`<<`) are not supported', 'write the values out')
      else if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean')
        report('YAML_KEY', offset, 'a key has to be plain text', 'name the key')
    },
  })
}

function expandScalars(
  document: Document.Parsed,
  variables: NonNullable<ReadYamlOptions['variables']>,
  report: Report,
): void {
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return
      const { text, problems } = expandVariables(node.value, variables)
      for (const problem of problems) report('YAML_VARIABLE', node.range?.[0] ?? 0, problem)
      node.value = text
    },
  })
}

/** Where the key that a path ends at stands; the nearest one above it when the key is missing. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (!pair) return offset
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)]
      offset = isNode(item) ? (item.range?.[0] ?? offset) : offset
      node = item
    } else {
      return offset
    }
  }
  return offset
}
