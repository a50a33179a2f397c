/** A document as the importer takes it before it reads it, parsed: its own text only, repaired and cut to what a parser can bear. */
import type { Root } from 'mdast'
import { limitText } from '../markdown/limit-text.ts'
import { parseMarkdown } from '../markdown/parse-markdown.ts'
import { repairText } from '../markdown/repair-text.ts'
import { withoutFragments } from './fragment.ts'

/** Lines are those of the document; columns are not. Throws a `RangeError` where it is nested too deep to be read. */
export function parseDocument(text: string): Root {
  const own = withoutFragments(text).replace(/\r\n?/g, '\n')
  return parseMarkdown(limitText(repairText(own).text, '').text)
}
