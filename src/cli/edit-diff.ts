/** Edits as a unified diff without context, as `patch` and people read it. */
import { applyEdits, type Edit, linesOf } from '../document/render/edit.ts'

/** Edits that touch one run of lines. */
interface Hunk {
  first: number
  last: number
  edits: Edit[]
}

export function editDiff(text: string, edits: readonly Edit[], name: string): string[] {
  if (edits.length === 0) return []
  const lines = linesOf(text)
  const lineAt = (offset: number): number => lines.findLastIndex((line) => line.offset <= offset)
  let shift = 0
  const hunks = hunksOf(edits, lineAt).flatMap(({ first, last, edits: own }) => {
    const from = lines[first]?.offset ?? 0
    const to = lines[last + 1]?.offset ?? text.length
    const before = text.slice(from, to)
    const after = applyEdits(
      before,
      own.map((edit) => ({ ...edit, offset: edit.offset - from })),
    )
    const hunk = writeHunk(shownLines(before), shownLines(after), first, shift)
    shift += shownLines(after).length - shownLines(before).length
    return hunk
  })
  return [`--- a/${name}`, `+++ b/${name}`, ...hunks]
}

function hunksOf(edits: readonly Edit[], lineAt: (offset: number) => number): Hunk[] {
  const hunks: Hunk[] = []
  for (const edit of edits) {
    const first = lineAt(edit.offset)
    const last = lineAt(Math.max(edit.offset, edit.offset + edit.length - 1))
    const open = hunks.at(-1)
    if (open && first <= open.last) {
      open.last = Math.max(open.last, last)
      open.edits.push(edit)
    } else hunks.push({ first, last, edits: [edit] })
  }
  return hunks
}

function shownLines(text: string): string[] {
  const lines = linesOf(text).map((line) => line.text)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** `first` is the 0-based line before the change, `shift` how much longer the text has become above it. */
function writeHunk(before: string[], after: string[], first: number, shift: number): string[] {
  let same = 0
  while (same < Math.min(before.length, after.length) && before[same] === after[same]) same++
  const removed = before.slice(same)
  const added = after.slice(same)
  // Of no lines, the place is the line before it.
  const place = (lines: string[], start: number): string => `${lines.length === 0 ? start : start + 1},${lines.length}`
  const header = `@@ -${place(removed, first + same)} +${place(added, first + same + shift)} @@`
  return [header, ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)]
}
