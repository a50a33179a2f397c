/** Turns inline Markdown into lines of plain text with their numbers, labels, code words and links. */
import { cleanText } from './clean-text.ts'
import type { Inline } from './markdown-nodes.ts'

export interface Line {
  /** 1-based line of the document. */
  number: number
  /** 1-based column of the first inline node that begins on it; 0 where only text goes on. */
  column: number
  /** Where a statement of several lines ends; `number` for all others. */
  end: number
  text: string
  /** "Timing" for `**Timing:** Week 1`; also "Success Criteria" for a line that is bold throughout. */
  label?: string
  /** What follows the label; the whole text where there is none. */
  value: string
  /** Words set as code. */
  codes: string[]
  links: { text: string; url: string }[]
}

interface Piece {
  text: string
  strong: boolean
}
interface OpenLine {
  number: number
  column: number
  pieces: Piece[]
  codes: string[]
  links: Line['links']
}

/** A line that holds nothing, where a title or cell is empty. */
export function emptyLine(number: number): Line {
  return { number, column: 0, end: number, text: '', value: '', codes: [], links: [] }
}

/** The lines of a paragraph, heading or table cell; empty ones are left out. */
export function readLines(nodes: readonly Inline[], startLine: number): Line[] {
  const open: OpenLine[] = [openLine(startLine)]
  for (const node of nodes) readNode(node, false, open)
  return closeLines(open)
}

/** The lines of text that holds no markup. */
export function readPlainLines(text: string, startLine: number): Line[] {
  const open: OpenLine[] = [openLine(startLine)]
  addText(text, false, open)
  return closeLines(open)
}

function readNode(node: Inline, strong: boolean, open: OpenLine[]): void {
  if (node.line > lastOf(open).number) open.push(openLine(node.line))
  const current = lastOf(open)
  if (current.column === 0 && current.pieces.every((piece) => piece.text === '') && node.line === current.number)
    current.column = node.column
  if (node.kind === 'text' || node.kind === 'html') {
    addText(node.value, strong, open)
  } else if (node.kind === 'code') {
    current.codes.push(node.value)
    addText(node.value, strong, open)
  } else if (node.kind === 'image') {
    addText(node.alt, strong, open)
  } else if ('children' in node) {
    if (node.kind === 'link') current.links.push({ text: plainText(node.children), url: node.url })
    for (const child of node.children) readNode(child, strong || node.kind === 'strong', open)
  }
}

function addText(text: string, strong: boolean, open: OpenLine[]): void {
  for (const [index, part] of text.split('\n').entries()) {
    if (index > 0) open.push(openLine(lastOf(open).number + 1))
    lastOf(open).pieces.push({ text: part, strong })
  }
}

/** Text of inline nodes without markup. */
export function plainText(nodes: readonly Inline[]): string {
  return cleanText(
    readLines(nodes, 1)
      .map((line) => line.text)
      .join(' '),
  )
}

function openLine(number: number): OpenLine {
  return { number, column: 0, pieces: [], codes: [], links: [] }
}

function closeLines(open: OpenLine[]): Line[] {
  return open.map(closeLine).filter((line) => line.text !== '')
}

function closeLine({ number, column, pieces, codes, links }: OpenLine): Line {
  const text = cleanText(pieces.map((piece) => piece.text).join(''))
  return { number, column, end: number, text, value: text, codes, links, ...boldLabel(pieces) }
}

/** `**Label:** value`, `**Label**: value`, `**Label (note)** : value`, or a line in bold throughout. */
function boldLabel(pieces: Piece[]): { label: string; value: string } | undefined {
  // Pictures and numbers may stand before the label.
  const first = pieces.findIndex((piece) => piece.strong || /\p{L}/u.test(piece.text))
  if (first < 0 || !pieces[first]?.strong) return undefined
  const after = pieces.findIndex((piece, index) => index > first && !piece.strong && piece.text !== '')
  const lead = cleanText(
    pieces
      .slice(first, after < 0 ? undefined : after)
      .map((piece) => piece.text)
      .join(''),
  )
  const rest =
    after < 0
      ? ''
      : cleanText(
          pieces
            .slice(after)
            .map((piece) => piece.text)
            .join(''),
        )
  if (lead === '') return undefined
  const inside = /^(.{1,120}?) ?[:：]$/.exec(lead)
  if (inside?.[1]) return { label: inside[1], value: rest }
  const outside = /^(\([^()]{0,80}\))? ?[:：] ?(.*)$/.exec(rest)
  if (outside) return { label: cleanText(`${lead} ${outside[1] ?? ''}`), value: outside[2] ?? '' }
  return rest === '' && lead !== '' && lead.length <= 120 ? { label: lead, value: '' } : undefined
}

function lastOf(open: OpenLine[]): OpenLine {
  const last = open.at(-1)
  if (!last) throw new Error('a line is always open')
  return last
}
