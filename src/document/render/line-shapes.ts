/** What each line of a document is to Markdown, as far as writing beside it goes: a heading, a row of a table, text, or nothing to touch. */
import type { BlockNode, TableNode } from '../markdown/markdown-nodes.ts'
import { plainText } from '../markdown/read-lines.ts'

export type LineShape =
  /** `end` is the last line of the heading; only at the top level can a line be put under it. */
  | { kind: 'heading'; end: number; isTop: boolean }
  | { kind: 'row'; header: string[]; isHeader: boolean }
  /** `end` is the last line of the paragraph. */
  | { kind: 'text'; end: number }
  | { kind: 'closed' }

/** By 1-based line; lines between blocks have no shape. */
export type LineShapes = ReadonlyMap<number, LineShape>

export function lineShapes(blocks: readonly BlockNode[]): LineShapes {
  const shapes = new Map<number, LineShape>()
  for (const block of blocks) addShapes(block, shapes, true)
  return shapes
}

function addShapes(node: BlockNode, shapes: Map<number, LineShape>, isTop: boolean): void {
  const shape = shapeOf(node, isTop)
  if (node.kind === 'table') addTable(node, shapes)
  else if (shape) for (let line = node.line; line <= node.endLine; line++) shapes.set(line, shape)
  else for (const child of childrenOf(node)) addShapes(child, shapes, false)
}

function childrenOf(node: BlockNode): BlockNode[] {
  if (node.kind === 'list') return node.items.flatMap((item) => item.children)
  return node.kind === 'quote' ? node.children : []
}

function shapeOf({ kind, endLine: end }: BlockNode, isTop: boolean): LineShape | undefined {
  if (kind === 'heading') return { kind, end, isTop }
  if (kind === 'paragraph') return { kind: 'text', end }
  return kind === 'code' || kind === 'html' || kind === 'definition' ? { kind: 'closed' } : undefined
}

function addTable({ line, header: cells, rows }: TableNode, shapes: Map<number, LineShape>): void {
  const header = cells.map((cell) => plainText(cell.children))
  shapes.set(line, { kind: 'row', header, isHeader: true })
  for (const row of rows) shapes.set(row.line, { kind: 'row', header, isHeader: false })
}

/** Headings at the top level in order, by their first and last lines. */
export function headingsOf(shapes: LineShapes): { line: number; end: number }[] {
  return [...shapes].flatMap(([line, shape]) =>
    shape.kind === 'heading' && shape.isTop && shapes.get(line - 1) !== shape ? [{ line, end: shape.end }] : [],
  )
}
