/** Events as the SQL stores have kept them, under any version of their schema: what was written, and its columns. */
import type { StoredEvent } from '../../src/core/audit/stored-event.ts'
import { chainHash, genesisHash } from '../../src/core/release/chain.ts'
import type { Migration } from '../../src/store/migrations/sqlite-migrations.ts'
import { goldenLog } from '../fixtures/golden-logs.ts'
import { paused } from './paused.ts'

/** A release of the first version, and a stream of what the last of these steps had room for. */
export function logUnder(migrations: readonly Migration[]): StoredEvent[] {
  const has = (name: string) => migrations.some((step) => step.name === name)
  const release = goldenLog('version-1-held')
  const body = {
    ...paused('naïve – 通过'),
    stream: 'default/r2',
    version: 1,
    ...(has('causes') && { cause: { kind: 'clock' } }),
    ...(has('event schemas') && { schema: 2 }),
    previousHash: genesisHash,
  }
  return [...release, { ...body, position: release.length + 1, hash: chainHash(body) }]
}

export function columnsOf(stored: StoredEvent): [string, string | number][] {
  const columns: [string, string | number][] = [
    ['position', stored.position],
    ['stream', stored.stream],
    ['version', stored.version],
    ['at', stored.at],
    ['elapsed_ms', stored.elapsedMs],
    ['clock', JSON.stringify(stored.clock)],
    ['actor', JSON.stringify(stored.actor)],
    ['event', JSON.stringify(stored.event)],
    ['previous_hash', stored.previousHash],
    ['hash', stored.hash],
  ]
  if (stored.cause !== undefined) columns.push(['cause', JSON.stringify(stored.cause)])
  if (stored.schema !== undefined) columns.push(['schema', stored.schema])
  return columns
}
