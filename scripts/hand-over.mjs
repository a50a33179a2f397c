/** Runs a child in this process's place: streams, signals and exit code pass through. Runs on Node 16 and later. */
import { spawn } from 'node:child_process'
import { isatty } from 'node:tty'

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP']
const parentPollMs = 500

/**
 * Ends this process as the child ended: with its exit code, or by the same signal.
 * @param {string} command @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, endWithParent?: boolean }} [options]
 *   `endWithParent`: a parent that dies takes the child along; for npm, which passes no signal on when it is killed
 */
export function handOver(command, args, { env = process.env, endWithParent = false } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env })
  // A terminal sends Ctrl-C to the whole process group: the child has it already, and a second one would mean "at once".
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd))
  for (const signal of passedOn) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
    })
  }
  if (endWithParent) onceOrphaned(() => child.kill('SIGTERM'))
  child.on('error', (error) => {
    process.stderr.write(`Cannot start ${command}: ${error.message}\n`)
    process.exit(127)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** @param {() => void} callback */
function onceOrphaned(callback) {
  const parent = process.ppid
  const poll = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(poll)
    callback()
  }, parentPollMs)
}
