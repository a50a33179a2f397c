/**
 * What Tidegate writes into a document, and how it finds it again: `— ✔ evidence: … (r6#e12)` at the end of a line or in a cell, and
 * `> ● completed … (r6#e30)` on a line of its own. The shape at its start and the reference at its end are the marks; nothing invisible.
 */
import { applyEdits, type Edit, linesOf } from './edit.ts'

/** Characters between the shape and the reference; what is longer was not written by Tidegate. */
export const fragmentLimit = 900

/** Words at the start of a fragment whose box Tidegate ticked; a box that the author ticked has others. */
export const earned = '✔ evidence'
/** Before the shape where the author's own status stands struck through. */
export const replaces = 'now'

const shape = '[✔✖○◐●◉⟲]'
/** Formatters may break a line inside a fragment, or pad a cell. */
const gap = String.raw`(?:[ \t]+|[ \t]*\r?\n[ \t>]*)`
const softBreak = String.raw`\r?\n(?![ \t>]*(?:\r|\n|$|[-*+#|][ \t]|\d{1,9}[.)][ \t]))`
/** No em dash: a fragment begins with one, so the search for one never reads a character twice. */
const body = String.raw`${shape} (?:[^\n\r—]|${softBreak}){1,${fragmentLimit}}?`
const reference = String.raw`\(\[?[\w.-]{1,64}#e\d{1,9}(?:\]\([^()\s]{1,300}\))?\)`

const ownLine = String.raw`^[ \t]{0,3}>[ \t]?${body}${reference}[ \t]*$`
const atLineEnd = `${gap}—${gap}(?:(?<now>${replaces})${gap})?${body}${reference}`
const atCellStart = String.raw`(?<=\|[ \t]*)${body}${reference}`
const fragment = new RegExp(`${ownLine}|${atLineEnd}|${atCellStart}`, 'gmu')

/** The document as its author wrote it: the same lines without anything of Tidegate's, its ticks and strikes taken back. */
export function withoutFragments(text: string): string {
  return applyEdits(text, takingOff(text))
}

function takingOff(text: string): Edit[] {
  if (!/#e\d/.test(text)) return []
  const inCode = codeSpans(text)
  return [...text.matchAll(fragment)].flatMap((match) => {
    const { index } = match
    if (inCode.some(({ start, end }) => index >= start && index < end)) return []
    const [found] = match
    // Lines stay where they are: of a fragment over several lines only their ends remain.
    const edits = [{ offset: index, length: found.length, insert: found.replace(/[^\r\n]+/g, '') }]
    if (match.groups?.now !== undefined) edits.push(...unstrike(text, index))
    if (found.replace(/^[\s—]+/, '').startsWith(`${earned}:`)) edits.push(...untick(text, index))
    return edits
  })
}

/** Fenced code is text: an example of a fragment in it is none. */
function codeSpans(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = []
  let open: { mark: string; start: number } | undefined
  for (const line of linesOf(text)) {
    const [, mark = '', rest = ''] = /^[ \t>]*(?:[-*+] +|\d{1,9}[.)] +)*(`{3,}|~{3,})(.*)$/.exec(line.text) ?? []
    if (mark === '') continue
    if (!open) open = { mark, start: line.offset }
    else if (mark.startsWith(open.mark) && rest.trim() === '') {
      spans.push({ start: open.start, end: line.offset })
      open = undefined
    }
  }
  return open ? [...spans, { start: open.start, end: text.length }] : spans
}

/** `~~⏳ Pending~~ — now ● completed`: the author's word again. */
function unstrike(text: string, end: number): Edit[] {
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end)
  const struck = /~~([^~|]+)~~$/.exec(line)
  if (!struck) return []
  const offset = end - struck[0].length
  return [
    { offset, length: 2, insert: '' },
    { offset: end - 2, length: 2, insert: '' },
  ]
}

const box = /^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[([ xX])\]/
/** An item's text may go on over some lines; its box is on the first. */
const itemLines = 50

/** Where the box of the item is whose text ends at `offset`, and whether it is ticked. */
export function boxOf(
  lines: readonly string[],
  last: number,
): { line: number; column: number; ticked: boolean } | undefined {
  for (let line = last; line > last - itemLines && line >= 0; line--) {
    const text = lines[line] ?? ''
    const found = box.exec(text)
    if (found) return { line, column: (found[1] ?? '').length + 1, ticked: found[2] !== ' ' }
    if (/^[ \t>]*(?:$|[-*+#|]|\d{1,9}[.)][ \t])/.test(text)) return undefined
  }
  return undefined
}

function untick(text: string, offset: number): Edit[] {
  const lines = linesOf(text.slice(0, offset))
  const found = boxOf(
    lines.map((line) => line.text),
    lines.length - 1,
  )
  return found?.ticked ? [{ offset: (lines[found.line]?.offset ?? 0) + found.column, length: 1, insert: ' ' }] : []
}

/** Foreign text as one line of plain Markdown text: nothing in it acts, links, ends a cell or looks like a fragment. */
export function escapeForeign(text: string, limit: number): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    // An address would become a link by itself, and may hold what nobody should read.
    .replace(/\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S*/gi, '(address)')
    .replaceAll('—', '–')
  const cut =
    line.length > limit
      ? `${[...line]
          .slice(0, limit - 1)
          .join('')
          .trimEnd()}…`
      : line
  return cut.replace(/[\\`*_[\]|~]|<(?=[a-z/!?])|&(?=[#\w])|#(?=e\d)/gi, '\\$&')
}
