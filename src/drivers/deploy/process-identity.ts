/** Tells one process from a later one with the same pid, by its start time. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const psTimeoutMs = 2_000

/** When the process started, in the system's own words; undefined if there is none, or only a dead one nobody has collected. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** Fields 3 (state) and 22 (start time) of `/proc/PID/stat`; the second one, the name, may hold spaces and brackets. */
async function fromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null
    throw error
  })
  if (stat === null) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

async function fromPs(pid: number): Promise<string | undefined> {
  const output = await run('/bin/ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], { timeout: psTimeoutMs }).catch(
    (error: { code?: unknown }) => {
      if (error.code === 1) return { stdout: '' }
      throw error
    },
  )
  const [, state = 'Z', startTime] = /^\s*(\S+)\s+(.+?)\s*$/.exec(output.stdout) ?? []
  return state.startsWith('Z') ? undefined : startTime
}
