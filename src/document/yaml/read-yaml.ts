/** Reads a YAML file into a schema; whatever is wrong comes back as findings with the line of the key and what to do about it. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import type { z } from 'zod'
import type { Diagnostic, SourceRange } from '../../core/plan/diagnostic.ts'
import { checkYamlNodes } from './check-yaml-nodes.ts'
import { expandVariables } from './expand-variables.ts'
import { explainIssue } from './explain-issue.ts'
import { parseYaml, type YamlReport } from './parse-yaml.ts'

const usualSizeLimitBytes = 256 * 1024
/** Aliases may multiply what a file holds by this at most. */
const aliasLimit = 100
const findingLimit = 50

export interface ReadYamlOptions {
  /** Expands `${NAME}` and `${NAME:-default}` in text values from these. Without it, text is taken as it stands. */
  variables?: Readonly<Record<string, string | undefined>>
  /** Every value is the text that stands there: `1.10` stays `1.10`, `no` stays `no`, and an empty value is empty text. */
  asWritten?: boolean
  /** Largest text that is read, in bytes of UTF-8; 256 KiB unless told otherwise. */
  maximumBytes?: number
}

type Path = readonly (string | number)[]

export interface ReadYamlResult<T> {
  /** Only without errors. */
  value?: T
  diagnostics: Diagnostic[]
  /** Where the key that a path ends at stands, or the nearest one above it. */
  locate(path: Path): SourceRange
  /** From that key to the last line of its value. */
  span(path: Path): SourceRange
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
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const sourceAt = (offset: number): SourceRange => ({ file, start: lineOf(offset), end: lineOf(offset) })
  const report: YamlReport = (ruleId, offset, message, hint) => {
    findings.push({ ruleId, severity: 'error', source: sourceAt(offset), message, ...(hint ? { hint } : {}) })
  }
  const done = (): ReadYamlResult<T> => {
    const top = sourceAt(0)
    const inOrder = findings.slice(0, findingLimit).sort((a, b) => (a.source?.start ?? 0) - (b.source?.start ?? 0))
    return { diagnostics: inOrder, locate: () => top, span: () => top }
  }
  const sizeLimitBytes = options.maximumBytes ?? usualSizeLimitBytes
  if (new TextEncoder().encode(text).length > sizeLimitBytes) {
    const hint = 'split it, or take out what does not belong here'
    report('YAML_TOO_LARGE', 0, `the file is larger than ${sizeLimitBytes / 1024} KB`, hint)
    return done()
  }
  const document = parseYaml(text, lines, options.asWritten === true, report)
  if (!document) return done()
  checkYamlNodes(document, report)
  if (findings.length === 0 && options.variables) expandScalars(document, options.variables, report)
  const content = findings.length === 0 ? plainValue(document, report) : undefined
  if (findings.length > 0) return done()
  const parsed = schema.safeParse(content ?? {}, { reportInput: true })
  if (parsed.success) {
    return {
      value: parsed.data,
      diagnostics: [],
      locate: (path) => sourceAt(offsetsOf(document, path).start),
      span: (path) => {
        const { start, end } = offsetsOf(document, path)
        return { file, start: lineOf(start), end: lineOf(Math.max(start, end - 1)) }
      },
    }
  }
  for (const { path, message, hint } of parsed.error.issues
    .slice(0, findingLimit)
    .flatMap((issue) => explainIssue(issue, schema))) {
    report('YAML_SCHEMA', offsetsOf(document, path).start, message, hint)
  }
  return done()
}

/** The plain value; a file whose aliases multiply it beyond measure is reported. */
function plainValue(document: Document.Parsed, report: YamlReport): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasLimit })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    report('YAML_ALIASES', 0, 'the aliases of the file multiply what it holds beyond measure', 'write the values out')
    return undefined
  }
}

function expandScalars(
  document: Document.Parsed,
  variables: NonNullable<ReadYamlOptions['variables']>,
  report: YamlReport,
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

/** Where the key that a path ends at begins, and its value ends; the nearest one above it when the key is missing. */
function offsetsOf(document: Document.Parsed, path: readonly PropertyKey[]): { start: number; end: number } {
  let node: unknown = document.contents
  let start = document.contents?.range?.[0] ?? 0
  let end = document.contents?.range?.[1] ?? start
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    let key: unknown
    let value: unknown
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(step))
      key = pair?.key
      value = pair?.value
    } else if (isSeq(node)) {
      value = node.items[Number(step)]
      key = value
    }
    if (!isNode(key)) break
    start = key.range?.[0] ?? start
    end = (isNode(value) ? value.range?.[1] : undefined) ?? start
    node = value
  }
  return { start, end }
}

/** Made once a map: a reader asks for the place of every entry. */
const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known =
    pairsByMap.get(map) ??
    new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])))
  pairsByMap.set(map, known)
  return known
}
