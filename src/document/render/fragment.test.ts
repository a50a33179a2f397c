/** What Tidegate wrote is taken off again exactly, and nothing else is; foreign text cannot pass for anything but text. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMarkdown } from '../markdown/parse-markdown.ts'
import { escapeForeign, withoutFragments } from './fragment.ts'

const reference = '2026-11-24 04:10 UTC (r6#e12)'

describe('withoutFragments', () => {
  it.each([
    ['an earned tick', `- [x] Backups — ✔ evidence: signed, ${reference}`, '- [ ] Backups'],
    ['an earned tick of two lines', `- [x] Backups\n  tried — ✔ evidence: ok, ${reference}`, '- [ ] Backups\n  tried'],
    ['a claim, whose tick stays', `- [x] Backups — ✔ claim, with evidence: ok, ${reference}`, '- [x] Backups'],
    ['what follows in the line', `* a — ○ claim, no evidence (r6#e1)  \nb`, '* a  \nb'],
    ['a link', '- a — ✔ evidence: 1 < 2 ([r6#e12](reports/r6.md#verdicts))', '- a'],
    ['a line of its own', `## Phase 1\n> ● completed: took 3 s, ${reference}\n\ntext`, '## Phase 1\n\n\ntext'],
    ['a struck status', `| a | ~~⏳ Pending~~ — now ● completed, ${reference} |`, '| a | ⏳ Pending |'],
    ['a cell of its own', `| a | ● completed, ${reference} |`, '| a |  |'],
    ['Windows lines', `- [x] a — ✔ evidence: b, ${reference}\r\n- c\r\n`, '- [ ] a\r\n- c\r\n'],
    ['a fragment that was wrapped', `- [x] a — ✔ evidence: 0.3 % of\n  many, ${reference}\n- c`, '- [ ] a\n\n- c'],
  ])('takes off %s', (_what, written, own) => {
    expect(withoutFragments(written)).toBe(own)
  })

  it.each([
    ['fenced code', `\`\`\`md\n- [x] a — ✔ evidence: b, ${reference}\n\`\`\`\n`],
    ['a fragment without an event', '- [x] a — ✔ evidence: we all saw it (r6)'],
    ['a dash and a reference', '- a — see the other plan (r6#e12)'],
    ['a quote', '> ● Everything is fine, says the author.'],
    ['what a list parts from its end', '- a — ✔ evidence: b\n- c (r6#e12)'],
    ['struck text of the author', '~~old~~ — new'],
  ])('leaves %s', (_what, text) => {
    expect(withoutFragments(text)).toBe(text)
  })

  it('takes time in proportion to the text, however it is made', () => {
    for (const piece of [
      '— ✔ ',
      '— ✔ x ',
      '> ● a\n',
      '| ● ',
      '— now ✔ ((((#e1',
      '~~~~~~~ — now ✔ a (r#e1) ',
      '- [x] a\n',
    ]) {
      const text = piece.repeat(200_000 / piece.length)
      const startedMs = performance.now()
      withoutFragments(text)
      expect(performance.now() - startedMs, piece).toBeLessThan(5_000)
    }
  })
})

function kindsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'kind' in value ? [String(value.kind)] : []
  return [...own, ...Object.values(value).flatMap(kindsIn)]
}

describe('escapeForeign', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            '-->',
            '<!--',
            '<script>',
            '</td>',
            '|',
            '\n',
            '\r\n- [x] ',
            '`',
            '``',
            '**',
            '__',
            '~~',
            '[a](javascript:x)',
          ],
          ...[
            '![i](x)',
            '&lt;',
            '&#60;',
            '(r6#e12)',
            ' — ✔ evidence: ',
            'https://evil.test/?k=1',
            'www.evil.test',
            '\\',
          ],
          ...['<a href=x>', '$x$', '# ', '> ', '\u2028', '\u202e', '1. ', '[^1]', '[x]: y'],
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join('')),
  )

  it('leaves one line of text, with nothing in it that acts', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeForeign(text, 160)
        expect(escaped).not.toMatch(/[\r\n\u2028\u2029\u202e]/)
        const kinds = new Set(kindsIn(parseMarkdown(`- word ${escaped} word\n`)))
        kinds.delete('link') // An e-mail address is one by itself; it starts nothing.
        expect([...kinds].sort()).toEqual(['list', 'paragraph', 'text'])
      }),
      { numRuns: 500 },
    )
  })

  it('never ends the fragment that it stands in, nor begins one', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = `- own — ✔ evidence: ${escapeForeign(text, 160)}, ${reference}`
        expect(withoutFragments(line)).toBe('- own')
      }),
      { numRuns: 500 },
    )
  })

  it('leaves out addresses, which may hold what nobody should read, and cuts', () => {
    expect(escapeForeign('see https://u:p@db.test/x?token=1 now', 160)).toBe('see (address) now')
    expect(escapeForeign('abcdefgh', 5)).toBe('abcd…')
  })
})
