/** The Markdown parser as plans need it: GitHub's dialect, and what the parser alone does otherwise than CommonMark, or slowly. */
import {
  type BlockContext,
  type BlockParser,
  GFM,
  InlineContext,
  type InlineParser,
  type MarkdownParser,
  parser,
} from '@lezer/markdown'

/** The indentation of the block that was last begun: a line that has less of it goes on only lazily. */
const baseIndents = new WeakMap<BlockContext, number>()

/** "2. Next" right under a nested "- detail" begins an item, although it could not interrupt a paragraph of its own level. */
const outerItem: BlockParser = {
  name: 'OuterItem',
  before: 'SetextHeading',
  parse(cx, line) {
    baseIndents.set(cx, line.baseIndent)
    return false
  },
  endLeaf(cx, line) {
    const isLazy = line.baseIndent < (baseIndents.get(cx) ?? 0)
    return isLazy && /^(?:\d{1,9}[.)]|[-+*])(?:[ \t]|$)/.test(line.text.slice(line.pos, line.pos + 11))
  },
}

/** A rule right under a table ends it, and makes no heading of it. */
const ruleUnderTable: BlockParser = {
  name: 'RuleUnderTable',
  before: 'SetextHeading',
  endLeaf: (_, line, leaf) =>
    /^(?:-+|=+)\s*$/.test(line.text.slice(line.pos)) &&
    /^[^\n]*\|[^\n]*\n(?=[^\n]*-)(?=[^\n]*\|)[\s>|:-]*(?:\n|$)/.test(leaf.content),
}

const [openingBracket, closingBracket] = [91, 93]
/** Brackets farther apart than this are no pair: looking for the other one from each would be quadratic. */
const pairLimit = 200

/** Brackets inside the text of a link, as in "[Owner [name]](people.md)", are text: the link is the outer one. */
const innerBracket: InlineParser = {
  name: 'InnerBracket',
  before: 'Link',
  parse(cx, next, at) {
    if ((next !== openingBracket && next !== closingBracket) || !cx.hasOpenLink) return -1
    if (next === openingBracket) return isPlain(cx, findBracket(cx, at, 1)) ? at + 1 : -1
    const opening = cx.findOpeningDelimiter(InlineContext.linkStart)
    const opener = opening === null ? undefined : cx.getDelimiterAt(opening)?.from
    const own = findBracket(cx, at, -1)
    return isPlain(cx, at) && own !== undefined && opener !== undefined && opener < own ? at + 1 : -1
  },
}

/** Whether the bracket that closes here is followed by nothing that would make it a link. */
function isPlain(cx: InlineContext, closing: number | undefined): boolean {
  return closing !== undefined && !/[([]/.test(cx.slice(closing + 1, closing + 2))
}

/** The bracket that belongs to the one at `from`, before it or behind it. */
function findBracket(cx: InlineContext, from: number, step: 1 | -1): number | undefined {
  let depth = 0
  const limit = step === 1 ? Math.min(cx.end, from + pairLimit) : Math.max(cx.offset - 1, from - pairLimit)
  for (let at = from; at !== limit; at += step) {
    const character = cx.char(at)
    if ((character !== openingBracket && character !== closingBracket) || isEscaped(cx, at)) continue
    depth += character === openingBracket ? step : -step
    if (depth === 0) return at
  }
  return undefined
}

function isEscaped(cx: InlineContext, at: number): boolean {
  let slashes = 0
  while (at - slashes > cx.offset && cx.char(at - slashes - 1) === 92) slashes++
  return slashes % 2 === 1
}

/** Addresses inside a company's network have no dot in their host: "https://tracker/browse/SHOP-1". */
const plainHost: InlineParser = {
  name: 'PlainHost',
  before: 'Autolink',
  parse(cx, next, at) {
    if (next !== 104 || /\w/.test(cx.slice(at - 1, at))) return -1
    hostPattern.lastIndex = at - cx.offset
    const found = hostPattern.exec(cx.text)?.[0]
    if (found === undefined) return -1
    const inLink = cx.hasOpenLink ? (found.split(']', 1)[0] ?? '') : found
    const address = inLink.replace(/(?<![?!.,:*_~)\]])[?!.,:*_~)\]]+$/, '')
    return cx.addElement(cx.elt('URL', at, at + address.length))
  },
}
const hostPattern = /https?:\/\/[\w-]+(?::\d{1,5})?(?:\/[^\s<]*)?(?![\w-]|\.\w|:\d)/y

/** A run of spaces is passed over at once: looking for the break at its end from each of them would be quadratic. */
const spaces: InlineParser = {
  name: 'Spaces',
  before: 'HardBreak',
  parse(cx, next, at) {
    if (next !== 32) return -1
    let end = at + 1
    while (cx.char(end) === 32) end++
    return end === at + 1 || cx.char(end) === 10 ? -1 : end
  },
}

export const markdownParser: MarkdownParser = parser.configure([
  GFM,
  { parseBlock: [outerItem, ruleUnderTable], parseInline: [innerBracket, plainHost, spaces] },
])
