/** Figures as Markdown tables and short cells. */

export function table(title: string, head: string[], rows: string[][]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  process.stdout.write(`\n${title}\n\n${lines.join('\n')}\n`)
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`
}

export function shareText(share: { share: number; error: number } | undefined): string {
  return share ? `${percent(share.share)} ± ${(100 * share.error).toFixed(2)}` : ''
}

export function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en')
}

export function times(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2)
}

export function delayText(
  delay: { mean: number; median: number; p95: number; missed: number } | undefined,
  digits = 0,
): string {
  if (!delay) return ''
  const [mean, median, p95] = [delay.mean, delay.median, delay.p95].map((value) =>
    Number(value.toFixed(digits)).toLocaleString('en'),
  )
  return `${mean} (${median}, ${p95})${delay.missed > 0 ? `; ${delay.missed} missed` : ''}`
}

export function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part) =>
    typeof part === 'number' ? Number(part.toPrecision(6)) : part,
  )
}
