/** Lets one process work at a time: two terminals may set up the same fresh clone. Runs on Node 16 and later. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { SetupError } from './setup-error.mjs'

const limitMs = 15 * 60_000
const pollMs = 200

/**
 * Does `work` while holding the lock file; one left by a dead process is taken over. Throws a `SetupError` after fifteen minutes of waiting.
 * @param {string} lock path of the lock file @param {() => void} work
 */
export function alone(lock, work) {
  const giveUpAtMs = Date.now() + limitMs
  while (!take(lock)) {
    if (Date.now() > giveUpAtMs) {
      throw new SetupError(`Another process is still setting up this checkout. If there is none, delete ${lock}.`)
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
  }
  try {
    work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    if (!holderLives(lock)) rmSync(lock, { force: true })
    return false
  }
}

/** @param {string} lock */
function holderLives(lock) {
  try {
    // Between creation and writing the file is empty; process 0 is our own group, which lives.
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
