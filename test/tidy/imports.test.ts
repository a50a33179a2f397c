/** Proof that the import checker catches what it is there for, and that it is not blind. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkImports } from '../../scripts/check-imports.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imports-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test('what the matrix allows is no problem', async () => {
  write('src/core/a.ts', 'export const a = 1\n')
  write('src/ports/b.ts', "import type { a } from '../core/a.ts'\nexport type B = typeof a\n")
  write('src/drivers/d.ts', "import { readFile } from 'node:fs/promises'\n")
  write('src/drivers/traffic/c.ts', "import '../d.ts'\nimport type { B } from '../../ports/b.ts'\n")
  write('src/main.ts', "import './drivers/traffic/c.ts'\nawait import('./core/a.ts')\n")
  expect(await checkImports(folder)).toEqual({ modules: 5, imports: 6, problems: [] })
})

test.each([
  ['src/core/a.ts', '../drivers/metrics/b.ts', 'src/core may not import this'],
  ['src/core/a.ts', 'node:fs', 'src/core may not import this'],
  ['src/core/a.ts', 'node:sqlite', 'src/core may not import this'],
  ['src/runtime/a.ts', '../drivers/metrics/b.ts', 'src/runtime may not import this'],
  ['src/drivers/traffic/a.ts', '../metrics/b.ts', 'src/drivers may not import this'],
  ['src/drivers/a.ts', './metrics/b.ts', 'src/drivers may not import this'],
  ['src/cli/a.ts', '../server/b.ts', 'src/cli may not import this'],
  ['src/main.ts', '../examples/shop/b.ts', 'src stands alone'],
  ['examples/shop/a.ts', '../../src/core/b.ts', 'examples do not know Tidegate'],
  ['src/core/a.test.ts', '../drivers/metrics/b.ts', 'tests of the core need no driver'],
])('%s may not import %s', async (from, to, rule) => {
  const target = join(dirname(from), to)
  write(from, `import '${to}'\n`)
  if (to.startsWith('.')) write(target, 'export {}\n')
  const { problems } = await checkImports(folder)
  expect(problems).toEqual([expect.stringMatching(`^${rule}: ${from} → `)])
})

test('a type and a lazy import count like any other', async () => {
  write(
    'src/core/a.ts',
    "import type { B } from '../store/b.ts'\nexport const load = (): Promise<B> => import('../store/b.ts')\n",
  )
  write('src/store/b.ts', 'export type B = object\n')
  expect((await checkImports(folder)).problems).toContain(
    'src/core may not import this: src/core/a.ts → src/store/b.ts',
  )
})

test('a cycle is a problem', async () => {
  write('src/core/a.ts', "import './b.ts'\n")
  write('src/core/b.ts', "import './a.ts'\n")
  expect((await checkImports(folder)).problems.join()).toContain('no cycle')
})

test('a file that does not exist is a problem', async () => {
  write('src/core/a.ts', "import './gone.ts'\n")
  expect((await checkImports(folder)).problems).toEqual(['it does not exist: src/core/a.ts → ./gone.ts'])
})

test('a folder that the matrix does not know is a problem', async () => {
  write('src/helpers/a.ts', 'export {}\n')
  expect((await checkImports(folder)).problems).toEqual(['not in the import matrix: src/helpers/a.ts'])
})

test('an import that the parser passes over is a problem', async () => {
  write('src/core/a.ts', "export type B = import('../store/b.ts').B\n")
  write('src/store/b.ts', 'export type B = object\n')
  expect((await checkImports(folder)).problems).toEqual(['import not seen: src/core/a.ts → ../store/b.ts'])
})

test('an import after `using` is seen', async () => {
  write('src/core/a.ts', "async function a(): Promise<void> {\n  await using b = await import('../store/b.ts')\n}\n")
  write('src/store/b.ts', 'export {}\n')
  expect((await checkImports(folder)).problems).toEqual([
    'src/core may not import this: src/core/a.ts → src/store/b.ts',
  ])
})

test('no source at all is a problem', async () => {
  expect((await checkImports(folder)).problems).toEqual(['no source file found'])
})
