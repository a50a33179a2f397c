/** Documents people read to find their way: their links lead somewhere, and the map stays short enough to read. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { projectFiles, readProjectFile, root } from './project-files.ts'

/** Golden documents are other people's, links and all. */
const documents = projectFiles('**/*.md').filter((path) => !path.startsWith('test/golden/'))

test('every relative link in a document resolves', () => {
  const broken = documents.flatMap((path) =>
    relativeLinks(readProjectFile(path))
      .filter((link) => !existsSync(join(root, dirname(path), decodeURI(link))))
      .map((link) => `${path}: ${link}`),
  )
  expect(broken).toEqual([])
})

test('each delivery case is tested under its number in every file that its row names', () => {
  const rows = readProjectFile('docs/delivery-cases.md').matchAll(/^\| (?<number>\d+) \|.*\|$/gm)
  const tests = [...rows].flatMap(({ 0: row, groups }) =>
    relativeLinks(row).map((link) => ({ number: groups?.number ?? '', path: join('docs', link) })),
  )
  expect(new Set(tests.map(({ number }) => number)).size).toBeGreaterThanOrEqual(24)
  expect(tests.filter(({ number, path }) => !readProjectFile(path).includes(`'case ${number}: `))).toEqual([])
})

test('links are found at all', () => {
  expect(
    relativeLinks('See [a](docs/a.md#part), [b](https://b.example) and `[c](no.md)`.\n```\n[d](no.md)\n```\n'),
  ).toEqual(['docs/a.md'])
})

test('ARCHITECTURE.md stays within 200 lines', () => {
  expect(readProjectFile('ARCHITECTURE.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200)
})

function relativeLinks(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\((?<link>[^)\s#]+)[^)]*\)/g)]
    .map((match) => match.groups?.link ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
}
