import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BlockNode, Inline, Place } from './markdown-nodes.ts'
import { parseMarkdown } from './parse-markdown.ts'

/** Text as it is shown, with `{kind text}` around what is more than text. */
function shown(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.value
      if (node.kind === 'break') return '{break}'
      const inside = 'children' in node ? shown(node.children) : 'alt' in node ? node.alt : node.value
      return node.kind === 'link' ? `{link ${inside} ${node.url}}` : `{${node.kind} ${inside}}`
    })
    .join('')
}

/** One line a block; what is inside stands indented. */
function outline(nodes: readonly BlockNode[], depth = 0): string[] {
  const lead = '  '.repeat(depth)
  return nodes.flatMap((node): string[] => {
    if (node.kind === 'paragraph') return [`${lead}${shown(node.children)}`]
    if (node.kind === 'heading') return [`${lead}h${node.depth} ${shown(node.children)}`]
    if (node.kind === 'quote') return [`${lead}quote`, ...outline(node.children, depth + 1)]
    if (node.kind === 'list')
      return node.items.flatMap((item) => [
        `${lead}${node.ordered ? 'number' : 'bullet'}${item.checked === undefined ? '' : item.checked ? ' [x]' : ' [ ]'}`,
        ...outline(item.children, depth + 1),
      ])
    if (node.kind === 'table')
      return [node.header, ...node.rows.map((row) => row.cells)].map(
        (cells) => `${lead}| ${cells.map((cell) => shown(cell.children)).join(' | ')} |`,
      )
    if (node.kind === 'code') return [`${lead}code ${node.language}: ${JSON.stringify(node.text)}`]
    return [`${lead}${node.kind}`]
  })
}

function outlineOf(text: string): string[] {
  return outline(parseMarkdown(text))
}

describe('parseMarkdown', () => {
  it.each<[string, string, string[]]>([
    [
      'marks',
      'a **b *c*** ~~d~~ `e` ![f](g) <br>',
      ['a {strong b {emphasis c}} {deleted d} {code e} {image f} {html <br>}'],
    ],
    ['lines', 'one  \n  two\nthree  ', ['one{break}two\nthree']],
    [
      'escapes and references',
      String.raw`\*a\* &ge; &#8804; &#x2265; &nosuch; &#0; &#10;b`,
      ['*a* ≥ ≤ ≥ &nosuch; \u{fffd}  b'],
    ],
    [
      'links',
      '[a](<b c> "d") [e][F] [f] <http://g.h> see www.i.j, k@l.de and m@1.2\n\n[F]: http://f \'t\'',
      [
        '{link a b c} {link e http://f} {link f http://f} {link http://g.h http://g.h} see {link www.i.j http://www.i.j}, {link k@l.de mailto:k@l.de} and m@1.2',
        'definition',
      ],
    ],
    ['brackets without a definition', '[FILL_IN] ![x] [a][b] [ ] [c', ['[FILL_IN] ![x] [a][b] [ ] [c']],
    ['brackets inside a link', '[a [b] c](d) [e \\[f](g)', ['{link a [b] c d} {link e [f g}']],
    ['an address as the text of a link', '[https://a.b/c\\_d](https://e.f)', ['{link https://a.b/c_d https://e.f}']],
    [
      'a plain host as the text of a link',
      '[http://a/b](http://c/d) [http://a](e)',
      ['{link http://a/b http://c/d} {link http://a e}'],
    ],
    ['footnotes', 'a[^1] b[^2]\n\n[^1]: Said of **a**.', ['a b[^2]', 'Said of {strong a}.']],
    ['headings', '# A #\n\n> B\n> ===\n\nC\n---\n#D', ['h1 A', 'quote', '  h1 B', 'h2 C', '#D']],
    [
      'tasks',
      '- [x] a\n- [ ] **b**\n- [ ]\n- c\n\n  [x] d',
      ['bullet [x]', '  a', 'bullet [ ]', '  {strong b}', 'bullet', '  [ ]', 'bullet', '  c', '  [x] d'],
    ],
    [
      'a numbered item under a nested bullet',
      '1. a\n- b\n2. c\n3. d',
      ['number', '  a', 'bullet', '  b', 'number', '  c', 'number', '  d'],
    ],
    ['a rule under a table', '|a|b|\n|-|-|\n|c|d|\n---\ne', ['| a | b |', '| c | d |', 'rule', 'e']],
    [
      'hosts without a dot',
      'https://tracker/browse/A-1, (http://b:80/c) http://d:80. http://e.f/g',
      [
        '{link https://tracker/browse/A-1 https://tracker/browse/A-1}, ({link http://b:80/c http://b:80/c}) {link http://d:80 http://d:80}. {link http://e.f/g http://e.f/g}',
      ],
    ],
    ['a fence that nothing closes', '```sh\na\n\nb\n', ['code sh: "a\\n\\nb"']],
    ['a number inside a paragraph', 'in\n2024. it', ['in\n2024. it']],
    [
      'tables',
      '| a | `b\\|c` |\n|---|:-:|\n| | d |\n| e \\| f | | \ng',
      ['| a | {code b|c} |', '|  | d |', '| e | f |  |', '| g |'],
    ],
    ['a table in a quote', '> a | b\n> --|--\n> c | d\n\ne', ['quote', '  | a | b |', '  | c | d |', 'e']],
    [
      'fences',
      '- a\n\n  ```sh x\n    b\n\n  c\n  ```\n\n  ~~~~\n d',
      ['bullet', '  a', '  code sh: "  b\\n\\nc"', '  code : ""', 'd'],
    ],
    ['an indented fence', '  ```\n  a\n    b\n c\n  ```', ['code : "a\\n  b\\nc"']],
    ['fences in quotes', '> ```env\n> A=1\n>\n> B=2\n> ```', ['quote', '  code env: "A=1\\n\\nB=2"']],
    ['indented code', 'a\n\n    b\n      c\n', ['a', 'code : "b\\n  c"']],
    ['blocks of HTML, and rules', '<div>\na\n</div>\n\n<!-- b\n\nc -->\n\n***', ['html', 'html', 'rule']],
  ])('reads %s', (_, text, expected) => {
    expect(outlineOf(text)).toEqual(expected)
  })

  it('knows where every item ends, though the mark of a quote stands on an empty line below it', () => {
    const [quote] = parseMarkdown('> - a\n>   b\n>\n> c')
    expect(quote).toMatchObject({
      endLine: 4,
      children: [{ kind: 'list', endLine: 2, items: [{ line: 1, endLine: 2 }] }, {}],
    })
  })

  it('gives the place of the mark of a task', () => {
    const text = '# A\n\n  - [x] done'
    const [, list] = parseMarkdown(text)
    const mark = list?.kind === 'list' ? list.items[0]?.mark : undefined
    expect(mark).toEqual({ from: 9, to: 12, line: 3, column: 5, endLine: 3 })
    expect(text.slice(mark?.from, mark?.to)).toBe('[x]')
  })

  it('places every node inside its parent and after its elder sibling, at its line and column', () => {
    const folder = join(import.meta.dirname, '../../../test/golden/plans')
    const texts = readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
    let seen = 0
    for (const text of texts) {
      const lines = text.split('\n')
      const starts = lines.map((_, index) => lines.slice(0, index).join('\n').length + (index > 0 ? 1 : 0))
      const check = (nodes: readonly Place[], from: number, to: number): void => {
        let at = from
        for (const node of nodes) {
          seen++
          expect(node.from).toBeGreaterThanOrEqual(at)
          expect(node.to).toBeGreaterThanOrEqual(node.from)
          expect(node.to).toBeLessThanOrEqual(to)
          expect(node.from).toBe((starts[node.line - 1] ?? NaN) + node.column - 1)
          expect(text.slice(0, node.to).split('\n')).toHaveLength(node.endLine)
          for (const inner of ['children', 'items', 'header', 'rows', 'cells'] as const)
            if (inner in node) check((node as Record<typeof inner, Place[]> & Place)[inner], node.from, node.to)
          at = node.to
        }
      }
      check(parseMarkdown(text), 0, text.length)
    }
    expect(seen).toBeGreaterThan(400)
  })
})
