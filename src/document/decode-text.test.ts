import { expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'

const text = '# Plan\nÉtape ≥ 1\n'
const utf8 = new TextEncoder().encode(text)
const utf16 = (words: string, bigEndian: boolean): Uint8Array => {
  const bytes = Buffer.from(`\u{feff}${words}`, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

it('reads UTF-8, with a byte order mark or without', () => {
  expect(decodeText(utf8, 'p.md')).toEqual({ text, diagnostics: [] })
  expect(decodeText(Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8]), 'p.md')).toEqual({ text, diagnostics: [] })
  expect(decodeText(new Uint8Array(), 'p.md')).toEqual({ text: '', diagnostics: [] })
})

it.each([false, true])('reads UTF-16 by its byte order mark, and says so (big endian: %s)', (bigEndian) => {
  expect(decodeText(utf16(text, bigEndian), 'p.md')).toMatchObject({
    text,
    diagnostics: [
      { ruleId: 'ENCODING', severity: 'note', source: { file: 'p.md', start: 1 }, hint: 'save the file as UTF-8' },
    ],
  })
})

it('takes broken UTF-16 for an error at its line', () => {
  const half = utf16('a\nb\ud83d\nc', false)
  expect(decodeText(half, 'p.md').diagnostics).toMatchObject([{ severity: 'error', source: { start: 2 } }])
  expect(decodeText(utf16(text, false).subarray(0, -1), 'p.md').diagnostics).toMatchObject([{ severity: 'error' }])
})

it('shows foreign bytes as Windows-1252 and sound lines as they are; the error names the first line', () => {
  const bytes = Buffer.concat([utf8, Buffer.from('caf\xe9 \x80\n', 'latin1'), utf8, Buffer.from('\xff', 'latin1')])
  expect(decodeText(bytes, 'p.md')).toMatchObject({
    text: `${text}café €\n${text}ÿ`,
    diagnostics: [
      {
        severity: 'error',
        source: { file: 'p.md', start: 3, end: 3 },
        message:
          'the line holds bytes that are no UTF-8, as one more line does; they are shown as Windows-1252, which is a guess',
      },
    ],
  })
})
