/** Ends a process and its children: a request first, force after a few seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startTimeOf } from './process-identity.ts'
import type { ProcessRecord } from './process-records.ts'

const graceMs = 3_000
const forceMs = 2_000
const pollMs = 25

/** Settles once it is gone. Throws if it cannot be ended. */
export async function endProcess({ pid, startTime }: Pick<ProcessRecord, 'pid' | 'startTime'>): Promise<void> {
  const isGone = async () => (await startTimeOf(pid)) !== startTime
  if (await isGone()) return
  signalGroup(pid, 'SIGTERM')
  if (!(await within(graceMs, isGone))) signalGroup(pid, 'SIGKILL')
  if (!(await within(forceMs, isGone))) throw new Error(`process ${pid} could not be ended`)
  // Children that ignored the request share the group; its number is not given away while they live.
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function within(limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() >= endMs) return false
    await sleep(pollMs)
  }
  return true
}
