/** A note beside the database on who holds it: only for the message of a refusal. The lock itself is the kernel's. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const Holder = z.object({ pid: z.int(), startedAt: z.string() })

const noteFor = (databasePath: string): string => join(dirname(databasePath), 'holder.json')

export function writeHolder(databasePath: string): void {
  const startedAt = new Date(Date.now() - process.uptime() * 1_000).toISOString()
  const draft = `${noteFor(databasePath)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ pid: process.pid, startedAt })}\n`, { mode: 0o600 })
  renameSync(draft, noteFor(databasePath))
}

export function removeHolder(databasePath: string): void {
  rmSync(noteFor(databasePath), { force: true })
}

/** Who holds it and what to do about that. The note may be missing or of a process long gone: the lock is taken before it is written. */
export function describeHolder(databasePath: string): string {
  const holder = readHolder(databasePath)
  if (holder?.pid === process.pid) return 'this very process: open it once and share it'
  const who = holder ? `process ${holder.pid} since ${holder.startedAt}` : 'another process'
  return `${who}: talk to it through its socket, or stop it`
}

/** Any fault of the note, or of its process, only makes the message less telling. */
function readHolder(databasePath: string): z.infer<typeof Holder> | undefined {
  try {
    const holder = Holder.parse(JSON.parse(readFileSync(noteFor(databasePath), 'utf8')))
    process.kill(holder.pid, 0)
    return holder
  } catch {
    return undefined
  }
}
