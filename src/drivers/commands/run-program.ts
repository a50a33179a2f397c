/** Runs one program to its end in a process group of its own, within limits of time and output. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Program {
  argv: readonly [string, ...string[]]
  cwd: string
  env: Readonly<Record<string, string>>
}

export interface Ending {
  /** As a shell would give it: 128 and the signal's number for a program that a signal ended. */
  exitCode: number
  /** What it wrote last to stdout and stderr, in the order it came. */
  output: string
}

/** Characters kept while it runs. */
const keptLength = 131_072
/** Between the request to end and force, and for output still on its way after the end. */
const graceMs = 500

/** Settles when the program and all its children have ended; the signal ends them. Rejects if it cannot be started. */
export function runProgram({ argv: [file, ...args], cwd, env }: Program, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, detached: true, shell: false, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-keptLength)
      })
    }
    const group = (name: 'SIGTERM' | 'SIGKILL') => signalGroup(child.pid, name)
    const end = () => {
      group('SIGTERM')
      const force = setTimeout(() => group('SIGKILL'), graceMs)
      child.once('close', () => clearTimeout(force))
    }
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    child.once('error', reject)
    child.once('exit', async (code, name) => {
      signal.removeEventListener('abort', end)
      group('SIGKILL')
      const closed = new Promise((done) => child.once('close', done))
      await Promise.race([closed, sleep(graceMs, undefined, { ref: false })])
      child.stdout.destroy()
      child.stderr.destroy()
      resolve({ exitCode: code ?? 128 + (name === null ? 0 : constants.signals[name]), output })
    })
  })
}

function signalGroup(pid: number | undefined, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
