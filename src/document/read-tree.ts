/** Markdown → a tree of sections in which headings, bold labels and list items are one thing: a title with what belongs under it. */
import type { BlockContent, DefinitionContent, List, ListItem, Paragraph, RootContent, Table } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { emptyLine, type Line, plainText, readLines } from './read-lines.ts'

export type Block =
  | { kind: 'text'; lines: Line[] }
  | { kind: 'list'; ordered: boolean; items: Section[] }
  | { kind: 'table'; header: string[]; rows: TableRow[]; start: number; end: number }
  | { kind: 'code'; language: string; text: string; start: number; end: number }
  | { kind: 'section'; section: Section }

export interface TableRow {
  cells: Line[]
  line: number
}

export interface Section {
  origin: 'document' | 'heading' | 'label' | 'item'
  /** Text of the heading, the label, or the first line of the item. */
  title: string
  /** The line of the title; a label's value and an item's text are in it. */
  line: Line
  /** Of a task list item. */
  checked?: boolean
  depth: number
  start: number
  end: number
  /** In the order of the document. */
  blocks: Block[]
}

export interface DocumentTree {
  root: Section
  /** Every line of text outside headings and code, in order. */
  lines: Line[]
}

const parser = unified().use(remarkParse).use(remarkGfm)

/** Throws only what the Markdown parser throws (a stack overflow on input that is nested absurdly deep). */
export function readTree(text: string): DocumentTree {
  const lines: Line[] = []
  const root = newSection('document', emptyLine(1), 0)
  addNodes(root, parser.parse(text).children, lines)
  return { root, lines: lines.sort((a, b) => a.number - b.number) }
}

type Node = RootContent | BlockContent | DefinitionContent

function newSection(origin: Section['origin'], line: Line, depth: number): Section {
  return { origin, title: line.text, line, depth, start: line.number, end: line.number, blocks: [] }
}

/** Puts nodes under `root`: headings nest by depth; a label takes what follows it until the next label, heading or rule. */
function addNodes(root: Section, nodes: readonly Node[], lines: Line[]): void {
  const path: Section[] = [root]
  let label: Section | undefined
  for (const [index, node] of nodes.entries()) {
    const heading =
      node.type === 'heading' ? readHeading(node.children, node.position?.start.line ?? 1, node.depth) : undefined
    const current = path.at(-1) ?? root
    if (heading) {
      while (path.length > 1 && (path.at(-1)?.depth ?? 0) >= heading.depth) path.pop()
      const parent = path.at(-1) ?? root
      parent.blocks.push({ kind: 'section', section: heading })
      path.push(heading)
      label = undefined
    } else if (node.type === 'thematicBreak') {
      label = undefined
    } else if (node.type === 'paragraph') {
      label = addParagraph(current, label, node, nodes[index + 1], lines)
    } else if (node.type === 'blockquote') {
      addNodes(label ?? current, node.children, lines)
    } else {
      const block = readBlock(node, lines)
      if (block) (label ?? current).blocks.push(block)
    }
    const end = node.position?.end.line ?? 1
    if (node.type !== 'thematicBreak')
      for (const open of [...path, ...(label ? [label] : [])]) open.end = Math.max(open.end, end)
  }
}

function readHeading(children: Parameters<typeof readLines>[0], start: number, depth: number): Section {
  const [first, ...more] = readLines(children, start)
  const line = first ?? emptyLine(start)
  const text = [line, ...more].map((part) => part.text).join(' ')
  return newSection('heading', { ...line, text, value: text }, depth)
}

/** Returns the label that stays open for the blocks after the paragraph. */
function addParagraph(
  current: Section,
  open: Section | undefined,
  node: Paragraph,
  next: Node | undefined,
  all: Line[],
): Section | undefined {
  const lines = readLines(node.children, node.position?.start.line ?? 1)
  let label = open
  for (const [index, line] of lines.entries()) {
    const opensList =
      index === lines.length - 1 && (next?.type === 'list' || next?.type === 'code' || next?.type === 'table')
    const title = line.label ?? (opensList ? /^(.{2,120}?) ?[:：]$/.exec(line.text)?.[1] : undefined)
    // A bare title is structure; everything else is text that somebody should have read.
    if (title === undefined || (line.label !== undefined && line.value !== '')) all.push(line)
    if (title !== undefined) {
      const section: Section = { ...newSection('label', line, current.depth + 0.5), title }
      current.blocks.push({ kind: 'section', section })
      label = line.label === undefined || line.value === '' ? section : undefined
    } else {
      const { blocks } = label ?? current
      const last = blocks.at(-1)
      if (last?.kind === 'text') last.lines.push(line)
      else blocks.push({ kind: 'text', lines: [line] })
    }
  }
  return label
}

function readBlock(node: Node, lines: Line[]): Block | undefined {
  const start = node.position?.start.line ?? 1
  const end = node.position?.end.line ?? start
  if (node.type === 'list') return readList(node, lines)
  if (node.type === 'table') return readTable(node, lines)
  if (node.type === 'code')
    return { kind: 'code', language: (node.lang ?? '').toLowerCase(), text: node.value, start, end }
  if (node.type !== 'html') return undefined
  const text = node.value.replace(/<!--[\s\S]*?(?:-->|$)/g, '')
  const own = readLines([{ type: 'text', value: text }], start)
  lines.push(...own)
  return own.length > 0 ? { kind: 'text', lines: own } : undefined
}

function readList(node: List, lines: Line[]): Block {
  return { kind: 'list', ordered: node.ordered === true, items: node.children.map((item) => readItem(item, lines)) }
}

function readItem(node: ListItem, lines: Line[]): Section {
  const start = node.position?.start.line ?? 1
  const [first, ...rest] = node.children
  const own = first?.type === 'paragraph' ? readLines(first.children, first.position?.start.line ?? start) : []
  const isTitle = rest.length > 0 && own.length === 1 && own[0]?.label !== undefined && own[0].value === ''
  if (!isTitle) lines.push(...own)
  const head = own[0] ?? emptyLine(start)
  const item: Section = {
    ...newSection('item', joinLines(head, own.slice(1)), 10),
    ...(typeof node.checked === 'boolean' ? { checked: node.checked } : {}),
  }
  addNodes(item, first?.type === 'paragraph' ? rest : node.children, lines)
  item.end = Math.max(item.end, node.position?.end.line ?? start)
  return item
}

/** An item that goes on over several lines is one statement. */
function joinLines(head: Line, more: Line[]): Line {
  const join = (first: string): string => [first, ...more.map((line) => line.text)].join(' ').trim()
  return {
    ...head,
    end: more.at(-1)?.end ?? head.end,
    text: join(head.text),
    value: join(head.value),
    codes: [head, ...more].flatMap((line) => line.codes),
    links: [head, ...more].flatMap((line) => line.links),
  }
}

function readTable(node: Table, lines: Line[]): Block {
  const [head, ...body] = node.children
  const start = node.position?.start.line ?? 1
  const rows = body.map((row) => {
    const line = row.position?.start.line ?? start
    const cells = row.children.map((cell) => {
      const [first, ...rest] = readLines(cell.children, line)
      return first ? joinLines(first, rest) : emptyLine(line)
    })
    lines.push(...cells.filter((cell) => cell.text !== ''))
    return { cells, line }
  })
  const header = (head?.children ?? []).map((cell) => plainText(cell.children))
  return { kind: 'table', header, rows, start, end: node.position?.end.line ?? start }
}
