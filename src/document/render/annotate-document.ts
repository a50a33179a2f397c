/** A document with what is to be shown at its lines: the one reading that writing into it and showing it in a browser share. */
import type { DocumentTree } from '../../core/plan/document-tree.ts'
import type { PlanDraft } from '../../core/plan/draft.ts'
import type { DocumentNote, DocumentStatus } from '../../core/release/document-status.ts'
import { importMarkdown } from '../import-markdown.ts'
import { documentTree } from './document-tree.ts'
import { type LineShapes, lineShapes } from './line-shapes.ts'
import { type Location, locateStatements } from './locate-statements.ts'
import { notesOf, type PlacedNote } from './notes.ts'
import { parseDocument } from './parse-document.ts'

export interface ReadDocument extends Location {
  draft: PlanDraft
  shapes: LineShapes
  notes: PlacedNote[]
}

const unreadable = new Set(['DOCUMENT_TOO_LARGE', 'DOCUMENT_UNREADABLE'])

/** What a document states, or why it cannot be read at all. */
export function readStatements(text: string, file: string): PlanDraft | string {
  const { draft, diagnostics } = importMarkdown(text, file)
  return diagnostics.find(({ ruleId }) => unreadable.has(ruleId))?.message ?? draft
}

/** What a release says of a document, or why it cannot be read at all. */
export function readForRelease(text: string, status: DocumentStatus): ReadDocument | string {
  const draft = readStatements(text, status.document)
  if (typeof draft === 'string') return draft
  const shapes = lineShapes(parseDocument(text))
  const { located, lost } = locateStatements(draft, status.statements, shapes)
  return { draft, shapes, located, lost, notes: notesOf(draft, located) }
}

/** Null where the document cannot be read. Lines are those of `text`. */
export function annotateDocument(
  text: string,
  status: DocumentStatus,
): { tree: DocumentTree; notes: DocumentNote[] } | null {
  const read = readForRelease(text, status)
  return typeof read === 'string' ? null : { tree: documentTree(text), notes: read.notes.map(({ note }) => note) }
}
