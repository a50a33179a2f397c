/** What rendering a document came to: how much evidence, how many claims, and what found no place. */
import type { DocumentStatus, StatementStatus } from '../core/release/document-status.ts'
import type { RenderedDocument } from '../document/render/render-document.ts'
import { plainText } from './styled-line.ts'

export interface RenderSummary {
  releaseId: string
  file: string
  changed: boolean
  /** Notes in the document, by what they are. */
  evidence: number
  claims: number
  statuses: number
  /** Boxes that stand ticked for evidence. */
  ticks: number
  /** Statements of the release that found no line: not in the document in these words, or where nothing can be written. */
  unplaced: { kind: StatementStatus['kind']; text: string; line: number | null; why: string }[]
}

export function renderSummary(
  { edits, notes, ticks, lost, unplaced }: RenderedDocument,
  { releaseId, statements }: DocumentStatus,
  file: string,
): RenderSummary {
  const count = (form: string) => notes.filter(({ note }) => note.form === form).length
  return {
    releaseId,
    file,
    changed: edits.length > 0,
    evidence: count('evidence'),
    claims: count('claim'),
    statuses: count('status'),
    ticks,
    unplaced: [
      ...lost.map(({ kind, text, source }) => {
        return { kind, text, line: source?.start ?? null, why: 'not in the document in these words' }
      }),
      ...unplaced.map(({ kind, id, lines }) => {
        const text = statements.find((statement) => statement.id === id)?.text ?? id
        return { kind, text, line: lines.start, why: 'it stands where nothing can be written, such as in a code block' }
      }),
    ],
  }
}

/** Texts of a document can be long; the line says where to look. */
const textLimit = 80

export function summaryLines(
  { releaseId, file, changed, evidence, claims, statuses, ticks, unplaced }: RenderSummary,
  isWritten: boolean,
): string[] {
  const verb = isWritten
    ? changed
      ? 'brought up to date'
      : 'up to date already'
    : changed
      ? 'not up to date'
      : 'up to date'
  const boxes = ticks === 1 ? '1 box' : `${ticks} boxes`
  return [
    `${file}: ${verb} with release ${releaseId}: evidence ${evidence}, claims without evidence ${claims}, status ${statuses}; ${boxes} ticked for evidence`,
    ...unplaced.map(({ kind, text, line, why }) => {
      const shown = text.length > textLimit ? `${text.slice(0, textLimit)}…` : text
      return plainText(
        `  not written: ${kind} "${shown}"${line === null ? '' : ` (line ${line} at the start)`}: ${why}`,
      )
    }),
  ]
}
