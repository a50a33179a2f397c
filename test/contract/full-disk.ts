/**
 * A SQLite store on a small disk that somebody else fills: `full-disk.ts FOLDER`, the folder being a file system of its own. Prints what became of
 * each append as JSON, one a line with what was tried.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { AppendOptions } from '../../src/ports/event-store.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { paused } from './paused.ts'

const [folder = ''] = process.argv.slice(2)
const filler = join(folder, 'filler')
const text = 'x'.repeat(20_000)
/** More than the room that is left in what is already allocated. */
const many = 400

const opened = openSqliteStore(join(folder, 'events.db'))
if (!opened.ok) throw new Error(opened.message)
const { store } = opened
let version = 0

await append('with room', 1)
fill()
await append('going forward on a full disk', many)
await append('going back on a full disk', 100, { mayUseReserve: true })
await append('going forward after that', many)
rmSync(filler)
await append('with room again', 1)
await store.close()
const again = openSqliteStore(join(folder, 'events.db'))
if (!again.ok) throw new Error(again.message)
print({ tried: 'reading it anew', stored: (await again.store.read('a')).length, acknowledged: version })
await again.store.close()

/** Appends until it is refused, or so many times. */
async function append(tried: string, times: number, options?: AppendOptions): Promise<void> {
  for (let count = 0; count < times; count++) {
    const result = await store.append('a', version, [paused(text)], options)
    if (!result.ok) return print({ tried, count, ...result })
    version++
  }
  print({ tried, count: times, ok: true })
}

function fill(): void {
  const descriptor = openSync(filler, 'w')
  try {
    for (let block = 65_536; block >= 1; )
      try {
        writeSync(descriptor, Buffer.alloc(block))
      } catch {
        block = Math.floor(block / 2)
      }
  } finally {
    closeSync(descriptor)
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
