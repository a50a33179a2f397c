/** Widths, cuts and wraps of terminal text. */
import { expect, it } from 'vitest'
import { cutText, fitText, renderLine, textWidth, wantsColour, wrapText } from './styled-line.ts'

it('counts columns as terminals do', () => {
  expect(textWidth('error rate < 1 %')).toBe(16)
  expect(textWidth('◐ 10 % ███')).toBe(10)
  expect(textWidth('段階')).toBe(4)
  expect(textWidth('🚀')).toBe(2)
  expect(textWidth('e\u0301')).toBe(1)
})

it('cuts and fills to columns, with an ellipsis where something is missing', () => {
  expect(cutText('response time', 8)).toBe('respons…')
  expect(cutText('段階的', 4)).toBe('段…')
  expect(fitText('abc', 5)).toBe('abc  ')
  expect(cutText('abc', 0)).toBe('')
})

it('wraps at spaces and marks what goes on', () => {
  expect(wrapText('tidegate approve a/b --release r1 --as PERSON', 24, 4, ' \\')).toEqual([
    'tidegate approve a/b \\',
    '--release r1 --as \\',
    'PERSON',
  ])
  expect(wrapText('one two three four five six', 9, 2)).toEqual(['one two', 'three fo…'])
})

it('paints only where colour is wanted', () => {
  const line = [{ text: '● pass', tone: 'good' as const }, { text: '   ' }]
  expect(renderLine(line, 80, false)).toBe('● pass')
  expect(renderLine(line, 80, true)).toContain('[32m● pass')
})

it('follows NO_COLOR, dumb terminals and pipes', () => {
  expect(wantsColour({ isTty: true, env: {} })).toBe(true)
  expect(wantsColour({ isTty: true, env: { NO_COLOR: '1' } })).toBe(false)
  expect(wantsColour({ isTty: true, env: { NO_COLOR: '' } })).toBe(true)
  expect(wantsColour({ isTty: true, env: { TERM: 'dumb' } })).toBe(false)
  expect(wantsColour({ isTty: false, env: {} })).toBe(false)
})
