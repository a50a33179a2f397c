import { describe, expect, it } from 'vitest'
import { documentFindings, importDocument } from './import-document.ts'

const yaml = '# a plan\ntidegate: 1\ntitle: Shop\n'

describe('importDocument', () => {
  it.each([
    ['plan.yaml', yaml, 'yaml'],
    ['plan.YML', '# Shop\n', 'yaml'],
    ['plan.md', yaml, 'markdown'],
    ['plan', yaml, 'yaml'],
    ['plan', `---\n${yaml}`, 'yaml'],
    ['plan.txt', '{ tidegate: 1, title: Shop }', 'yaml'],
    ['plan.txt', '# Shop\n\ntidegate: 1\n', 'yaml'],
    ['plan.txt', '# Shop\n\nWe use tidegate:\n\ntidegate: 1\n', 'markdown'],
    ['plan.txt', '', 'markdown'],
  ])('%s with %j is %s', (file, text, format) => {
    expect(importDocument(text, file).format).toBe(format)
  })

  it('reads bytes, and keeps what is wrong with them', () => {
    const { draft, diagnostics, text } = importDocument(
      Buffer.from('# Caf\xe9\n\n## Phase 1: A (10%)\n', 'latin1'),
      'p.md',
    )
    expect(draft.title).toBe('Café')
    expect(draft.phases).toHaveLength(1)
    expect(diagnostics).toMatchObject([{ ruleId: 'ENCODING', severity: 'error', source: { start: 1 } }])
    expect(text.split('\n')[0]).toBe('# Café')
  })

  it('lints what was read, and nothing of a document that was not', () => {
    expect(documentFindings(importDocument(yaml, 'p.yaml')).map(({ ruleId }) => ruleId)).toContain('NO_OWNER')
    const bad = importDocument(`${yaml}phase: 1\n`, 'p.yaml')
    expect(bad.isUnreadable).toBe(true)
    expect(documentFindings(bad)).toMatchObject([{ ruleId: 'YAML_SCHEMA', source: { start: 4 } }])
  })

  const bomb = Array.from({ length: 9 }, (_, level) => {
    const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`))
    return `a${level}: &a${level} [${items.join(', ')}]`
  }).join('\n')

  it.each([
    ['a bomb', 'p.yaml', bomb, 'YAML_ALIASES', 1],
    ['deep nesting', 'p.yaml', `tidegate: 1\ntitle: ${'['.repeat(9_000)}`, 'YAML_TOO_DEEP', 2],
    ['a dangerous key', 'p.yaml', `${yaml}__proto__: { x: 1 }\n`, 'YAML_KEY', 4],
    ['a NUL byte', 'p.yaml', 'tidegate: 1\ntitle: a\0b\n', 'YAML_CHARACTER', 2],
    ['UTF-16 without its mark', 'p.yaml', Buffer.from('tidegate: 1\n', 'utf16le'), 'YAML_CHARACTER', 1],
    ['a NUL byte', 'p.md', '# A\nb\0\n', 'CONTROL_CHARACTER', 2],
    ['UTF-16 without its mark', 'p.md', Buffer.from('# A\n', 'utf16le'), 'CONTROL_CHARACTER', 1],
    ['Latin-1', 'p.md', Buffer.from('# A\n\xe9\n', 'latin1'), 'ENCODING', 2],
    ['Latin-1', 'p.yaml', Buffer.from('tidegate: 1\ntitle: \xe9\n', 'latin1'), 'ENCODING', 2],
    ['half a megabyte', 'p.yaml', `title: ${'x'.repeat(500_000)}`, 'YAML_TOO_LARGE', 1],
    ['half a megabyte', 'p.md', 'x'.repeat(500_000), 'DOCUMENT_TOO_LARGE', 1],
  ])('%s in %s is a located error', (_, file, content, ruleId, line) => {
    const found = importDocument(content, file).diagnostics.filter(({ severity }) => severity === 'error')
    expect(found[0]).toMatchObject({ ruleId, source: { file, start: line } })
    expect(found[0]?.hint).toBeTruthy()
  })
})
