/** The one door for plan documents: Markdown or YAML, text or bytes, in; facts and findings out. It never throws. */

import { redactSecrets } from '../core/find-secrets.ts'
import type { ImportResult } from '../core/plan/draft.ts'
import { lintDraft } from '../core/plan/lint/lint.ts'
import type { Surroundings } from '../core/plan/lint/rule.ts'
import { decodeText } from './decode-text.ts'
import { importMarkdown } from './import-markdown.ts'
import { importPlanYaml, planMark } from './plan-yaml/import-plan-yaml.ts'
import { takeOutSecrets } from './readers/take-out-secrets.ts'

export type DocumentFormat = 'markdown' | 'yaml'

export interface ImportedDocument extends ImportResult {
  /** As it was read, without its secrets; its lines are what sources count. */
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
  const shown = redactSecrets(text)
  const read = format === 'yaml' ? importPlanYaml(shown, file) : importMarkdown(text, file)
  if (format === 'yaml') takeOutSecrets(read.draft, text)
  const { diagnostics } = read
  const isUnreadable = diagnostics.some(({ ruleId }) => unreadable.test(ruleId))
  return { ...read, text: shown, format, diagnostics: [...found, ...diagnostics], isUnreadable }
}

/** Rules after which nothing of a document is read. */
const unreadable = /^(?:YAML_[A-Z_]+|DOCUMENT_TOO_LARGE|DOCUMENT_UNREADABLE)$/

/** What is wrong with a document: how it was read first, then what it says. */
export function documentFindings(
  { draft, diagnostics, isUnreadable }: ImportedDocument,
  surroundings: Surroundings = {},
): ImportResult['diagnostics'] {
  return isUnreadable ? diagnostics : [...diagnostics, ...lintDraft(draft, surroundings)]
}

function formatOf(text: string, file: string): DocumentFormat {
  if (/\.ya?ml$/i.test(file)) return 'yaml'
  if (/\.(?:md|markdown)$/i.test(file)) return 'markdown'
  const firstLine = text.split('\n').find((line) => !/^\s*(?:#.*|---.*)?$/.test(line)) ?? ''
  return planMark.test(firstLine) ? 'yaml' : 'markdown'
}
