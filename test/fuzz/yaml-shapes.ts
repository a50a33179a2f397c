/** YAML files that hold much of one thing, of any size in characters: what is slower than linear in anything shows on one of them. */
import { fill } from './document-shapes.ts'

/** By name; each takes a size. */
export const yamlShapes: Record<string, (size: number) => string> = {
  list: (size) => fill(size, '', () => '- a\n'),
  keys: (size) => fill(size, '', (n) => `k${n}: v\n`),
  'one key again and again': (size) => fill(size, '', () => 'a: b\n'),
  people: (size) => fill(size, 'people:\n', (n) => `  p${n}: { name: a, groups: [g] }\n`),
  'people with misspelt keys': (size) => fill(size, 'people:\n', (n) => `  p${n}: { nme: a, groups: g }\n`),
  'nested maps': (size) => fill(size, '', (n) => `${' '.repeat(n)}a:\n`),
  'nested lists': (size) => fill(size, '', () => '- '),
  brackets: (size) => fill(size, 'a: ', () => '[a, '),
  braces: (size) => fill(size, '', () => '{'),
  'a list without end': (size) => fill(size, 'a: [', () => 'a, '),
  anchors: (size) => fill(size, '', (n) => `a${n}: &a${n} x\n`),
  aliases: (size) => fill(size, 'a: &a x\n', (n) => `b${n}: *a\n`),
  'aliases of aliases': (size) =>
    fill(size, 'a0: &a0 [x, x]\n', (n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]\n`),
  questions: (size) => fill(size, '', () => '? '),
  colons: (size) => fill(size, '', () => ': '),
  tags: (size) => fill(size, '', () => '!!str '),
  'values side by side': (size) => fill(size, '', () => '[]'),
  documents: (size) => fill(size, '', () => '---\n'),
  comments: (size) => fill(size, '', () => '# x\n'),
  'a block of text': (size) => fill(size, 'a: |\n', () => '  x\n'),
  'a line': (size) => fill(size, 'a: ', () => 'x'),
  escapes: (size) => fill(size, 'a: "', () => '\\n'),
  variables: (size) => `${fill(size, 'a: "', () => '${A}')}"`,
  'variables inside variables': (size) => `${fill(size, 'a: "', () => '${A:-')}"`,
}
