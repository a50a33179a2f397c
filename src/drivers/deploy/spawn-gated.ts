/** Starts a detached process that waits at a gate: it runs its program only once it is told to, and ends if its starter dies before that. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rename, stat } from 'node:fs/promises'
import type { ProcessSpec } from '../../core/plan/operator.ts'

/** A log larger than this when its process starts becomes `.old`, and a new one begins. */
const maximumLogBytes = 5_000_000
/** The pid stays the same over `exec`; the program sees its own arguments and environment only, and no input. */
const gate = 'read -r go && unset PWD OLDPWD && exec "$@" </dev/null'

export interface GatedProcess {
  pid: number
  /** Length of the log before this process wrote to it. */
  logStart: number
  /** Lets the program run. */
  openGate(): void
  /** How it ended, in words, once it has. */
  ending: Promise<string>
}

/** Throws when the process cannot be made, such as for a folder that does not exist. */
export async function spawnGated({ argv, env }: ProcessSpec, cwd: string, logFile: string): Promise<GatedProcess> {
  await rotate(logFile)
  await using log = await open(logFile, 'a', 0o600)
  const { size: logStart } = await log.stat()
  const path = process.env.PATH ?? '/usr/bin:/bin'
  const child = spawn('/bin/sh', ['-c', gate, 'sh', ...argv], {
    cwd,
    env: { PATH: path, ...env },
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  })
  const ending = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  await once(child, 'spawn')
  child.unref()
  const { pid, stdin } = child
  if (pid === undefined || stdin === null) throw new Error('the process has no pid or no input')
  // A broken pipe means that the process is gone: `ending` tells.
  stdin.on('error', () => undefined)
  return { pid, logStart, openGate: () => stdin.end('go\n'), ending }
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  )
  if (size > maximumLogBytes) await rename(logFile, `${logFile}.old`)
}
