/** Where notes are written: at the end of their line, in a cell of their row, or on a line of their own under their heading. */
import { isDone } from '../../core/plan/lint/status.ts'
import { bareTitle, foldCase } from '../markdown/clean-text.ts'
import { boxOf, isEarned, replaces, struckLimit } from './fragment.ts'
import type { LineShape, LineShapes } from './line-shapes.ts'
import type { PlacedNote } from './notes.ts'
import { type Reference, writeFragment } from './write-fragment.ts'

export interface Written {
  /** The author's lines with what is written into them, by index. */
  lines: string[]
  /** Lines to stand under a heading, by the index of its last line. */
  under: Map<number, string>
  /** Indexes of lines whose box was ticked for evidence. */
  ticked: number[]
  /** Notes that stand where nothing can be written, such as in a code block. */
  unplaced: PlacedNote[]
}

/** `own` are the lines of the document without anything of Tidegate's. */
export function writeLines(
  own: readonly string[],
  notes: readonly PlacedNote[],
  shapes: LineShapes,
  reference: Reference,
): Written {
  const written: Written = { lines: [...own], under: new Map(), ticked: [], unplaced: [] }
  const placed = notes.map((note) => ({ note, line: lineOf(note, own, shapes) }))
  for (const [line, group] of Map.groupBy(placed, (one) => one.line)) {
    const members = group.map(({ note }) => note)
    const shape = shapes.get(line)
    if (shape?.kind === 'heading' && shape.isTop)
      written.under.set(shape.end - 1, `> ${writeFragment(members, reference)}`)
    else if (shape?.kind === 'row' && !shape.isHeader) writeRow(written, line - 1, members, shape, reference)
    else if (shape?.kind === 'text') writeText(written, line - 1, members, reference)
    else written.unplaced.push(...members)
  }
  return written
}

/** The line at whose end a statement can be spoken of: that on which its own text ends, or the title above its code. */
function lineOf({ lines: { start, end } }: PlacedNote, own: readonly string[], shapes: LineShapes): number {
  const shape = shapes.get(start)
  if (shape?.kind === 'closed') return lineAbove(start, shapes) ?? start
  if (shape?.kind !== 'text') return start
  let line = start
  while (line < Math.min(end, shape.end) && !/^\s*(?:\*\*|__)/.test(own[line] ?? '')) line++
  return line
}

function lineAbove(start: number, shapes: LineShapes): number | undefined {
  let line = start - 1
  while (line > 0 && !shapes.has(line)) line--
  return ['text', 'heading'].includes(shapes.get(line)?.kind ?? '') ? line : undefined
}

function writeText(written: Written, index: number, notes: readonly PlacedNote[], reference: Reference): void {
  const line = written.lines[index] ?? ''
  // Spaces or a backslash at the end are a line break of the author's.
  const [end = ''] = /(?:\s+|\\)$/.exec(line) ?? []
  const text = line.slice(0, line.length - end.length)
  const fragment = writeFragment(notes, reference)
  written.lines[index] = `${text} — ${fragment}${end}`
  const box = isEarned(fragment) ? boxOf((at) => written.lines[at], index) : undefined
  if (!box || box.ticked) return
  const boxed = written.lines[box.line] ?? ''
  written.lines[box.line] = `${boxed.slice(0, box.column)}x${boxed.slice(box.column + 1)}`
  written.ticked.push(box.line)
}

const statusColumn = /^(?:status|state|done|statut|estado|状态)$/
const resultColumn = /^(?:actual|results?|evidence|observed|measured|met|status|state|done|statut|estado|状态)$/

/** A phase's state takes the place of the author's word in a status column; everything else is added to its cell. */
function writeRow(
  written: Written,
  index: number,
  notes: readonly PlacedNote[],
  { header }: Extract<LineShape, { kind: 'row' }>,
  reference: Reference,
): void {
  const line = written.lines[index] ?? ''
  const cells = cellsOf(line)
  const isPhase = notes.some(({ kind }) => kind === 'phase')
  const column = header.findIndex((name) => (isPhase ? statusColumn : resultColumn).test(foldCase(bareTitle(name))))
  const cell = cells[column < 0 ? cells.length - 1 : column] ?? cells.at(-1)
  if (!cell) {
    written.unplaced.push(...notes)
    return
  }
  const content = line.slice(cell.start, cell.end)
  const isSaid = isDone(content.trim()) && notes.every(({ note }) => note.shape === '●')
  const changed = writeCell(content, writeFragment(notes, reference), isPhase && column >= 0 && !isSaid)
  written.lines[index] = line.slice(0, cell.start) + changed + line.slice(cell.end)
}

function writeCell(content: string, fragment: string, isReplaced: boolean): string {
  const text = content.trim()
  if (text === '') return content.slice(0, 1) + fragment + content.slice(1)
  const before = content.slice(0, content.indexOf(text))
  const after = content.slice(before.length + text.length)
  return isReplaced && text.length <= struckLimit && !/[~|]/.test(text)
    ? `${before}~~${text}~~ — ${replaces} ${fragment}${after}`
    : `${before}${text} — ${fragment}${after}`
}

/** What stands between the bars of a row; a bar behind a backslash is text. */
function cellsOf(line: string): { start: number; end: number }[] {
  const bars = [...line.matchAll(/(?<!\\)(?:\\\\)*\|/g)].map(({ index, 0: found }) => index + found.length - 1)
  const edges = [-1, ...bars, line.length]
  const cells = edges.slice(1).map((end, index) => ({ start: (edges[index] ?? -1) + 1, end }))
  const isOutside = ({ start, end }: { start: number; end: number }) => /^[\s>]*$/.test(line.slice(start, end))
  const first = cells[0]
  const last = cells.at(-1)
  return cells.slice(first && isOutside(first) ? 1 : 0, cells.length > 1 && last && isOutside(last) ? -1 : undefined)
}
