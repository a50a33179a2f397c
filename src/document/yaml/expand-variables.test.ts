// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that syntax is what is tested
import { expect, it } from 'vitest'
import { expandVariables } from './expand-variables.ts'

it.each([
  ['port ${PORT}', 'port 80'],
  ['${HOST:-localhost}:${PORT:-1}', 'localhost:80'],
  ['${EMPTY:-default}', 'default'],
  ['${EMPTY}', ''],
  ['costs $$5 and ${SELF}', 'costs $5 and ${PORT}'],
  ['^v\\d+$', '^v\\d+$'],
  ['$$${PORT}', '$80'],
  ['${HOST:-}', ''],
])('expands "%s"', (text, expected) => {
  expect(expandVariables(text, { PORT: '80', EMPTY: '', SELF: '${PORT}' })).toEqual({ text: expected, problems: [] })
})

it('says which variable is not set, and reads none that the environment only inherits', () => {
  expect(expandVariables('${HOST} ${toString}', {}).problems).toEqual([
    expect.stringContaining('the variable HOST is not set'),
    expect.stringContaining('the variable toString is not set'),
  ])
})

it.each(['${HOST', '${HOST:?needed}', '${}', '${1A}'])('does not guess at "%s"', (text) => {
  const { text: kept, problems } = expandVariables(text, { HOST: 'x' })
  expect(kept).toBe(text)
  expect(problems).toEqual([expect.stringContaining('is not understood')])
})
