/** A document as the importer takes it before it reads it, parsed: its own text only, repaired, without secrets, cut to what can be read. */
import { redactSecrets } from '../../core/find-secrets.ts'
import { limitText } from '../markdown/limit-text.ts'
import type { BlockNode } from '../markdown/markdown-nodes.ts'
import { parseMarkdown } from '../markdown/parse-markdown.ts'
import { plainLines } from '../markdown/plain-lines.ts'
import { repairText } from '../markdown/repair-text.ts'
import { withoutFragments } from './fragment.ts'

/** Lines are those of the document; columns are not. Throws a `RangeError` where it is nested too deep to be read. */
export function parseDocument(text: string): BlockNode[] {
  const { text: own } = repairText(plainLines(withoutFragments(text)))
  return parseMarkdown(limitText(redactSecrets(own), '').text)
}
