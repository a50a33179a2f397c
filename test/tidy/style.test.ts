/** House style that the linter cannot hold: sizes, names, opening comments. Functions are Biome's to measure. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { projectFiles, readProjectFile } from './project-files.ts'

const sources = projectFiles(
  'src/**/*.ts',
  'examples/**/*.ts',
  'bench/**/*.ts',
  'scripts/**/*.{ts,mjs}',
  'bin/*.mjs',
).filter((path) => !path.endsWith('.test.ts'))

test('source files stay within 300 lines, drivers within 150', () => {
  const limit = (path: string): number => (path.startsWith('src/drivers/') ? 150 : 300)
  expect(sources.filter((path) => lineCount(path) > limit(path)).map((path) => `${path}: ${lineCount(path)}`)).toEqual(
    [],
  )
})

test('each source file opens with a comment that states its purpose', () => {
  const opening = /^(#!.*\n)?(\/\*\*|\/\/) *\n?.*\w{3}/
  expect(sources.filter((path) => !opening.test(readProjectFile(path)))).toEqual([])
})

test('no file gathers what is unrelated, or only passes exports on', () => {
  const catchAll = /^(index|utils?|helpers?|common|misc)\.(ts|mjs)$/
  expect(sources.filter((path) => catchAll.test(basename(path)))).toEqual([])
  expect(sources.filter((path) => /^export (\*|\{[^}]*\}) from/m.test(readProjectFile(path)))).toEqual([])
})

test('interfaces have plain names', () => {
  expect(sources.filter((path) => /\binterface I[A-Z][a-z]/.test(readProjectFile(path)))).toEqual([])
})

test('no cast silences the type checker', () => {
  expect(
    sources.filter((path) => /\bas unknown as\b|@ts-(ignore|nocheck|expect-error)/.test(readProjectFile(path))),
  ).toEqual([])
})

test('the core has no clock and no randomness (invariant 1; its tsconfig.json keeps the rest out)', () => {
  const core = sources.filter((path) => path.startsWith('src/core/'))
  expect(
    core.filter((path) => /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bMath\.random\b/.test(readProjectFile(path))),
  ).toEqual([])
})

test('no file names a path of somebody’s machine', () => {
  const texts = [
    ...sources,
    ...projectFiles('src/**/*.test.ts', 'docs/**/*.md', '*.{md,json,ts}', 'examples/**/*.{md,yaml}'),
  ]
  const home = new RegExp(['work', 'home', 'Users', 'root'].map((folder) => `(?<![\\w.])/${folder}/\\w`).join('|'))
  expect(texts.filter((path) => home.test(readProjectFile(path)))).toEqual([])
})

function lineCount(path: string): number {
  return readProjectFile(path).trimEnd().split('\n').length
}
