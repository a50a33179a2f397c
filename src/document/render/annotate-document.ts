/** A document with what is to be shown at its lines: the one reading that writing into it and showing it in a browser share. */
import type { DocumentTree } from '../../core/plan/document-tree.ts'
import type { PlanDraft } from '../../core/plan/draft.ts'
import type { DocumentNote, DocumentStatus, StatementStatus } from '../../core/release/document-status.ts'
import { importDocument } from '../import-document.ts'
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

/** What a document states, or why it cannot be read as one that can be written into. */
export function readStatements(text: string, file: string): PlanDraft | string {
  const { draft, format, isUnreadable, diagnostics } = importDocument(text, file)
  if (format === 'yaml') return 'a plan in YAML is not written into, only one in Markdown'
  return isUnreadable
    ? (diagnostics.find(({ severity }) => severity === 'error')?.message ?? 'it cannot be read')
    : draft
}

/** What a release says of a document, or why it cannot be read. */
export function readForRelease(
  text: string,
  file: string,
  statements: readonly StatementStatus[],
): ReadDocument | string {
  const draft = readStatements(text, file)
  if (typeof draft === 'string') return draft
  const shapes = lineShapes(parseDocument(text))
  // What a companion states is marked nowhere in this document.
  const ownStatements = statements.filter(({ source }) => source?.file === undefined)
  const { located, lost } = locateStatements(draft, ownStatements, shapes)
  return { draft, shapes, located, lost, notes: notesOf(draft, located) }
}

/** Null where the document cannot be read, or is no Markdown. Lines are those of `text`. */
export function annotateDocument(
  text: string,
  status: DocumentStatus,
): { tree: DocumentTree; notes: DocumentNote[] } | null {
  const read = readForRelease(text, status.document, status.statements)
  return typeof read === 'string' ? null : { tree: documentTree(text), notes: read.notes.map(({ note }) => note) }
}
