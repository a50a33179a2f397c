/** The files of this repository that people wrote, whether or not it is a git checkout. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

const notOurs = ['node_modules', 'dist', '.git', '.tidegate', 'coverage']

/** Paths relative to the root. Throws when a pattern finds nothing: a check of no file would hold for ever. */
export function projectFiles(...patterns: string[]): string[] {
  const exclude = (path: string): boolean => notOurs.includes(path.split('/').at(-1) ?? '')
  return patterns.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: root, exclude })
    if (found.length === 0) throw new Error(`no file matches ${pattern}`)
    return found
  })
}

export function readProjectFile(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
