/**
 * Holds every import to the matrix below, and forbids cycles. `node scripts/check-imports.ts` prints what breaks it.
 * It also proves that it saw every file and every import: a checker that is blind reports no breach either.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VariableDeclarator } from '@swc/core'
import { Visitor } from '@swc/core/Visitor.js'
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'

interface Row {
  /** Paths under `src` that this part may import besides itself: folders end in `/`. */
  parts: readonly string[]
  /** Packages that it may import; `any` includes Node's own modules. */
  packages: readonly string[] | 'any'
}

/** What each folder of `src` may import. The files directly in `src` are the composition root and may import all of it. */
const matrix: Record<string, Row> = {
  core: { parts: [], packages: ['zod', '@noble/hashes'] },
  document: { parts: ['core/'], packages: ['@lezer/markdown', 'decode-named-character-reference', 'yaml', 'zod'] },
  ports: { parts: ['core/'], packages: [] },
  projections: { parts: ['core/', 'server/contract.ts'], packages: [] },
  drivers: { parts: ['core/', 'ports/'], packages: 'any' },
  store: { parts: ['core/', 'ports/'], packages: 'any' },
  runtime: { parts: ['core/', 'ports/'], packages: 'any' },
  server: { parts: ['core/', 'ports/', 'document/', 'projections/', 'runtime/'], packages: 'any' },
  cli: { parts: ['core/', 'document/', 'server/contract.ts'], packages: 'any' },
  demo: { parts: ['core/', 'ports/', 'document/', 'server/contract.ts', 'cli/context.ts'], packages: 'any' },
  proxy: { parts: ['core/'], packages: 'any' },
}

const folders = ['src', 'examples', 'bench', 'scripts']
const testFile = '\\.test\\.ts$'

// The visitor that comes with swc stops at `using`, whose declarators lie under another name than those of `const`.
const visitKnown = Visitor.prototype.visitStatement
Visitor.prototype.visitStatement = function (statement) {
  if (!('decls' in statement)) return visitKnown.call(this, statement)
  this.visitVariableDeclarators(statement.decls as VariableDeclarator[])
  return statement
}

export interface ImportReport {
  /** Source files found; each was looked at, or is among the problems. */
  modules: number
  imports: number
  problems: string[]
}

/** Reads the sources under `baseDir` (the repository's root) and reports each breach as `rule: file → file`. */
export async function checkImports(baseDir: string): Promise<ImportReport> {
  const present = folders.filter((folder) => sourcesIn(folder, baseDir).length > 0)
  const { output } = await cruise(present, {
    baseDir,
    // TypeScript 7 has no parser for other programs to call.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'default', 'import'] },
    validate: true,
    ruleSet: { forbidden: [...rows(), ...everywhere] },
  })
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`)
  const files = present.flatMap((folder) => sourcesIn(folder, baseDir))
  const breaches = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
  return {
    modules: files.length,
    imports: output.summary.totalDependenciesCruised ?? 0,
    problems: [...breaches, ...blindSpots(output, baseDir, files)].sort(),
  }
}

/** Packages that a benchmark has installed beside it are not ours. */
function sourcesIn(folder: string, cwd: string): string[] {
  return globSync(`${folder}/**/*.ts`, { cwd, exclude: ['**/node_modules'] })
}

function rows(): IForbiddenRuleType[] {
  return Object.entries(matrix).flatMap(([part, { parts, packages }]) => {
    const others = packages === 'any' ? ['node_modules/'] : packages.map((name) => `node_modules/(@types/)?${name}/`)
    return scopes(part).map(({ from, own }) => ({
      name: `src/${part} may not import this`,
      severity: 'error' as const,
      from: { path: from, pathNot: testFile },
      to: {
        pathNot: [...own, ...parts.map((path) => `^src/${path}`), ...others],
        dependencyTypesNot: packages === 'any' ? ['core', 'unknown'] : ['unknown'],
      },
    }))
  })
}

/** Which files of a part count as its own. Kinds of drivers never import each other; what they share lies beside their folders. */
function scopes(part: string): { from: string; own: string[] }[] {
  if (part !== 'drivers') return [{ from: `^src/${part}/`, own: [`^src/${part}/`] }]
  const shared = '^src/drivers/[^/]+$'
  return [
    { from: '^src/drivers/([^/]+)/', own: ['^src/drivers/$1/', shared] },
    { from: shared, own: [shared] },
  ]
}

const everywhere: IForbiddenRuleType[] = [
  {
    name: 'src stands alone',
    from: { path: '^src/', pathNot: testFile },
    to: { path: '^(test|examples|bench|scripts)/' },
  },
  { name: 'examples do not know Tidegate', from: { path: '^examples/', pathNot: testFile }, to: { path: '^src/' } },
  {
    name: 'tests of the core need no driver',
    from: { path: `^src/core/.*${testFile}` },
    to: { path: '^src/drivers/' },
  },
  { name: 'no cycle', from: { pathNot: testFile }, to: { circular: true } },
  { name: 'it does not exist', from: {}, to: { couldNotResolve: true } },
].map((rule) => ({ ...rule, severity: 'error' }))

/** Files and folders that the rules above never looked at, and what reads like an import but was not taken for one. */
function blindSpots({ modules }: ICruiseResult, baseDir: string, files: readonly string[]): string[] {
  const seen = new Map(
    modules.map(({ source, dependencies }) => [source, dependencies.map(({ module }) => bare(module))]),
  )
  if (files.length === 0) return ['no source file found']
  return files.flatMap((file) => {
    const imports = seen.get(file)
    if (imports === undefined) return [`not looked at: ${file}`]
    const unseen = importsInText(file, baseDir).filter((specifier) => !imports.includes(bare(specifier)))
    const stray = partOf(file) === undefined ? [`not in the import matrix: ${file}`] : []
    return [...stray, ...unseen.map((specifier) => `import not seen: ${file} → ${specifier}`)]
  })
}

function importsInText(file: string, baseDir: string): string[] {
  if (new RegExp(testFile).test(file)) return []
  const text = readFileSync(join(baseDir, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)].map(([, specifier = '']) => specifier)
}

function partOf(file: string): string | undefined {
  const [folder, part, ...rest] = file.split('/')
  if (folder !== 'src' || rest.length === 0) return folder
  return part !== undefined && part in matrix ? part : undefined
}

/** dependency-cruiser drops the `node:` of most modules. */
function bare(specifier: string): string {
  return specifier.replace(/^node:/, '')
}

if (process.argv[1] === import.meta.filename) {
  const { modules, imports, problems } = await checkImports(join(import.meta.dirname, '..'))
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.stdout.write(`${imports} imports of ${modules} modules: ${problems.length} problems\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
