/** What each line of a document is to Markdown, as far as writing beside it goes: a heading, a row of a table, text, or nothing to touch. */
import type { Nodes, Root, Table } from 'mdast'
import { plainText } from '../markdown/read-lines.ts'

export type LineShape =
  /** `end` is the last line of the heading; only at the top level can a line be put under it. */
  | { kind: 'heading'; end: number; depth: number; isTop: boolean }
  | { kind: 'row'; header: string[]; isHeader: boolean }
  /** `end` is the last line of the paragraph. */
  | { kind: 'text'; end: number }
  | { kind: 'closed' }

/** By 1-based line; lines between blocks have no shape. */
export type LineShapes = ReadonlyMap<number, LineShape>

export function lineShapes(root: Root): LineShapes {
  const shapes = new Map<number, LineShape>()
  addShapes(root, shapes, true)
  return shapes
}

function addShapes(node: Nodes, shapes: Map<number, LineShape>, isTop: boolean): void {
  const shape = shapeOf(node, isTop)
  const { start, end } = node.position ?? { start: { line: 1 }, end: { line: 0 } }
  if (node.type === 'table') addTable(node, shapes)
  else if (shape) for (let line = start.line; line <= end.line; line++) shapes.set(line, shape)
  else if ('children' in node) for (const child of node.children) addShapes(child, shapes, node.type === 'root')
}

function shapeOf(node: Nodes, isTop: boolean): LineShape | undefined {
  const end = node.position?.end.line ?? 1
  if (node.type === 'heading') return { kind: 'heading', end, depth: node.depth, isTop }
  if (node.type === 'paragraph') return { kind: 'text', end }
  return node.type === 'code' || node.type === 'html' ? { kind: 'closed' } : undefined
}

function addTable(table: Table, shapes: Map<number, LineShape>): void {
  const header = (table.children[0]?.children ?? []).map((cell) => plainText(cell.children))
  for (const [index, row] of table.children.entries())
    shapes.set(row.position?.start.line ?? 1, { kind: 'row', header, isHeader: index === 0 })
}

/** Headings at the top level in order, by their first and last lines. */
export function headingsOf(shapes: LineShapes): { line: number; end: number }[] {
  return [...shapes].flatMap(([line, shape]) =>
    shape.kind === 'heading' && shape.isTop && shapes.get(line - 1) !== shape ? [{ line, end: shape.end }] : [],
  )
}
