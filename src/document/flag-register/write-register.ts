/** Writes what changed of a register into its text: comments, order and layout stay as its people made them. */
import {
  Document,
  isMap,
  isScalar,
  type Node,
  Pair,
  parse,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'

const layout = { lineWidth: 0 } as const
const version = { version: '1.2' } as const

/** `text` is the file, `before` what was read from it. */
export function writeRegister(text: string, before: FlagRegister, after: FlagRegister): string {
  const written = isJson(text) ? editedJson(text, after) : editedYaml(text, before, after)
  return text.includes('\r\n') ? written.replace(/\r?\n/g, '\r\n') : written
}

/** A file of its own. */
export function newRegister(register: FlagRegister): string {
  const document = new Document(null, version)
  document.contents = nodeOf(document, register) as typeof document.contents
  return tightened(document.toString(layout))
}

const isJson = (text: string): boolean => /^\s*\{/.test(text)

function editedJson(text: string, register: FlagRegister): string {
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0]
  return `${JSON.stringify(register, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

/** A value in its place in the text, where it can be exchanged without touching anything else. */
interface Splice {
  start: number
  end: number
  text: string
}

/** `splices` is absent once something has to be put in or taken out. */
interface Editing {
  document: Document
  splices: Splice[] | undefined
}

function editedYaml(text: string, before: FlagRegister, after: FlagRegister): string {
  const editing: Editing = { document: parseDocument(text, version), splices: [] }
  const { document } = editing
  if (isMap(document.contents)) editMap(editing, document.contents, before, after)
  const spliced = editing.splices && applySplices(text, editing.splices)
  if (spliced !== undefined && holds(spliced, after)) return spliced
  const written = rewritten(document, text)
  if (written !== undefined && holds(written, after)) return written
  // Aliases stand for one value in several places: where only one of them changes, the values are written out.
  const [head = ''] = /^(?:[ \t]*(?:#[^\n]*)?\n)*/.exec(text.replaceAll('\r\n', '\n')) ?? []
  return `${head}${newRegister(after)}`
}

const holds = (text: string, register: FlagRegister): boolean =>
  canonicalJson(parse(text, version)) === canonicalJson(register)

function rewritten(document: Document, text: string): string | undefined {
  const indent = /^( {2,8})\S/m.exec(text)?.[1]?.length ?? 2
  try {
    const written = document.toString({ ...layout, indent })
    return /\[ \S/.test(text) ? written : tightened(written)
  } catch (error) {
    // An alias whose anchor is gone.
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

/** `[ a, b ]` as people write it: `[a, b]`. Braces keep their blanks. */
function tightened(text: string): string {
  const splices: Splice[] = []
  visit(parseDocument(text, version), {
    Seq: (_, { flow, range }) => {
      const [start = 0, end = 0] = range ?? []
      const own = text.slice(start, end)
      if (flow !== true || !/^\[ [^\n]* \]$/.test(own)) return
      splices.push({ start: start + 1, end: start + 2, text: '' }, { start: end - 2, end: end - 1, text: '' })
    },
  })
  return applySplices(text, splices)
}

function applySplices(text: string, splices: readonly Splice[]): string {
  let written = text
  for (const { start, end, text: put } of splices.toSorted((a, b) => b.start - a.start))
    written = `${written.slice(0, start)}${put}${written.slice(end)}`
  return written
}

function editMap(editing: Editing, map: YAMLMap, before: object, after: object): void {
  const { document } = editing
  const [old, now] = [membersOf(before), membersOf(after)]
  const gone = [...old.keys()].filter((key) => !now.has(key))
  const added = [...now.keys()].filter((key) => !old.has(key))
  const [from, to] = [gone[0], added[0]]
  if (from !== undefined || to !== undefined) editing.splices = undefined
  if (
    from !== undefined &&
    to !== undefined &&
    gone.length + added.length === 2 &&
    areAlike(old.get(from), now.get(to))
  ) {
    const { key } = pairOf(map, from) ?? {}
    if (isScalar(key)) key.value = to
    editValue(editing, map, { key: to, was: old.get(from), is: now.get(to) })
  } else {
    map.items = map.items.filter((pair) => !gone.includes(nameOf(pair)))
    for (const key of added) map.add(new Pair(document.createNode(key), nodeOf(document, now.get(key))))
  }
  for (const [key, value] of now) if (old.has(key)) editValue(editing, map, { key, was: old.get(key), is: value })
}

/** What goes by another name; a flag that does has its seed written down. */
const areAlike = (one: unknown, other: unknown): boolean =>
  canonicalJson(isObject(one) ? { ...one, seed: undefined } : one) ===
  canonicalJson(isObject(other) ? { ...other, seed: undefined } : other)

function editValue(editing: Editing, map: YAMLMap, { key, was, is }: { key: string; was: unknown; is: unknown }): void {
  if (canonicalJson(was) === canonicalJson(is)) return
  const pair = pairOf(map, key)
  if (!pair) return
  const { value } = pair
  if (isMap(value) && isObject(was) && isObject(is)) editMap(editing, value, was, is)
  else if (isScalar(value) && !isObject(is) && !Array.isArray(is)) {
    const splice = spliceOf(value, is)
    if (splice) editing.splices?.push(splice)
    else editing.splices = undefined
    value.value = is
    // Written as a number is usually written: `10.50` is not to become `25.00`.
    delete value.minFractionDigits
  } else {
    editing.splices = undefined
    const node = nodeOf(editing.document, is)
    const comment = (value as Node | null)?.comment
    if (comment) node.comment = comment
    pair.value = node
  }
}

/** A value of one line for another one. */
function spliceOf({ range, type, anchor, tag }: Scalar, value: unknown): Splice | undefined {
  const isPlace = range && range[1] > range[0] && type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED'
  if (!isPlace || anchor !== undefined || tag !== undefined) return undefined
  const isWord = typeof value === 'string' && /^\w[\w ./-]*$/.test(value) && parse(value, version) === value
  return { start: range[0], end: range[1], text: isWord ? value : JSON.stringify(value) }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const membersOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, member]) => member !== undefined))

const nameOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)
const pairOf = (map: YAMLMap, key: string): Pair<unknown, unknown> | undefined =>
  map.items.find((pair) => nameOf(pair) === key)

/** Lists of plain values stand on one line. */
function nodeOf(document: Document, value: unknown): Node {
  const node = document.createNode(value, { aliasDuplicateObjects: false }) as Node
  visit(node, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true
    },
  })
  return node
}
