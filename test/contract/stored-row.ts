/** One event as the SQL stores have kept it since their first version: its columns, and what reading it must give. */
import type { EventEnvelope } from '../../src/core/release/events.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { appended } from './event-store.ts'
import { paused } from './paused.ts'

export async function storedRow(): Promise<{ envelope: EventEnvelope; columns: [string, string | number][] }> {
  const [envelope] = await appended(createMemoryStore(), 'default/r1', 0, [paused('naïve – 通过')])
  if (!envelope) throw new Error('nothing was appended')
  const { position, stream, version, at, elapsedMs, clock, actor, event, previousHash, hash } = envelope
  return {
    envelope,
    columns: [
      ['position', position],
      ['stream', stream],
      ['version', version],
      ['at', at],
      ['elapsed_ms', elapsedMs],
      ['clock', JSON.stringify(clock)],
      ['actor', JSON.stringify(actor)],
      ['event', JSON.stringify(event)],
      ['previous_hash', previousHash],
      ['hash', hash],
    ],
  }
}
