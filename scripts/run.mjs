/** The entry of the npm scripts: `node scripts/run.mjs <task> [arguments]` sets up what the task needs, then runs it on Node 24. */
import { readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { alone } from './alone.mjs'
import { ensureDist, ensurePackages, root } from './checkout.mjs'
import { handOver } from './hand-over.mjs'
import { ensureNode24 } from './node24.mjs'
import { SetupError } from './setup-error.mjs'

const biome = 'node_modules/@biomejs/biome/bin/biome'
const vitest = 'node_modules/vitest/vitest.mjs'

/**
 * What Node 24 runs for each task, followed by the task's arguments. `dist`: the task needs the compiled program.
 * @type {Record<string, { run: string[] | ((args: string[]) => string[]), dist?: true }>}
 */
const tasks = {
  start: { run: ['bin/tidegate.mjs', 'demo'], dist: true },
  test: { run: [vitest, 'run', '--project', 'fast'], dist: true },
  'test:e2e': { run: [vitest, 'run', '--project', 'e2e'], dist: true },
  check: { run: ['scripts/check.ts'] },
  lint: { run: [biome, 'ci', '--error-on-warnings'] },
  format: { run: [biome, 'check', '--write'] },
  facts: { run: ['scripts/facts.ts'] },
  schemas: { run: ['scripts/schemas.ts'] },
  bench: { run: benchmark, dist: true },
  fuzz: {
    run: [
      '--permission',
      '--disable-warning=PERM0006',
      '--allow-fs-read=*',
      '--allow-worker',
      '--disallow-code-generation-from-strings',
      'test/fuzz/main.ts',
    ],
  },
  conformance: { run: ['test/conformance/main.ts'] },
  simulate: { run: ['test/simulation/simulate.ts'] },
  tamper: { run: ['test/tamper/tamper.ts'] },
  build: { run: [], dist: true },
}

try {
  process.chdir(root)
  const [name = '', ...args] = process.argv.slice(2)
  const task = tasks[name]
  if (task === undefined) throw new SetupError(`No task '${name}'. There are: ${Object.keys(tasks).join(', ')}.`)
  const command = typeof task.run === 'function' ? task.run(args) : [...task.run, ...args]
  const node = prepare(task.dist === true)
  if (command.length > 0)
    handOver(node, command, { env: environment(node), endWithParent: process.env.npm_command !== undefined })
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

/** @param {boolean} dist whether to compile too */
function prepare(dist) {
  let node = process.execPath
  alone(join(root, '.setup.lock'), () => {
    node = ensureNode24()
    ensurePackages(node)
    if (dist) ensureDist(node)
  })
  return node
}

/** Children that ask for `node` or for a tool get ours. @param {string} node */
function environment(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  return { ...process.env, PATH: path }
}

/** @param {string[]} args */
function benchmark([name, ...args]) {
  const names = readdirSync('bench')
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
  if (name !== undefined && names.includes(name)) return [`bench/${name}.ts`, ...args]
  throw new SetupError(`npm run bench -- <name>, where name is one of: ${names.join(', ')}.`)
}
