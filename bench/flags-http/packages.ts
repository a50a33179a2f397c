/** The packages of `bench/flags-http/package.json`, which are no part of the project. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(import.meta.dirname, 'package.json'))

/** Their types are not at hand where they are not installed. */
export const load = <T>(name: string): T => require(name) as T

export function versionOf(name: string): string {
  const path = join(import.meta.dirname, 'node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** Installs them beside this file the first time. Throws when that fails. */
export function ensurePackages(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules', '.package-lock.json'))) return
  process.stderr.write('Installing unleash-server and autocannon under bench/flags-http\n')
  const args = ['ci', '--prefix', import.meta.dirname, '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed with ${status}`)
}
