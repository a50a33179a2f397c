/** What every event store keeps to; each store's own test runs this. */
import { describe, expect, it } from 'vitest'
import { firstBreak, genesisHash } from '../../src/core/release/chain.ts'
import type { EventEnvelope } from '../../src/core/release/events.ts'
import type { EventStore, NewEvent } from '../../src/ports/event-store.ts'
import { plan } from '../fixtures/plan.ts'
import { paused } from './paused.ts'

const started: NewEvent = {
  ...paused(''),
  event: {
    type: 'ReleaseStarted',
    releaseId: 'r1',
    projectId: 'default',
    plan,
    digest: 'd1',
    speed: 1,
    startedBy: 'rina',
    acknowledged: [],
  },
}

/** Appends where it must succeed. */
export async function appended(
  store: EventStore,
  stream: string,
  version: number,
  events: NewEvent[],
): Promise<EventEnvelope[]> {
  const result = await store.append(stream, version, events)
  if (!result.ok) throw new Error(`append was refused: ${JSON.stringify(result)}`)
  return result.events
}

export const reasons = (events: readonly EventEnvelope[]): string[] =>
  events.map(({ event }) => (event.type === 'ReleasePaused' ? event.reason : event.type))

/** `open` gives an empty store; the caller's own hooks close it. */
export function eventStoreContract(name: string, open: () => EventStore | Promise<EventStore>): void {
  appending(name, open)
  keepingSnapshots(name, open)
  refusing(name, open)
  reading(name, open)
  chaining(name, open)
  closing(name, open)
}

function appending(name: string, open: () => EventStore | Promise<EventStore>): void {
  describe(`${name} appends`, () => {
    it('gives back what it stores: versions from 1, and the same again when read', async () => {
      const store = await open()
      const written = await appended(store, 'a', 0, [started, paused('one'), paused('two')])
      expect(written.map(({ version }) => version)).toEqual([1, 2, 3])
      expect(written[1]).toMatchObject({ stream: 'a', ...paused('one') })
      expect(await store.read('a')).toEqual(written)
    })

    it('refuses an expected version that is behind, ahead, or of a stream that is new, and says the actual one', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('one'), paused('two')])
      for (const expected of [0, 1, 3]) {
        expect(await store.append('a', expected, [paused('no')])).toEqual({ ok: false, error: 'conflict', actual: 2 })
      }
      expect(await store.append('new', 1, [paused('no')])).toEqual({ ok: false, error: 'conflict', actual: 0 })
      expect(reasons(await store.read('a'))).toEqual(['one', 'two'])
      expect(await store.streams()).toEqual([{ stream: 'a', version: 2 }])
    })

    it('lets exactly one of many rivals win each version', async () => {
      const store = await open()
      for (let version = 0; version < 5; version++) {
        const rivals = Array.from({ length: 8 }, (_, rival) =>
          store.append('a', version, [paused(`${version}/${rival}`)]),
        )
        const won = (await Promise.all(rivals)).filter(({ ok }) => ok)
        expect(won).toHaveLength(1)
      }
      expect((await store.read('a')).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
    })

    it('answers each of many that come at once for itself', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('kept')])
      const endless = { ...paused('x'), elapsedMs: Number.POSITIVE_INFINITY }
      const results = await Promise.all([
        store.append('b', 0, [paused('one')]),
        store.append('a', 0, [paused('too late')]),
        store.append('c', 0, [paused('half of it'), endless]),
        store.append('a', 1, [paused('two')]),
        store.append('d', 0, [paused('three')]),
      ])
      expect(results.map((result) => (result.ok ? 'ok' : result.error))).toEqual([
        'ok',
        'conflict',
        'unavailable',
        'ok',
        'ok',
      ])
      const stored = await Promise.all(['a', 'b', 'c', 'd'].map((stream) => store.read(stream)))
      expect(stored.map(reasons)).toEqual([['kept', 'two'], ['one'], [], ['three']])
    })

    it('gives positions that only grow over all streams', async () => {
      const store = await open()
      const first = await appended(store, 'a', 0, [paused('1'), paused('2')])
      const second = await appended(store, 'b', 0, [paused('3')])
      await store.append('b', 7, [paused('conflict')])
      const third = await appended(store, 'a', 2, [paused('4')])
      const positions = [...first, ...second, ...third].map(({ position }) => position)
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
      expect(positions).toHaveLength(4)
    })

    it('takes no events as nothing done', async () => {
      const store = await open()
      expect(await store.append('a', 0, [])).toEqual({ ok: true, events: [] })
      expect(await store.streams()).toEqual([])
    })
  })
}

function refusing(name: string, open: () => EventStore | Promise<EventStore>): void {
  describe(`${name} refuses what could not be read again, and keeps nothing of the batch`, () => {
    const endless = { ...paused('x'), elapsedMs: Number.POSITIVE_INFINITY }
    const timeless = { ...paused('x'), at: 'yesterday' }
    const unknown = { ...paused('x'), event: { type: 'ReleaseResumed' as const, extra: 1 } }
    const huge = paused('x'.repeat(1024 * 1024))
    it.each([
      ['a number that is not finite', endless, 'elapsedMs'],
      ['a time that is none', timeless, 'at'],
      ['a member it does not know', unknown, 'extra'],
      ['an event over the limit', huge, 'limit'],
    ])('%s', async (_, bad, named) => {
      const store = await open()
      await appended(store, 'a', 0, [paused('kept')])
      const result = await store.append('a', 1, [paused('first'), bad])
      expect(result).toMatchObject({ ok: false, error: 'unavailable' })
      expect(result).toMatchObject({ message: expect.stringContaining('event 2 of 2') })
      expect(result).toMatchObject({ message: expect.stringContaining(named) })
      expect(reasons(await store.read('a'))).toEqual(['kept'])
      expect(reasons(await appended(store, 'a', 1, [paused('next')]))).toEqual(['next'])
    })

    it.each(['', 'lone \ud800 surrogate', 'nul \u0000'])('a stream named "%s"', async (stream) => {
      expect(await (await open()).append(stream, 0, [paused('x')])).toMatchObject({ ok: false, error: 'unavailable' })
    })
  })
}

function reading(name: string, open: () => EventStore | Promise<EventStore>): void {
  describe(`${name} reads`, () => {
    it('nothing of a stream that does not exist', async () => {
      expect(await (await open()).read('none')).toEqual([])
    })

    it('from a version on, inclusive, in order', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('1'), paused('2'), paused('3')])
      expect(reasons(await store.read('a', 2))).toEqual(['2', '3'])
      expect(await store.read('a', 4)).toEqual([])
    })

    it('all streams, oldest first, with their last versions', async () => {
      const store = await open()
      await appended(store, 'z', 0, [paused('1')])
      await appended(store, 'a', 0, [paused('2')])
      await appended(store, 'z', 1, [paused('3'), paused('4')])
      expect(await store.streams()).toEqual([
        { stream: 'z', version: 3 },
        { stream: 'a', version: 1 },
      ])
    })

    it('the whole log in pages, in the order of positions and as it was written', async () => {
      const store = await open()
      const written = [
        ...(await appended(store, 'b', 0, [{ ...paused('1'), cause: { kind: 'hook', hook: 'ci' } }])),
        ...(await appended(store, 'a', 0, [paused('2'), paused('3')])),
        ...(await appended(store, 'b', 1, [paused('4')])),
      ]
      const pages = [await store.readAll(0, 3)]
      pages.push(await store.readAll(pages[0]?.at(-1)?.position ?? 0, 3))
      expect(pages.map((page) => page.length)).toEqual([3, 1])
      expect(pages.flat()).toEqual(written)
      expect(await store.readAll(written.at(-1)?.position ?? 0, 3)).toEqual([])
    })

    it('text of every kind as it was written', async () => {
      const store = await open()
      const text = 'naïve – 通过 – 🚦 – " \\ \u0000 \u2028 \ud800'
      await appended(store, 'a', 0, [paused(text)])
      expect(reasons(await store.read('a'))).toEqual([text])
    })

    it('copies: a reader cannot change what is stored', async () => {
      const store = await open()
      const [written] = await appended(store, 'a', 0, [paused('1')])
      const [read] = await store.read('a')
      for (const copy of [written, read]) if (copy) copy.actor.name = 'somebody else'
      expect((await store.read('a'))[0]?.actor.name).toBe('Rina')
    })
  })
}

function chaining(name: string, open: () => EventStore | Promise<EventStore>): void {
  describe(`${name} chains each stream by itself`, () => {
    it('from the genesis hash, over appends and neighbours', async () => {
      const store = await open()
      await appended(store, 'a', 0, [started, paused('1')])
      await appended(store, 'b', 0, [paused('2')])
      await appended(store, 'a', 2, [paused('3'), paused('4')])
      for (const stream of ['a', 'b']) {
        const events = await store.read(stream)
        expect(events[0]?.previousHash).toBe(genesisHash)
        expect(firstBreak(events)).toBeNull()
      }
    })

    it('with the cause in the hash', async () => {
      const store = await open()
      await appended(store, 'a', 0, [{ ...paused('1'), cause: { kind: 'command', command: 'pause' } }, paused('2')])
      const [first, ...rest] = await store.read('a')
      expect(first?.cause).toEqual({ kind: 'command', command: 'pause' })
      expect(firstBreak(first ? [{ ...first, cause: { kind: 'clock' } }, ...rest] : [])).toBe(1)
    })

    it('so that a changed, a missing and a moved event show', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('1'), paused('2'), paused('3'), paused('4')])
      const events = await store.read('a')
      const changed = events.map((event) => (event.version === 3 ? { ...event, elapsedMs: 0 } : event))
      expect(firstBreak(changed)).toBe(3)
      expect(firstBreak(events.toSpliced(1, 1))).toBe(2)
      expect(firstBreak([...events.slice(0, 1), ...events.slice(1).reverse()])).toBe(2)
    })
  })
}

function closing(name: string, open: () => EventStore | Promise<EventStore>): void {
  describe(`${name}, when closed`, () => {
    it('refuses to append and to read, and can be closed again', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('1')])
      await store.close()
      expect(await store.append('a', 1, [paused('2')])).toMatchObject({ ok: false, error: 'unavailable' })
      await expect(store.read('a')).rejects.toThrow('closed')
      await expect(store.streams()).rejects.toThrow('closed')
      await expect(store.dropSnapshots()).rejects.toThrow('closed')
      await store.close()
    })
  })
}

function keepingSnapshots(name: string, open: () => EventStore | Promise<EventStore>): void {
  const snapshot = { version: 2, hash: 'h', fold: 1, digest: 'd', state: '{"text":"naïve 🚦"}' }

  describe(`${name} keeps one snapshot a stream`, () => {
    it('none where none was kept', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('1')])
      expect(await store.readSnapshot('a')).toBeNull()
    })

    it('the last one, as it was given, and none of a neighbour', async () => {
      const store = await open()
      await store.keepSnapshot('a', { ...snapshot, version: 1, state: 'old' })
      await store.keepSnapshot('a', snapshot)
      await store.keepSnapshot('b', { ...snapshot, state: 'of another' })
      expect(await store.readSnapshot('a')).toEqual(snapshot)
    })

    it('until all are dropped', async () => {
      const store = await open()
      await appended(store, 'a', 0, [paused('1')])
      for (const stream of ['a', 'b']) await store.keepSnapshot(stream, snapshot)
      await store.dropSnapshots()
      expect([await store.readSnapshot('a'), await store.readSnapshot('b')]).toEqual([null, null])
      expect(reasons(await store.read('a'))).toEqual(['1'])
    })

    it('which is no event', async () => {
      const store = await open()
      await store.keepSnapshot('a', snapshot)
      expect([await store.streams(), await store.readAll(0, 10)]).toEqual([[], []])
      expect((await appended(store, 'a', 0, [paused('1')]))[0]).toMatchObject({ version: 1, position: 1 })
    })
  })
}
