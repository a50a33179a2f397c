/** Building blocks of the live view: labels, bars, items that flow into lines. */
import { fitText, type Line, type Span, type Tone, textWidth } from './styled-line.ts'

export type Section = Line[]

const labelWidth = 11
/** The left column: what the lines beside it are about. */
export const label = Object.assign((text: string): Span => ({ text: fitText(text, labelWidth), tone: 'quiet' }), {
  width: labelWidth,
})

/** A bar of `width` columns, filled to `fraction` (0 to 1). */
export function bar(fraction: number, width: number, tone: Tone, fill = '█'): Span[] {
  const bounded = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0
  const filled = Math.round(bounded * width)
  return [
    { text: fill.repeat(filled), tone },
    { text: '·'.repeat(width - filled), tone: 'quiet' },
  ]
}

/** Items one after another, `gap` columns apart, in as many lines as they need. */
export function flow(items: readonly Line[], width: number, gap: number): Line[] {
  const lines: { spans: Span[]; width: number }[] = []
  for (const item of items) {
    const itemWidth = item.reduce((sum, { text }) => sum + textWidth(text), 0)
    const last = lines.at(-1)
    if (last && last.width + gap + itemWidth <= width) {
      last.spans.push({ text: ' '.repeat(gap) }, ...item)
      last.width += gap + itemWidth
    } else lines.push({ spans: [...item], width: itemWidth })
  }
  return lines.map(({ spans }) => spans)
}
