/** Brings this checkout up to date: installs what the lockfile names and compiles `src` to `dist`, each only when needed. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installWithNpm } from './npm-ci.mjs'
import { SetupError } from './setup-error.mjs'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

const compileLimitMs = 5 * 60_000

/** Installs the packages unless they are the lockfile's. @param {string} node the binary of Node 24 */
export function ensurePackages(node) {
  if (!packagesMatch(root)) installWithNpm(root, 'Installing packages (npm ci) …', node)
}

/** Compiles unless `dist` was made from these very sources. Throws a `SetupError` on type errors. @param {string} node */
export function ensureDist(node) {
  const stamp = join(root, 'dist', '.sources')
  const sources = fingerprint(['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
  process.stderr.write('Compiling src to dist …\n')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(node, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    timeout: compileLimitMs,
  })
  if (status !== 0) throw new SetupError('src does not compile; the errors are above.')
  writeFileSync(stamp, sources)
}

/**
 * Whether npm's record of what it installed agrees with the lockfile. Optional packages may be missing: they are other platforms'.
 * @param {string} folder
 */
export function packagesMatch(folder) {
  const installed = readPackages(join(folder, 'node_modules', '.package-lock.json'))
  const wanted = readPackages(join(folder, 'package-lock.json'))
  if (installed === null || wanted === null) return false
  return Object.entries(wanted).every(([path, want]) => {
    const have = installed[path]
    if (path === '') return true
    if (have === undefined) return want.optional === true || want.devOptional === true
    return have.version === want.version && have.integrity === want.integrity
  })
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @param {string} path @returns {Record<string, LockedPackage> | null}
 */
function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null
}

/** Names, sizes and times of files, not their contents: a millisecond or two. @param {string[]} paths */
function fingerprint(paths) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = (path) => {
    const stat = statSync(join(root, path))
    if (stat.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(join(path, name))
    else if (!path.endsWith('.test.ts')) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}
