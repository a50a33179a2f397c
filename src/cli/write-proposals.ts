/**
 * Puts proposals into the text of a `tidegate.yaml`: new, or a person's, of which every byte stays. Lines that begin with `#?` are this
 * command's own: why something is proposed, and questions, which are asked anew each time.
 */
import { Document, isMap, isScalar, type Node, Pair, parseDocument, Scalar, stringify, visit, YAMLMap } from 'yaml'
import type { Finding } from '../core/plan/bind/propose/proposal.ts'
import { plainText } from './styled-line.ts'

const headFor = (schema: string): string => `# yaml-language-server: $schema=${schema}
# How the words of the plan map to real things. Names on the right are lent by the operator's file.
# Lines with #? are from \`tidegate bind\`: delete "#? proposed: ..." once you have looked at what it says, and take up a question by
# deleting its "#? ", or leave it to the person it names.
`
const own = '?'
/** The longest key that YAML takes on one line, with room for quotes. */
const maximumKey = 1_000
const alternativesShown = 2

/** `text` is null for a new file, which names its `schema` for editors, else a file that has been read without errors. */
export function writeProposals(text: string | null, findings: readonly Finding[], schema: string): string {
  const kept = text === null ? '' : withoutQuestions(text)
  const document = parseDocument(kept, { version: '1.2' })
  const places = new Map<string, { place: Place; entries: Entry[] }>()
  for (const finding of findings) {
    if (finding.path.some((key) => key.length > maximumKey)) continue
    const isProposed = finding.state === 'proposed' && !document.hasIn(finding.path)
    if (!isProposed && !isQuestion(finding)) continue
    const { place, rest } = placeFor(document, kept, finding.path, isProposed)
    const key = `${place.offset} ${place.indent}`
    const entries = places.get(key)?.entries ?? []
    places.set(key, { place, entries: [...entries, { rest, finding, isProposed }] })
  }
  // From the end on, so that offsets hold; of those that end together, the outer one stands after the inner one.
  const inOrder = [...places.values()].sort(
    (a, b) => b.place.offset - a.place.offset || a.place.indent - b.place.indent,
  )
  let written = kept
  for (const { place, entries } of inOrder) {
    const { offset, isFlow, emptied } = place
    const start = written.slice(0, offset)
    const added = isFlow ? inFlow(start, entries) : inBlock(start, entries, place)
    const before = emptied ? start.slice(0, emptied[0]) + start.slice(emptied[1]) : start
    written = `${before}${added}${written.slice(offset)}`
  }
  const lines = text === null ? `${headFor(schema)}${written}` : written
  return kept.includes('\r\n') ? lines.replace(/\r?\n/g, '\r\n') : lines
}

const isQuestion = ({ state, otherwise }: Finding): boolean =>
  state === 'suggested' || (state === 'unbound' && otherwise === undefined)

/** Where something goes: after what a map holds already. `emptied`: a `~` that stands in place of the map. */
interface Place {
  offset: number
  indent: number
  isFlow: boolean
  emptied?: readonly [number, number]
}

interface Entry {
  rest: string[]
  finding: Finding
  isProposed: boolean
}

/** The deepest map that holds as much of the path as there is; `rest` is what is missing. A comment cannot stand in a map in braces. */
function placeFor(
  document: Document.Parsed,
  text: string,
  path: readonly string[],
  intoFlow: boolean,
): { place: Place; rest: string[] } {
  let found: { place: Place; rest: string[] } = {
    place: { offset: text.length, indent: 0, isFlow: false },
    rest: [...path],
  }
  let map: unknown = document.contents
  for (let depth = 0; depth < path.length - 1 && isMap(map); depth++) {
    const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === path[depth])
    if (!pair || !isScalar(pair.key)) return found
    const rest = path.slice(depth + 1)
    const [keyStart = 0, keyEnd = 0] = pair.key.range ?? []
    const indent = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1)
    map = pair.value
    if (isMap(map) && map.flow === true) {
      if (!intoFlow) return found
      const inside = text.slice(0, (map.range?.[1] ?? 0) - 1).trimEnd().length
      found = { place: { offset: inside, indent: 0, isFlow: true }, rest }
    } else if (isMap(map)) found = { place: endOf(map, text, indent + 2), rest }
    else if (isScalar(map) && map.value === null) {
      const [start = 0, end = 0] = map.range ?? []
      const place = { offset: lineEnd(text, Math.max(keyEnd, end)), indent: indent + 2, isFlow: false }
      return { place: end > start ? { ...place, emptied: [start, end] } : place, rest }
    }
  }
  return found
}

function endOf(map: YAMLMap, text: string, fallback: number): Place {
  const first = map.items[0]?.key
  const start = isScalar(first) ? (first.range?.[0] ?? 0) : 0
  const indent = isScalar(first) ? start - (text.lastIndexOf('\n', start - 1) + 1) : fallback
  let offset = lineEnd(text, Math.max(0, (map.range?.[1] ?? 0) - 1))
  // Comments at the end of the map are still about it.
  const comment = new RegExp(`[ \\t]{${indent},}#.*(?:\\n|$)`, 'y')
  for (comment.lastIndex = offset; comment.test(text); comment.lastIndex = offset) offset = comment.lastIndex
  return { offset, indent, isFlow: false }
}

/** The start of the next line. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline < 0 ? text.length : newline + 1
}

function inFlow(before: string, entries: readonly Entry[]): string {
  const added = new Document(new YAMLMap())
  for (const { rest, finding } of entries) insert(added, rest, finding.value, '', false)
  const pairs = Object.entries(added.toJS() as Record<string, unknown>)
  const text = pairs.map(([key, value]) => `${inlineYaml(key)}: ${inlineYaml(value)}`).join(', ')
  return before.endsWith('{') ? text : `, ${text}`
}

/** Lines of their own: proposals as they are, then each question at the end of the map that its key belongs into. */
function inBlock(before: string, entries: readonly Entry[], { indent }: Place): string {
  const added = new Document(new YAMLMap())
  const asked = entries.filter(({ isProposed }) => !isProposed)
  for (const { rest, finding, isProposed } of entries)
    if (isProposed)
      insert(added, rest, finding.value, `${own} proposed: ${oneLine(finding.reason ?? '')}`, indent === 0)
  const questions = new Map<YAMLMap, Entry[]>()
  for (const entry of asked) {
    const { map, rest } = deepestMap(added, entry.rest)
    questions.set(map, [...(questions.get(map) ?? []), { ...entry, rest }])
  }
  const last: string[] = []
  for (const [map, list] of questions) {
    const lines = questionLines(list)
    if (map === added.contents) last.push(...lines.map((line) => `#${line}`))
    else map.comment = lines.join('\n')
  }
  const isEmpty = (added.contents as YAMLMap).items.length === 0
  const body = isEmpty ? '' : added.toString({ lineWidth: 0, flowCollectionPadding: true })
  const gap = indent === 0 ? '\n' : ''
  const text = [body, last.map((line) => `${line}\n`).join('')].filter((part) => part !== '').join(gap)
  const start = before === '' || before.endsWith('\n') ? '' : '\n'
  return `${start}${gap}${text.replace(/^(?=.)/gm, ' '.repeat(indent))}`
}

function questionLines(list: readonly Entry[]): string[] {
  const answers = new Document(new YAMLMap())
  for (const { rest, finding } of list) insert(answers, rest, exampleOf(finding), explain(finding), false)
  const text = answers.toString({ lineWidth: 0, flowCollectionPadding: true })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${own} ${line}`)
}

function insert(document: Document, path: readonly string[], value: unknown, comment: string, isTop: boolean): void {
  let map = document.contents as YAMLMap
  for (const [depth, name] of path.slice(0, -1).entries()) {
    const found: unknown = map.get(name, true)
    const next: YAMLMap = isMap(found) ? found : new YAMLMap()
    if (next !== found) put(map, name, next, isTop && depth === 0)
    map = next
  }
  const [name = ''] = path.slice(-1)
  if (map.has(name)) return
  // A metric has a line for each of its parts; everything else is short.
  const isMetric = typeof value === 'object' && value !== null && 'says' in value
  put(map, name, nodeOf(document, value, isMetric), isTop && path.length === 1).commentBefore = comment
}

function put(map: YAMLMap, name: string, value: Node, isTop: boolean): Scalar {
  const key = new Scalar(name)
  if (isTop && map.items.length > 0) key.spaceBefore = true
  map.items.push(new Pair(key, value))
  return key
}

function nodeOf(document: Document, value: unknown, isBlock: boolean): Node {
  const node = document.createNode(value)
  visit(node, {
    Collection(_, collection) {
      if (!isBlock || collection !== node) collection.flow = true
    },
  })
  return node
}

function deepestMap(document: Document, path: readonly string[]): { map: YAMLMap; rest: string[] } {
  let map = document.contents as YAMLMap
  for (const [depth, name] of path.slice(0, -1).entries()) {
    const next: unknown = map.get(name, true)
    if (!isMap(next)) return { map, rest: path.slice(depth) }
    map = next
  }
  return { map, rest: path.slice(-1) }
}

const exampleOf = ({ state, value, fill }: Finding): unknown => (state === 'suggested' ? value : (fill?.value ?? '…'))

function explain({ says, state, reason = '', proposals, fill }: Finding): string {
  if (state === 'unbound') return ` for a person to decide: ${oneLine(says)}${fill ? ` (${oneLine(fill.hint)})` : ''}`
  const others = proposals.slice(1, 1 + alternativesShown).map(({ value }) => oneLine(inlineYaml(value)))
  return ` perhaps: ${oneLine(reason)}${others.length > 0 ? `; or ${others.join(', or ')}` : ''}`
}

/** A value as YAML on one line. */
export const inlineYaml = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim()

const oneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').slice(0, 300)

/**
 * Without the questions of an earlier run; the same marks inside a text in several lines are that text's. What is written above a proposal
 * stays until a person who has looked at it takes it out.
 */
function withoutQuestions(text: string): string {
  const texts: [number, number][] = []
  visit(parseDocument(text, { version: '1.2' }), {
    Scalar(_, { range }) {
      if (range) texts.push([range[0], range[1]])
    },
  })
  const isInText = (offset: number): boolean => texts.some(([start, end]) => start <= offset && offset < end)
  const kept = text.replace(/^[ \t]*#\? (?!proposed:).*(?:\n|$)/gm, (line, offset: number) =>
    isInText(offset) ? line : '',
  )
  return kept === text ? text : kept.replace(/(\r?\n)(?:\r?\n)+$/, '$1')
}
