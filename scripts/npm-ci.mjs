/** Installs exactly what a folder's lockfile names, without running any package's install script. Runs on Node 16 and later. */
import { spawnSync } from 'node:child_process'
import { SetupError } from './setup-error.mjs'

const limitMs = 10 * 60_000

// Development packages compile Tidegate, so NODE_ENV=production or `npm install --global` around us must not leave them out.
const flags = [
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--no-global',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/**
 * Runs `npm ci` in `folder`. Its chatter goes to stderr. Throws a `SetupError` when npm fails or takes over ten minutes.
 * @param {string} folder @param {string} message says what is being installed
 * @param {string} [node] the binary that runs npm
 */
export function installWithNpm(folder, message, node = process.execPath) {
  process.stderr.write(`${message}\n`)
  const [command, ...args] = npmCommand(node)
  const { status, signal, error } = spawnSync(command, [...args, 'ci', ...flags], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    timeout: limitMs,
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (status === 0) return
  const reason = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`)
  throw new SetupError(
    `npm ci failed in ${folder} (${reason}). Is npm installed, and can it reach its registry? Try: cd ${folder} && npm ci`,
  )
}

/** @param {string} node @returns {[string, ...string[]]} */
function npmCommand(node) {
  const running = process.env.npm_execpath
  return running?.endsWith('npm-cli.js') ? [node, running] : ['npm']
}
