/** The one door for plan documents: Markdown or YAML, text or bytes, in; facts and findings out. It never throws. */
import type { ImportResult } from '../core/plan/draft.ts'
import { lintDraft } from '../core/plan/lint/lint.ts'
import { decodeText } from './decode-text.ts'
import { importMarkdown } from './import-markdown.ts'
import { importPlanYaml, planMark } from './plan-yaml/import-plan-yaml.ts'

export type DocumentFormat = 'markdown' | 'yaml'

export interface ImportedDocument extends ImportResult {
  /** As it was read; its lines are what sources count. */
  text: string
  format: DocumentFormat
  /** No fact could be read: the draft is empty, and the lint would only repeat that. */
  isUnreadable: boolean
}

/** `file` is the path as the reader of messages knows it; it is not opened. Its ending says what it is, else its content. */
export function importDocument(content: string | Uint8Array, file: string): ImportedDocument {
  const { text, diagnostics: found } =
    typeof content === 'string' ? { text: content, diagnostics: [] } : decodeText(content, file)
  const format = formatOf(text, file)
  const { draft, diagnostics } = format === 'yaml' ? importPlanYaml(text, file) : importMarkdown(text, file)
  const isUnreadable = diagnostics.some(({ ruleId }) => unreadable.test(ruleId))
  return { text, format, draft, diagnostics: [...found, ...diagnostics], isUnreadable }
}

/** Rules after which nothing of a document is read. */
const unreadable = /^(?:YAML_[A-Z_]+|DOCUMENT_TOO_LARGE|DOCUMENT_UNREADABLE)$/

/** What is wrong with a document: how it was read first, then what it says. */
export function documentFindings({ draft, diagnostics, isUnreadable }: ImportedDocument): ImportResult['diagnostics'] {
  return isUnreadable ? diagnostics : [...diagnostics, ...lintDraft(draft)]
}

function formatOf(text: string, file: string): DocumentFormat {
  if (/\.ya?ml$/i.test(file)) return 'yaml'
  if (/\.(?:md|markdown)$/i.test(file)) return 'markdown'
  const firstLine = text.split('\n').find((line) => !/^\s*(?:#.*|---.*)?$/.test(line)) ?? ''
  return planMark.test(firstLine) ? 'yaml' : 'markdown'
}
