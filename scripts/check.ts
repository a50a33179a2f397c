/**
 * `npm run check`: everything that must hold before a change is merged; the slow suites aside.
 * `npm run check -- types lint` runs only the checks named.
 */
import { spawnSync } from 'node:child_process'

const limitMs = 15 * 60_000

const biome = 'node_modules/@biomejs/biome/bin/biome'
const knip = 'node_modules/knip/bin/knip.js'
const tsc = 'node_modules/typescript/bin/tsc'

/** Each check is one or more scripts for Node; it holds when all of them end with code 0. */
const checks: Record<string, readonly string[][]> = {
  types: [
    [tsc, '-p', 'tsconfig.json'],
    [tsc, '-p', 'src/core/tsconfig.json'],
  ],
  lint: [[biome, 'ci', '--error-on-warnings']],
  imports: [['scripts/check-imports.ts']],
  // The second run leaves the tests out: what only they use is dead.
  'dead-code': [[knip], [knip, '--production']],
  tests: [['scripts/run.mjs', 'test']],
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in checks))
if (unknown.length > 0) {
  process.stderr.write(`No check '${unknown.join("', '")}'. There are: ${Object.keys(checks).join(', ')}.\n`)
  process.exit(2)
}

const results = Object.entries(checks)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, scripts]) => ({ name, holds: scripts.map((script) => succeeds(name, script)).every(Boolean) }))

process.stdout.write(`\n${results.map(({ name, holds }) => `${holds ? '✔' : '✘'} ${name}`).join('\n')}\n`)
process.exitCode = results.every(({ holds }) => holds) ? 0 : 1

function succeeds(name: string, script: readonly string[]): boolean {
  process.stdout.write(`\n── ${name}: ${script.join(' ')}\n`)
  return spawnSync(process.execPath, script, { stdio: 'inherit', timeout: limitMs }).status === 0
}
