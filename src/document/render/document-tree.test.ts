/** The browser's tree: what it keeps, what it makes text of, and that no input gets anything else into it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BlockNode, DocumentTree, Href, treeDepthLimit, treeNodeLimit } from '../../core/plan/document-tree.ts'
import { documentTree } from './document-tree.ts'

const treeOf = (text: string): DocumentTree => DocumentTree.parse(documentTree(text))
const blocksOf = (text: string): BlockNode[] => treeOf(text).blocks
const at = (start: number, end = start) => ({ start, end })
const word = (line: number, text: string) => ({ kind: 'text', ...at(line), text })

describe('what it keeps', () => {
  it('headings, paragraphs and marks, with their lines', () => {
    expect(blocksOf('## Phase 1\n\nA **b** *c* `d`\\\ne')).toEqual([
      { kind: 'heading', ...at(1), depth: 2, children: [word(1, 'Phase 1')] },
      {
        kind: 'paragraph',
        ...at(3, 4),
        children: [
          word(3, 'A '),
          { kind: 'strong', ...at(3), children: [word(3, 'b')] },
          word(3, ' '),
          { kind: 'emphasis', ...at(3), children: [word(3, 'c')] },
          word(3, ' '),
          { kind: 'inlineCode', ...at(3), text: 'd' },
          { kind: 'break', ...at(3) },
          word(4, 'e'),
        ],
      },
    ])
  })

  it('lists with their boxes, tables, code, quotes and rules', () => {
    expect(blocksOf('- [x] a\n- [ ] b\n- c')).toMatchObject([
      {
        kind: 'list',
        ordered: false,
        items: [{ checked: true, start: 1 }, { checked: false }, { checked: null, end: 3 }],
      },
    ])
    expect(blocksOf('| a | b |\n|---|---|\n| c |')).toMatchObject([
      {
        kind: 'table',
        rows: [
          { start: 1, cells: [{}, { children: [word(1, 'b')] }] },
          { start: 3, cells: [{}] },
        ],
      },
    ])
    expect(blocksOf('```sh\nrm -rf /\n```\n\n> q\n\n---')).toMatchObject([
      { kind: 'code', language: 'sh', text: 'rm -rf /', ...at(1, 3) },
      { kind: 'quote', children: [{ kind: 'paragraph' }] },
      { kind: 'rule', ...at(7) },
    ])
  })

  it('links to the web, to people and to other files', () => {
    const hrefs = ['https://a.test/x?y=1#z', 'http://a.test', 'mailto:a@b.test', 'docs/plan.md#phase', '#phase', '/x']
    for (const href of hrefs) expect(blocksOf(`[a](${href})`)).toMatchObject([{ children: [{ kind: 'link', href }] }])
    expect(blocksOf('[a][ref]\n\n[ref]: https://a.test')).toMatchObject([
      { children: [{ kind: 'link', href: 'https://a.test' }] },
    ])
  })

  it('the author’s own lines, without what an earlier release wrote', () => {
    expect(blocksOf('- [x] a — ✔ evidence: ok, now (r1#e3)')).toMatchObject([
      { items: [{ checked: false, children: [{ children: [word(1, 'a')] }] }] },
    ])
  })
})

describe('what becomes text', () => {
  it.each([
    ['HTML blocks', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['images', '![the graph](https://a.test/x.png)', 'the graph'],
    ['struck text', '~~old~~', 'old'],
  ])('%s', (_what, text, expected) => {
    const json = JSON.stringify(blocksOf(text))
    expect(json).toContain(`"text":${JSON.stringify(expected)}`)
    expect(json).not.toContain('"kind":"link"')
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '&#106;avascript:alert(1)',
    'java&Tab;script:alert(1)',
    '&#1;javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.test',
    '\\\\\\\\evil.test',
    'blob:x',
  ])('the link to %s', (href) => {
    expect(blocksOf(`[a](<${href}>)`)).toEqual([{ kind: 'paragraph', ...at(1), children: [word(1, 'a')] }])
  })
})

describe('any input', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom(
      ...[
        '[a](javascript:x)',
        '[b]: javascript:y\n',
        '[c][b]',
        '<a href="javascript:z">',
        '<img src=x onerror=y>',
        '![d](data:x)',
      ],
      ...[
        '> ',
        '- ',
        '- [x] ',
        '1. ',
        '| a | b |\n|---|---|\n',
        '```\n',
        '**',
        '_',
        '`',
        '\n',
        '\n\n',
        '    ',
        '\t',
        '[^1]: x\n',
        '<!--',
      ],
      ...[
        '<javascript:x>',
        'java\nscript:',
        '&#x6A;avascript:',
        'https://a.test',
        '~~',
        '# ',
        '===\n',
        '\\',
        '\u0000',
        '\ud800',
      ],
    ),
  )
  const hrefsOf = (value: unknown): string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, inner]) => (key === 'href' ? [String(inner)] : hrefsOf(inner)))
      : []

  it('gives a tree of the schema, with addresses that run nothing', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const tree = documentTree(pieces.join(''))
        expect(DocumentTree.parse(tree)).toEqual(tree)
        for (const href of hrefsOf(tree)) {
          // As a browser resolves it, on a page of ours; what it cannot resolve leads nowhere.
          if (!URL.canParse(href, 'https://tidegate.test/documents/r1')) continue
          const { protocol, origin } = new URL(href, 'https://tidegate.test/documents/r1')
          expect(['http:', 'https:', 'mailto:']).toContain(protocol)
          if (!/^(?:https?|mailto):/i.test(href)) expect(origin).toBe('https://tidegate.test')
        }
      }),
      { numRuns: 400 },
    )
  })

  it('allows by schema only addresses that a browser resolves to the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string({ unit: 'grapheme', maxLength: 40 })), (href) => {
        if (!Href.safeParse(href).success || !URL.canParse(href, 'https://tidegate.test/')) return
        expect(['http:', 'https:', 'mailto:']).toContain(new URL(href, 'https://tidegate.test/').protocol)
      }),
      { numRuns: 200 },
    )
  })

  it('cuts what is deep or long, and says so', () => {
    const depthOf = (value: unknown): number =>
      value !== null && typeof value === 'object'
        ? ('kind' in value ? 1 : 0) + Math.max(0, ...Object.values(value).map(depthOf))
        : 0
    const deep = documentTree(`${'> '.repeat(20)}${'*a **b '.repeat(60)}${'** c*'.repeat(60)}`)
    expect(depthOf(deep)).toBeLessThanOrEqual(2 * treeDepthLimit)
    const long = documentTree(
      `${'|a'.repeat(100)}\n${'|-'.repeat(100)}\n${`${'|a'.repeat(100)}\n`.repeat(treeNodeLimit / 190)}`,
    )
    expect(long.truncated).toBe(true)
    expect(DocumentTree.safeParse(long).success).toBe(true)
  })
})
