/** Makes a YAML text of a map say another value, by exchanging, putting in and taking out as little as can be. */
import { type Document, isCollection, isMap, isNode, isPair, isScalar, type Pair, type YAMLMap } from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import { applySplices, type Splice } from './apply-splices.ts'
import { renderYaml } from './render-yaml.ts'

interface Editing {
  text: string
  splices: Splice[]
}

/** What a member was and is to be. */
interface Change {
  key: string
  was: unknown
  is: unknown
}

/** `document` is what `text` parses to. `undefined` where no map stands at the top. With anchors and aliases the result may say something else: it has to be read again. */
export function editYaml(
  { text, document: { contents } }: { text: string; document: Document.Parsed },
  before: object,
  after: object,
): string | undefined {
  if (!isMap(contents)) return undefined
  const editing: Editing = { text, splices: [] }
  editMap(editing, contents, before, after)
  return applySplices(text, editing.splices)
}

function editMap(editing: Editing, map: YAMLMap, before: object, after: object): void {
  const [old, now] = [membersOf(before), membersOf(after)]
  const gone = [...old.keys()].filter((key) => !now.has(key))
  const added = [...now].filter(([key]) => !old.has(key))
  const [from] = gone
  const [to] = added
  if (from !== undefined && to !== undefined && gone.length + added.length === 2 && areAlike(old.get(from), to[1])) {
    rename(editing, map, from, to[0])
    editMember(editing, map, { key: from, was: old.get(from), is: to[1] })
  } else {
    if (added.length > 0) putIn(editing, map, { members: added, gone })
    for (const key of gone) takeOut(editing, map, key)
  }
  for (const [key, is] of now) if (old.has(key)) editMember(editing, map, { key, was: old.get(key), is })
}

/** What goes by another name; a flag that does has its seed written down. */
const areAlike = (one: unknown, other: unknown): boolean =>
  canonicalJson(isObject(one) ? { ...one, seed: undefined } : one) ===
  canonicalJson(isObject(other) ? { ...other, seed: undefined } : other)

function editMember(editing: Editing, map: YAMLMap, { key, was, is }: Change): void {
  if (canonicalJson(was) === canonicalJson(is)) return
  const pair = pairOf(map, key)
  if (!pair) return
  const { value } = pair
  const isEmptied = isMap(value) && isObject(is) && value.items.every((one) => !membersOf(is).has(nameOf(one)))
  if (isMap(value) && isObject(was) && isObject(is) && !isEmptied) editMap(editing, value, was, is)
  else if (isNode(value) && value.range && (isScalar(value) || isCollection(value)) && isInline(editing, value))
    editing.splices.push({ start: value.range[0], end: value.range[1], text: inline(is) })
  else exchange(editing, map, { pair, key, is })
}

/** Whether it is on one line, and its new value may be so, too. */
function isInline({ text }: Editing, node: { range?: readonly number[] | null; flow?: boolean }): boolean {
  const [start = 0, end = 0] = node.range ?? []
  const own = text.slice(start, end)
  return own !== '' && !own.includes('\n') && node.flow !== false && !/^[>|]/.test(own)
}

/** As it stands in braces, where more has to be in quotes: it reads the same outside of them. */
const inline = (value: unknown): string => inBraces({ a: value }).slice('a: '.length)

const inBraces = (members: object): string => renderYaml(members, true).trim().slice(2, -2)

/** The whole member anew: what is said inside of it is lost. */
function exchange(
  { text, splices }: Editing,
  map: YAMLMap,
  { pair, key, is }: { pair: Pair; key: string; is: unknown },
): void {
  const start = startOf(pair)
  const rendered = map.flow === true ? inBraces({ [key]: is }) : indented(key, is, columnOf(text, start))
  splices.push({ start, end: endOf(pair), text: rendered.trim() })
}

function rename({ splices }: Editing, map: YAMLMap, from: string, to: string): void {
  const key = pairOf(map, from)?.key
  if (!isScalar(key) || !key.range) return
  splices.push({ start: key.range[0], end: key.range[1], text: inBraces({ [to]: 0 }).slice(0, -': 0'.length) })
}

/** After what the map holds already; comments at its end are still about that. */
function putIn(
  { text, splices }: Editing,
  map: YAMLMap,
  { members, gone }: { members: [string, unknown][]; gone: readonly string[] },
): void {
  const isEmpty = map.items.every((pair) => gone.includes(nameOf(pair)))
  if (map.flow === true) {
    const inside = text.slice(0, (map.range?.[1] ?? 0) - 1).trimEnd().length
    const rendered = inBraces(Object.fromEntries(members))
    const isBare = map.items.length === 0
    splices.push({ start: inside, end: inside, text: isBare ? ` ${rendered} ` : isEmpty ? rendered : `, ${rendered}` })
    return
  }
  const indent = columnOf(text, startOf(map.items[0] as Pair))
  let offset = lineEnd(text, endOf(map) - 1)
  const comment = new RegExp(`[ ]{${indent},}#[^\\n]*(?:\\n|$)`, 'y')
  for (comment.lastIndex = offset; indent > 0 && comment.test(text); comment.lastIndex = offset)
    offset = comment.lastIndex
  const lines = members.map(([key, value]) => indented(key, value, indent)).join('')
  splices.push({ start: offset, end: offset, text: `${text.slice(0, offset).endsWith('\n') ? '' : '\n'}${lines}` })
}

/** With the lines of comments right above it. */
function takeOut({ text, splices }: Editing, map: YAMLMap, key: string): void {
  const at = map.items.findIndex((pair) => nameOf(pair) === key)
  const pair = map.items[at]
  if (!pair) return
  if (map.flow === true) {
    const [before, next] = [map.items[at - 1], map.items[at + 1]]
    if (before) splices.push({ start: endOf(before), end: endOf(pair), text: '' })
    else splices.push({ start: startOf(pair), end: next ? startOf(next) : endOf(pair), text: '' })
    return
  }
  const indent = columnOf(text, startOf(pair))
  let start = startOf(pair) - indent
  const end = lineEnd(text, endOf(pair) - 1)
  const comment = `${' '.repeat(indent)}#`
  for (
    let above = lineBefore(text, start);
    above >= 0 && text.startsWith(comment, above);
    above = lineBefore(text, start)
  )
    start = above
  // Blank lines above and below would be one too many.
  const isApart = text.slice(0, start).endsWith('\n\n') && (end === text.length || text[end] === '\n')
  splices.push({ start: isApart ? start - 1 : start, end, text: '' })
}

const indented = (key: string, value: unknown, indent: number): string =>
  renderYaml({ [key]: value }).replace(/^(?=.)/gm, ' '.repeat(indent))

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

/** The start of the next line. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline < 0 ? text.length : newline + 1
}

/** Where the line above begins; at the first line -1. */
const lineBefore = (text: string, offset: number): number =>
  offset === 0 ? -1 : text.lastIndexOf('\n', offset - 2) + 1

const startOf = ({ key }: Pair): number => (isNode(key) ? (key.range?.[0] ?? 0) : 0)

/** Where what is written of it ends, without blanks and comments after it. */
function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf(item.value), isNode(item.key) ? (item.key.range?.[1] ?? 0) : 0)
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return endOf(item.items.at(-1))
  return isNode(item) ? (item.range?.[1] ?? 0) : 0
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const membersOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, member]) => member !== undefined))

const nameOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)
const pairOf = (map: YAMLMap, key: string): Pair<unknown, unknown> | undefined =>
  map.items.find((pair) => nameOf(pair) === key)
