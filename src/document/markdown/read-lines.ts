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
  end: number
  /** The author ended it on purpose. */
  isEnded: boolean
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

/** The same for a paragraph of text, where a line that goes on below is one. */
export function readParagraph(nodes: readonly Inline[], startLine: number): Line[] {
  const open: OpenLine[] = [openLine(startLine)]
  for (const node of nodes) readNode(node, false, open)
  return closeLines(unwrap(open))
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
  if (node.kind === 'break') current.isEnded = true
  else if (node.kind === 'text' || node.kind === 'html') {
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
  return { number, end: number, isEnded: false, column: 0, pieces: [], codes: [], links: [] }
}

function closeLines(open: OpenLine[]): Line[] {
  return open.map(closeLine).filter((line) => line.text !== '')
}

function closeLine({ number, column, end, pieces, codes, links }: OpenLine): Line {
  const text = textOf(pieces)
  return { number, column, end, text, value: text, codes, links, ...boldLabel(pieces) }
}

const textOf = (pieces: readonly Piece[]): string => cleanText(pieces.map((piece) => piece.text).join(''))

/** Text shorter than this was not broken for want of room. */
const shortestLine = 50
/** What begins something of its own: a mark, a field, a stage. */
const beginning =
  /^(?:[-*•+>|]|\d{1,2}[.)] |\[[ xX]\]|\p{Extended_Pictographic}|\p{Lu}[\p{L}\p{N} /-]{1,30}: |(?:day|week|phase|stage|step|wave|sprint) ?#?\d|[TD] ?[-+])/iu

/** Words that nobody ends a line with on purpose. */
const unfinished =
  /(?:,|\b(?:the|an?|of|to|and|or|with|in|on|for|by|from|this|that|its|is|are|be|und|der|die|das|mit|et|le|la|les|de|du|des|da|do|e))$/i

/** Joins what an editor or its author broke at the edge of the page. */
function unwrap(open: readonly OpenLine[]): OpenLine[] {
  const width = Math.max(...open.map(({ pieces }) => textOf(pieces).length))
  const joined: OpenLine[] = []
  let before: OpenLine | undefined
  for (const line of open) {
    const last = joined.at(-1)
    if (last && before && goesOn(before, line, width)) {
      last.pieces.push({ text: ' ', strong: false }, ...line.pieces)
      last.codes.push(...line.codes)
      last.links.push(...line.links)
      last.end = line.end
    } else joined.push(line)
    // Lines are compared as they stood: what they were joined to is longer.
    before = { ...line, pieces: [...line.pieces] }
  }
  return joined
}

function goesOn(before: OpenLine, next: OpenLine, width: number): boolean {
  const [text, below] = [textOf(before.pieces), textOf(next.pieces)]
  if (before.isEnded || text.length < shortestLine || beginning.test(below) || boldLabel(next.pieces)) return false
  if (/^\p{Ll}/u.test(below) || unfinished.test(text)) return true
  if (/[.!?:：;]$/.test(text)) return false
  const word = below.split(' ', 1)[0] ?? ''
  return width >= shortestLine + 15 && text.length + 1 + word.length > width
}

/** `**Label:** value`, `**Label.** Value`, `**Label**: value`, `**Label (note)** : value`, or a line in bold throughout. */
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
  const runIn = rest === '' ? null : /^(.{2,80}[^.])\.$/.exec(lead)
  if (runIn?.[1]) return { label: runIn[1], value: rest }
  const outside = /^(\([^()]{0,300}\))? ?[:：] ?(.*)$/.exec(rest)
  if (outside) return { label: cleanText(`${lead} ${outside[1] ?? ''}`), value: outside[2] ?? '' }
  return rest === '' && lead !== '' && lead.length <= 120 ? { label: lead, value: '' } : undefined
}

function lastOf(open: OpenLine[]): OpenLine {
  const last = open.at(-1)
  if (!last) throw new Error('a line is always open')
  return last
}
