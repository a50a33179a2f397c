/** Markdown → a tree of sections in which headings, bold labels and list items are one thing: a title with what belongs under it. */
import type { BlockNode, ItemNode, ListNode, TableNode } from './markdown-nodes.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { emptyLine, type Line, plainText, readLines, readParagraph, readPlainLines } from './read-lines.ts'

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

/** Throws only what the Markdown parser throws (a stack overflow on input that is nested absurdly deep). */
export function readTree(text: string): DocumentTree {
  const lines: Line[] = []
  const root = newSection('document', emptyLine(1), 0)
  addNodes(root, parseMarkdown(text), lines)
  return { root, lines: lines.sort((a, b) => a.number - b.number) }
}

function newSection(origin: Section['origin'], line: Line, depth: number): Section {
  return { origin, title: line.text, line, depth, start: line.number, end: line.number, blocks: [] }
}

/**
 * Puts nodes under `root`: headings nest by depth; a label takes what follows it until the next label, heading or rule.
 * Returns the labelled lines that belong outside an item whose mark stands at `column`.
 */
function addNodes(root: Section, nodes: readonly BlockNode[], lines: Line[], column = 0): Line[] {
  const outside: Line[] = []
  const path: Section[] = [root]
  let label: Section | undefined
  for (const [index, node] of nodes.entries()) {
    const heading = node.kind === 'heading' ? readHeading(node.children, node.line, node.depth) : undefined
    const current = path.at(-1) ?? root
    if (heading) {
      while (path.length > 1 && (path.at(-1)?.depth ?? 0) >= heading.depth) path.pop()
      const parent = path.at(-1) ?? root
      parent.blocks.push({ kind: 'section', section: heading })
      path.push(heading)
      label = undefined
    } else if (node.kind === 'rule') {
      label = undefined
    } else if (node.kind === 'paragraph') {
      const own = readParagraph(node.children, node.line)
      label = addLines(current, label, own, takesTitle(nodes[index + 1]), lines)
    } else if (node.kind === 'quote') {
      addNodes(label ?? current, node.children, lines)
    } else if (node.kind === 'list') {
      label = addList(current, label, node, takesTitle(nodes[index + 1]), lines, (after) => {
        const isOutside = (after[0]?.column ?? 0) <= column
        if (isOutside) outside.push(...after)
        return !isOutside
      })
    } else {
      const block = readBlock(node, lines)
      if (block) (label ?? current).blocks.push(block)
    }
    // "We stop if any of:" heads the list below it, and no more.
    if (label && label.line.label === undefined && node.kind !== 'paragraph' && nodes[index + 1]?.kind === 'paragraph')
      label = undefined
    if (node.kind !== 'rule')
      for (const open of [...path, ...(label ? [label] : [])]) open.end = Math.max(open.end, node.endLine)
  }
  return outside
}

/** Whether a title without value can head this block. */
function takesTitle(next: BlockNode | undefined): boolean {
  return next?.kind === 'list' || next?.kind === 'code' || next?.kind === 'table'
}

function readHeading(children: Parameters<typeof readLines>[0], start: number, depth: number): Section {
  const [first, ...more] = readLines(children, start)
  const line = first ?? emptyLine(start)
  const text = [line, ...more].map((part) => part.text).join(' ')
  return newSection('heading', { ...line, text, value: text }, depth)
}

/** Returns the label that stays open for the blocks after these lines. */
function addLines(
  current: Section,
  open: Section | undefined,
  lines: Line[],
  beforeBlock: boolean,
  all: Line[],
): Section | undefined {
  let label = open
  for (const [index, line] of lines.entries()) {
    const opensBlock = beforeBlock && index === lines.length - 1
    const title = line.label ?? (opensBlock ? /^(.{2,120}?) ?[:：]$/.exec(line.text)?.[1] : undefined)
    // A bare title is structure; everything else is text that somebody should have read.
    const names = line.codes.length > 0 || line.links.length > 0
    if (title === undefined || names || (line.label !== undefined && line.value !== '')) all.push(line)
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

function readBlock(node: BlockNode, lines: Line[]): Block | undefined {
  const { line: start, endLine: end } = node
  if (node.kind === 'table') return readTable(node, lines)
  if (node.kind === 'code') return { kind: 'code', language: node.language.toLowerCase(), text: node.text, start, end }
  if (node.kind !== 'html') return undefined
  const own = readPlainLines(node.text.replace(/<!--[\s\S]*?(?:-->|$)/g, ''), start)
  lines.push(...own)
  return own.length > 0 ? { kind: 'text', lines: own } : undefined
}

/**
 * A label right under the last item, without an empty line, is to Markdown a part of that item; to its author it starts something new.
 * `isOurs` says whether such lines belong here. Returns the label that stays open.
 */
function addList(
  current: Section,
  open: Section | undefined,
  node: ListNode,
  beforeBlock: boolean,
  lines: Line[],
  isOurs: (after: Line[]) => boolean,
): Section | undefined {
  let label = open
  let items: Section[] = []
  const close = (): void => {
    if (items.length > 0) (label ?? current).blocks.push({ kind: 'list', ordered: node.ordered === true, items })
    items = []
  }
  for (const [index, child] of node.items.entries()) {
    const { item, after } = readItem(child, lines)
    items.push(item)
    if (after.length === 0 || !isOurs(after)) continue
    close()
    label = addLines(current, label, after, beforeBlock || index < node.items.length - 1, lines)
  }
  close()
  return label
}

/** The item, and the lines after it that its author meant for what stands around the list. */
function readItem(node: ItemNode, lines: Line[]): { item: Section; after: Line[] } {
  const { line: start, column, children, checked } = node
  const [first, ...rest] = children
  const all = first?.kind === 'paragraph' ? readLines(first.children, first.line) : []
  const cut = all.findIndex((line, index) => index > 0 && (isLabelled(line) || plainField.test(line.text)))
  const own = cut < 0 ? all : all.slice(0, cut)
  const labelled = cut < 0 ? [] : all.slice(cut)
  // Where a line of bare text began is not known; it belongs to the item.
  const isLazy = (labelled[0]?.column || column + 1) <= column
  const isTitle = rest.length > 0 && own.length === 1 && own[0]?.label !== undefined && own[0].value === ''
  if (!isTitle) lines.push(...own)
  const item: Section = {
    ...newSection('item', joinLines(own[0] ?? emptyLine(start), own.slice(1)), 10),
    ...(checked === undefined ? {} : { checked }),
  }
  if (!isLazy) addLines(item, undefined, labelled, takesTitle(rest[0]), lines)
  const after = addNodes(item, first?.kind === 'paragraph' ? rest : children, lines, column)
  const ownEnd = isLazy && labelled.length > 0 ? own.at(-1)?.end : node.endLine
  item.end = Math.max(item.end, ownEnd ?? start)
  return { item, after: isLazy ? [...labelled, ...after] : after }
}

/** "Success: errors < 1%" on a line of its own, inside an item. */
const plainField = /^\p{Lu}[\p{L} /-]{2,30} ?[:：] \S/u

function isLabelled({ label, text, value }: Line): boolean {
  return label !== undefined && (value !== '' || /[:：]$/.test(text))
}

/** An item that goes on over several lines is one statement. */
function joinLines(head: Line, more: Line[]): Line {
  if (more.length === 0) return head
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

function readTable({ header, rows, line: start, endLine: end }: TableNode, lines: Line[]): Block {
  const read = rows.map(({ cells, line }) => {
    const own = cells.map((cell) => {
      const [first, ...rest] = readLines(cell.children, line)
      return first ? joinLines(first, rest) : emptyLine(line)
    })
    lines.push(...own.filter((cell) => cell.text !== ''))
    return { cells: own, line }
  })
  return { kind: 'table', header: header.map((cell) => plainText(cell.children)), rows: read, start, end }
}
