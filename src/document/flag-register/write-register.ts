/** Writes what changed of a register into its text: comments, order and layout stay as its people made them. */
import { Document, isMap, isScalar, type Node, Pair, parseDocument, visit, type YAMLMap } from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'

const layout = { lineWidth: 0 } as const

/** `text` is the file, `before` what was read from it. */
export function writeRegister(text: string, before: FlagRegister, after: FlagRegister): string {
  const written = isJson(text) ? jsonLike(text, after) : editedYaml(text, before, after)
  return text.includes('\r\n') ? written.replace(/\r?\n/g, '\r\n') : written
}

/** A file of its own. */
export function newRegister(register: FlagRegister): string {
  const document = new Document(null, { version: '1.2' })
  document.contents = nodeOf(document, register)
  return document.toString(layout)
}

const isJson = (text: string): boolean => /^\uFEFF?\s*\{/.test(text)

function jsonLike(text: string, register: FlagRegister): string {
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0]
  return `${JSON.stringify(register, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

function editedYaml(text: string, before: FlagRegister, after: FlagRegister): string {
  const document = parseDocument(text, { version: '1.2' })
  const indent = /^( {2,8})\S/m.exec(text)?.[1]?.length ?? 2
  try {
    if (isMap(document.contents)) editMap(document, document.contents, before, after)
    const written = document.toString({ ...layout, indent })
    if (canonicalJson(parseDocument(written, { version: '1.2' }).toJS()) === canonicalJson(after)) return written
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
  }
  // Aliases stand for one value in several places: where only one of them changes, the values are written out.
  const comment = document.commentBefore
  return `${comment ? `${comment.replace(/^/gm, '#')}\n\n` : ''}${newRegister(after)}`
}

function editMap(document: Document, map: YAMLMap, before: object, after: object): void {
  const [old, now] = [membersOf(before), membersOf(after)]
  const gone = [...old.keys()].filter((key) => !now.has(key))
  const added = [...now.keys()].filter((key) => !old.has(key))
  const [from, to] = [gone[0], added[0]]
  const isRename = gone.length === 1 && added.length === 1 && saysTheSame(old.get(from ?? ''), now.get(to ?? ''))
  if (isRename && from !== undefined && to !== undefined) rename(document, map, { from, to, was: old.get(from), is: now.get(to) })
  else {
    map.items = map.items.filter((pair) => !gone.includes(nameOf(pair)))
    for (const key of added) map.add(new Pair(document.createNode(key), nodeOf(document, now.get(key))))
  }
  for (const [key, value] of now) if (old.has(key)) editValue(document, map, { key, was: old.get(key), is: value })
}

/** Flags under another key have their seed written down. */
const saysTheSame = (one: unknown, other: unknown): boolean => canonicalJson(seedless(one)) === canonicalJson(seedless(other))
const seedless = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, seed: undefined } : value

function rename(
  document: Document,
  map: YAMLMap,
  { from, to, was, is }: { from: string; to: string; was: unknown; is: unknown },
): void {
  const pair = pairOf(map, from)
  if (pair && isScalar(pair.key)) pair.key.value = to
  editValue(document, map, { key: to, was, is })
}

function editValue(document: Document, map: YAMLMap, { key, was, is }: { key: string; was: unknown; is: unknown }): void {
  if (canonicalJson(was) === canonicalJson(is)) return
  const pair = pairOf(map, key)
  if (!pair) return
  const { value } = pair
  if (isMap(value) && isObject(was) && isObject(is)) editMap(document, value, was, is)
  else if (isScalar(value) && !isObject(is) && !Array.isArray(is)) {
    value.value = is
    // Written as a number is usually written: `10.50` is not to become `25.00`.
    delete value.minFractionDigits
  } else {
    const node = nodeOf(document, is)
    const { comment } = (value ?? {}) as Node
    if (comment) node.comment = comment
    pair.value = node
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

const membersOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, member]) => member !== undefined))

const nameOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)
const pairOf = (map: YAMLMap, key: string): Pair<unknown, unknown> | undefined => map.items.find((pair) => nameOf(pair) === key)

/** Short lists of plain values stand on one line. */
function nodeOf(document: Document, value: unknown): Node {
  const node = document.createNode(value, { aliasDuplicateObjects: false }) as Node
  visit(node, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true
    },
  })
  return node
}
