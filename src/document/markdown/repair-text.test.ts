import { expect, it } from 'vitest'
import { repairText } from './repair-text.ts'

const original = 'Score ≥ 90 — ready ✅\nplain\nÉtape “deux” 🟢 T‑45'

it.each(['windows-1252', 'windows-1254', 'macintosh'])(
  'repairs UTF-8 that was read as %s, line for line',
  (encoding) => {
    const damaged = new TextDecoder(encoding).decode(new TextEncoder().encode(original))
    expect(damaged).not.toBe(original)
    expect(repairText(damaged)).toEqual({ text: original, repairedLines: [1, 3] })
  },
)

it.each([
  original,
  'Ação à São Tomé',
  'Größe „so“ ‚oder‘ ± 5 % © 2024 ®',
  '第一阶段：成功率 ≥ 99%',
  'ÂME, NÃO, İstanbul ğ',
])('leaves sound text alone: %s', (text) => {
  expect(repairText(text)).toEqual({ text, repairedLines: [] })
})
