/** Writes a release's status, evidence and ticks into its document: the edits that do it, and nothing of the author's is changed but ticks. */
import type { PlanDraft } from '../../core/plan/draft.ts'
import type { DocumentStatus, StatementStatus } from '../../core/release/document-status.ts'
import { readForRelease, readStatements } from './annotate-document.ts'
import { applyEdits, type Edit, lineEdits, linesOf, type TextLine } from './edit.ts'
import { withoutFragments } from './fragment.ts'
import type { PlacedNote } from './notes.ts'
import type { Reference } from './write-fragment.ts'
import { type Written, writeLines } from './write-lines.ts'

export interface RenderedDocument {
  /** In the order of the text; they do not overlap. */
  edits: Edit[]
  text: string
  /** What the document says of the release now. */
  notes: PlacedNote[]
  /** Boxes that stand ticked for evidence. */
  ticks: number
  /** Statements of the release that this document does not state, in these words. */
  lost: StatementStatus[]
  /** What is stated where nothing can be written, such as in a code block. */
  unplaced: PlacedNote[]
}

export interface RenderOptions extends Pick<Reference, 'report'> {
  /** Path of the document, if it is not the one that the release started from. */
  file?: string
}

/** Why nothing was rendered. */
export interface RenderRefusal {
  refused: string
}

/** At least this share of the release's statements must be found, or it is another document. */
const leastFound = 0.5

export function renderDocument(
  text: string,
  status: DocumentStatus,
  options: RenderOptions = {},
): RenderedDocument | RenderRefusal {
  const { document, releaseId, statements } = status
  const { file = document, ...reference } = options
  const read = readForRelease(text, file, statements)
  if (typeof read === 'string') return { refused: read }
  const { draft, shapes, notes, located, lost } = read
  const found = located.filter(({ status: { source } }) => source !== undefined).length
  const all = found + lost.length
  if (found < all * leastFound)
    return {
      refused: `only ${found} of the ${all} statements of release ${releaseId} are in it: it is another document, or was rewritten since the release started`,
    }
  const ownLines = linesOf(withoutFragments(text)).map((line) => line.text)
  const written = writeLines(ownLines, notes, shapes, { releaseId, ...reference })
  const edits = editsFor(linesOf(text), ownLines, written)
  const rendered = applyEdits(text, edits)
  const again = readStatements(rendered, file)
  if (typeof again === 'string') return { refused: `with what would be written into it, ${again}` }
  if (!statesTheSame(draft, again))
    return { refused: 'writing into it would change what it states; please report this with the document' }
  return { edits, text: rendered, notes, ticks: written.ticked.length, lost, unplaced: written.unplaced }
}

/** Lines that were Tidegate's alone are written over where their heading still has something to say, and go where not. */
function editsFor(lines: readonly TextLine[], own: readonly string[], { lines: changed, under }: Written): Edit[] {
  const isBlank = (index: number): boolean => !/\S/.test(lines[index]?.text ?? '')
  const isOurs = (index: number): boolean => !isBlank(index) && !/\S/.test(own[index] ?? '')
  const newline = lines.find(({ end }) => end !== '')?.end ?? '\n'
  const taken = new Set<number>()
  const edits: Edit[] = []
  for (const [index, statusLine] of under) {
    const slot = [index + 1, index + 2].find((at) => isOurs(at) && (at === index + 1 || isBlank(index + 1)))
    const line = lines[slot ?? index]
    if (!line) continue
    // Without an empty line, what follows would become part of the quote.
    let next = (slot ?? index) + 1
    while (isOurs(next)) next++
    const blank = next >= lines.length || isBlank(next) ? '' : newline
    if (slot === undefined)
      edits.push({ offset: line.offset + line.text.length, length: 0, insert: newline + newline + statusLine + blank })
    else edits.push(...lineEdits(line, statusLine + blank))
    if (slot !== undefined) taken.add(slot)
  }
  for (const [index, line] of lines.entries()) {
    if (taken.has(index)) continue
    if (!isOurs(index)) edits.push(...lineEdits(line, changed[index] ?? ''))
    else {
      // The empty line that came with it goes with it.
      const after = isBlank(index - 1) && isBlank(index + 1) ? lines[index + 1] : undefined
      const length = line.text.length + line.end.length + (after ? after.text.length + after.end.length : 0)
      edits.push({ offset: line.offset, length, insert: '' })
    }
  }
  return edits.sort((a, b) => a.offset - b.offset)
}

/** Lines may have moved; words may not. */
function statesTheSame(a: PlanDraft, b: PlanDraft): boolean {
  const words = (draft: PlanDraft): string =>
    JSON.stringify(draft, (key, value: unknown) => (/source$/i.test(key) ? undefined : value))
  return words(a) === words(b)
}
