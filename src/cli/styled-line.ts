/** Lines for terminals: spans with a tone, cut, padded and wrapped by the columns they really take; colour only where it is wanted. */
import type { CliContext } from './context.ts'

export type Tone = 'good' | 'warning' | 'bad' | 'active' | 'quiet' | 'strong'
export interface Span {
  text: string
  tone?: Tone
}
export type Line = readonly Span[]

/** The sixteen terminal colours, so that the user's own theme decides how they look. */
const codes: Record<Tone, string> = { good: '32', warning: '33', bad: '31', active: '36', quiet: '2', strong: '1' }
const esc = String.fromCharCode(27)

export const paint = (text: string, tone: Tone | undefined, colour: boolean): string =>
  tone !== undefined && colour && text !== '' ? `${esc}[${codes[tone]}m${text}${esc}[0m` : text

/** NO_COLOR, unless it is empty, turns colour off (no-color.org); so does a terminal that has none. */
export const wantsColour = ({ isTty, env }: Pick<CliContext, 'isTty' | 'env'>): boolean =>
  isTty && !env.NO_COLOR && env.TERM !== 'dumb'

/** One terminal line of at most `width` columns; what does not fit ends in an ellipsis. */
export function renderLine(line: Line, width: number, colour: boolean): string {
  let room = width
  const painted = line.map(({ text, tone }) => {
    const fitted = cutText(plainText(text), room)
    room -= textWidth(fitted)
    return paint(fitted, tone, colour)
  })
  return colour ? painted.join('') : painted.join('').trimEnd()
}

/** Text of documents and drivers without control or bidirectional characters: nothing in it steers the terminal. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ')

/** Made when first needed: it takes some 8 ms, and most text is plain ASCII. */
let segmenter: Intl.Segmenter | undefined

function graphemes(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u

/** Columns that a terminal gives to this text. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes(text)) width += wide.test(segment) ? 2 : 1
  return width
}

/** At most `width` columns, with an ellipsis where something was cut. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let cut = ''
  for (const { segment } of graphemes(text)) {
    if (textWidth(cut + segment) > width - 1) break
    cut += segment
  }
  return width > 0 ? `${cut}…` : ''
}

/** Exactly `width` columns: cut or filled with spaces. */
export function fitText(text: string, width: number): string {
  const cut = cutText(plainText(text), width)
  return cut + ' '.repeat(Math.max(0, width - textWidth(cut)))
}

/** Lines of at most `width` columns, broken at spaces, at most `maximumLines` of them. `joint` ends each line that goes on. */
export function wrapText(text: string, width: number, maximumLines = 3, joint = ''): string[] {
  const lines: string[] = []
  for (const word of plainText(text).split(' ')) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last !== undefined && textWidth(longer) <= width - joint.length) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  const kept =
    lines.length > maximumLines ? [...lines.slice(0, maximumLines - 1), lines.slice(maximumLines - 1).join(' ')] : lines
  return kept.map((line, index) => cutText(index < kept.length - 1 ? line + joint : line, width))
}
