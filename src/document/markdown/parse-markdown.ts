/** The one Markdown dialect that documents are read in: CommonMark with GitHub's tables, task boxes and strikethrough. */
import type { Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

const parser = unified().use(remarkParse).use(remarkGfm)

/** Throws only what the parser throws: a `RangeError` on input that is nested absurdly deep. */
export const parseMarkdown = (text: string): Root => parser.parse(text)
