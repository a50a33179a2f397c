/**
 * What Tidegate writes into a document, and how it finds it again: `— ✔ evidence: … (r6#e12)` at the end of a line or in a cell, and
 * `> ● completed … (r6#e30)` on a line of its own. The shape at its start and the reference at its end are the marks; nothing invisible.
 */
import { redactSecrets } from '../../core/find-secrets.ts'
import { applyEdits, type Edit, linesOf, type TextLine } from './edit.ts'

/** Characters between the shape and the reference; what is longer was not written by Tidegate. */
export const fragmentLimit = 900

/** Words at the start of a fragment whose box Tidegate ticked; a box that the author ticked has others. */
export const earned = '✔ evidence'
/** Whether what follows the dash says that the box before it was ticked for evidence. */
export const isEarned = (fragment: string): boolean => fragment.startsWith(`${earned}:`)

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
  const lines = linesOf(text)
  const isCode = codeLines(lines)
  let line = 0
  return [...text.matchAll(fragment)].flatMap((match) => {
    const { index } = match
    while ((lines[line + 1]?.offset ?? Number.POSITIVE_INFINITY) <= index) line++
    if (isCode[line]) return []
    const [found] = match
    // Lines stay where they are: of a fragment over several lines only their ends remain.
    const edits = [{ offset: index, length: found.length, insert: found.replace(/[^\r\n]+/g, '') }]
    if (match.groups?.now !== undefined) edits.push(...unstrike(text, index))
    if (isEarned(found.replace(/^[\s—]+/, ''))) edits.push(...untick(lines, line))
    return edits
  })
}

/** Fenced code is text: an example of a fragment in it is none. */
function codeLines(lines: readonly TextLine[]): boolean[] {
  let open = ''
  return lines.map(({ text }) => {
    const [, mark = '', rest = ''] = /^[ \t>]*(?:[-*+] +|\d{1,9}[.)] +)*(`{3,}|~{3,})(.*)$/.exec(text) ?? []
    const isInside = open !== ''
    if (mark !== '' && !isInside) open = mark
    else if (isInside && mark.startsWith(open) && rest.trim() === '') open = ''
    return isInside || mark !== ''
  })
}

/** Characters of a status that is struck through. */
export const struckLimit = 300

/** `~~⏳ Pending~~ — now ● completed`: the author's word again. */
function unstrike(text: string, end: number): Edit[] {
  const struck = /~~([^~|\r\n]+)~~$/.exec(text.slice(Math.max(0, end - struckLimit - 4), end))
  if (!struck) return []
  return [end - struck[0].length, end - 2].map((offset) => ({ offset, length: 2, insert: '' }))
}

const box = /^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[([ xX])\]/
/** An item's text may go on over some lines; its box is on the first. */
const itemLines = 50

/** Where the box of the item is whose text ends on line `last` (an index), and whether it is ticked. */
export function boxOf(
  textOf: (line: number) => string | undefined,
  last: number,
): { line: number; column: number; ticked: boolean } | undefined {
  for (let line = last; line > last - itemLines && line >= 0; line--) {
    const text = textOf(line) ?? ''
    const found = box.exec(text)
    if (found) return { line, column: (found[1] ?? '').length + 1, ticked: found[2] !== ' ' }
    if (/^[ \t>]*(?:$|[-*+#|]|\d{1,9}[.)][ \t])/.test(text)) return undefined
  }
  return undefined
}

function untick(lines: readonly TextLine[], last: number): Edit[] {
  const found = boxOf((line) => lines[line]?.text, last)
  return found?.ticked ? [{ offset: (lines[found.line]?.offset ?? 0) + found.column, length: 1, insert: ' ' }] : []
}

/** Foreign text as one line of plain Markdown text: nothing in it acts, links, ends a cell or looks like a fragment. */
export function escapeForeign(text: string, limit: number): string {
  const line = redactSecrets(text)
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
