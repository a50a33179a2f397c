/** Markdown (CommonMark with GitHub's tables, tasks, strikethrough and bare links) → blocks with the place of every node. */

import type { BlockNode, CellNode, ItemNode, Place, RowNode, TableNode } from './markdown-nodes.ts'
import { markdownParser } from './markdown-parser.ts'
import { MarkdownSource, type Part } from './markdown-source.ts'
import { readInlines } from './parse-inlines.ts'

/** Lines have to end in `\n`. Throws a `RangeError` where the nesting exhausts the stack; `limitText` prevents that. */
export function parseMarkdown(text: string): BlockNode[] {
  const parts = partsOf(markdownParser.parse(text).cursor())
  return readBlocks(parts, new MarkdownSource(text, parts))
}

const noParts: Part[] = []

function partsOf(cursor: ReturnType<ReturnType<typeof markdownParser.parse>['cursor']>): Part[] {
  if (!cursor.firstChild()) return noParts
  const parts: Part[] = []
  do {
    const { name, from, to } = cursor
    const inner = partsOf(cursor)
    parts.push({ name, from, to, end: endOf(name, from, to, inner), parts: inner })
  } while (cursor.nextSibling())
  cursor.parent()
  return parts
}

/** A list or an item ends with what it holds: the mark of a quote on an empty line after it is no part of it. */
function endOf(name: string, from: number, to: number, parts: readonly Part[]): number {
  if (name !== 'ListItem' && name !== 'BulletList' && name !== 'OrderedList') return to
  return parts.findLast((part) => part.name !== 'QuoteMark')?.end ?? from
}

function readBlocks(parts: readonly Part[], source: MarkdownSource): BlockNode[] {
  return parts.flatMap((part) => readBlock(part, source) ?? [])
}

function readBlock(part: Part, source: MarkdownSource): BlockNode | undefined {
  const { name, from, to, end, parts } = part
  const place = source.place(from, end)
  const depth = /^(?:ATX|Setext)Heading(\d)$/.exec(name)?.[1]
  if (depth !== undefined)
    return { ...place, kind: 'heading', depth: Number(depth), children: readHeading(part, source) }
  switch (name) {
    case 'Task':
      // Where it begins no item, the box is text.
      return { ...place, kind: 'paragraph', children: readInlines(source, parts.slice(1), from, to) }
    case 'Paragraph':
      return { ...place, kind: 'paragraph', children: readInlines(source, parts, source.footnoteStart(from), to) }
    case 'HorizontalRule':
      return { ...place, kind: 'rule' }
    case 'Blockquote':
      return { ...place, kind: 'quote', children: readBlocks(parts, source) }
    case 'BulletList':
    case 'OrderedList': {
      const items = parts.filter((item) => item.name === 'ListItem').map((item) => readItem(item, source))
      return { ...place, kind: 'list', ordered: name === 'OrderedList', items }
    }
    case 'Table':
      return readTable(part, place, source)
    case 'FencedCode':
    case 'CodeBlock':
      // Empty lines at the end of a fence that nothing closes belong to it.
      return { ...source.placeWhole(from, to), kind: 'code', ...readCode(part, source) }
    case 'HTMLBlock':
    case 'CommentBlock':
    case 'ProcessingInstructionBlock':
      return { ...place, kind: 'html', text: source.without(part, 'QuoteMark') }
    case 'LinkReference':
      return { ...place, kind: 'definition' }
    default:
      return undefined
  }
}

function readHeading({ from, to, parts }: Part, source: MarkdownSource): ReturnType<typeof readInlines> {
  const marks = parts.filter((part) => part.name === 'HeaderMark')
  const opening = marks.find((mark) => mark.from === from)
  const closing = marks.findLast((mark) => mark !== opening)
  if (opening || !closing) return readInlines(source, parts, opening?.to ?? from, closing?.from ?? to)
  return readInlines(source, parts, from, source.text.lastIndexOf('\n', closing.from))
}

function readItem(item: Part, source: MarkdownSource): ItemNode {
  const { from, end, parts } = item
  const place = source.place(from, end)
  const [first, ...rest] = parts.filter(({ name }) => name !== 'ListMark' && name !== 'QuoteMark')
  const mark = first?.name === 'Task' ? first.parts.find(({ name }) => name === 'TaskMarker') : undefined
  if (!first || !mark || source.text.slice(mark.to, first.to).trim() === '')
    return { ...place, children: readBlocks(parts, source) }
  const start = source.skipSpace(mark.to, first.to)
  const title = { ...source.place(start, first.to), kind: 'paragraph' as const }
  return {
    ...place,
    checked: source.text[mark.from + 1] !== ' ',
    mark: source.place(mark.from, mark.to),
    children: [{ ...title, children: readInlines(source, first.parts, start, first.to) }, ...readBlocks(rest, source)],
  }
}

function readTable({ parts }: Part, place: Place, source: MarkdownSource): TableNode {
  const header = parts.find((part) => part.name === 'TableHeader')
  const rows = parts.filter((part) => part.name === 'TableRow')
  return {
    ...place,
    kind: 'table',
    header: header ? readRow(header, source).cells : [],
    rows: rows.map((row) => readRow(row, source)),
  }
}

/** The parser gives no node for an empty cell: cells are counted by the marks between them. */
function readRow({ from, to, parts }: Part, source: MarkdownSource): RowNode {
  const cells: CellNode[] = []
  let cell: Part | undefined
  let isOpen = false
  for (const part of parts) {
    if (part.name === 'TableCell') cell = part
    if (part.name !== 'TableDelimiter') continue
    if (isOpen || cell) cells.push(readCell(cell, part.from, source))
    cell = undefined
    isOpen = true
  }
  if (cell) cells.push(readCell(cell, to, source))
  return { ...source.place(from, to), cells }
}

function readCell(cell: Part | undefined, end: number, source: MarkdownSource): CellNode {
  if (!cell) return { ...source.place(end, end), children: [] }
  return { ...source.place(cell.from, cell.to), children: readInlines(source, cell.parts, cell.from, cell.to, true) }
}

function readCode({ name, from, parts }: Part, source: MarkdownSource): { language: string; text: string } {
  const info = parts.find((part) => part.name === 'CodeInfo')
  const texts = parts.filter((part) => part.name === 'CodeText')
  const whole = texts.map((part) => source.text.slice(part.from, part.to)).join('')
  // Nothing follows the last line end of a document, least of all an empty line of code.
  const text = whole === '\n' || texts.at(-1)?.to === source.text.length ? whole.replace(/\n$/, '') : whole
  const indent = name === 'FencedCode' ? source.place(from, from).column - contentColumn(texts, source) : 0
  return {
    language: info ? (source.decode(source.text.slice(info.from, info.to)).split(/\s/, 1)[0] ?? '') : '',
    // A fence may be indented by up to three spaces; its lines then lose as many.
    text: indent < 1 || indent > 3 ? text : text.replace(new RegExp(`^ {1,${indent}}`, 'gm'), ''),
  }
}

/** Where the lines of a code block begin inside the lists and quotes around it. */
function contentColumn(texts: readonly Part[], source: MarkdownSource): number {
  const first = texts.find(({ from, to }) => source.text.slice(from, to) !== '\n')
  return first && source.text[first.from] !== '\n' ? source.place(first.from, first.from).column : 1
}
