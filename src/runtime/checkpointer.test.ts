/** When the log is sealed, and what keeps it from being. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { appended } from '../../test/contract/event-store.ts'
import { paused } from '../../test/contract/paused.ts'
import { GrowingTree } from '../core/audit/merkle-tree.ts'
import { fail, succeed } from '../core/release/outcome.ts'
import type { CheckpointLog, Stretch } from '../ports/checkpoint-log.ts'
import type { EventStore, NewEvent } from '../ports/event-store.ts'
import { createMemoryStore } from '../store/memory.ts'
import { Checkpointer, manyEvents } from './checkpointer.ts'
import { systemClock } from './system-clock.ts'

/** Keeps stretches in memory, and fails when told to. */
class KeptStretches implements CheckpointLog {
  stretches: Stretch[] = []
  failure: string | null = null
  tree = new GrowingTree()

  async read() {
    const last = this.stretches.at(-1)
    return succeed({ tree: this.tree.copy(), position: last?.position ?? 0, lastLeaf: last?.leaves.at(-1) ?? null })
  }

  async append(stretch: Stretch) {
    if (this.failure !== null) return fail('unavailable', this.failure)
    for (const leaf of stretch.leaves) this.tree.add(Buffer.from(leaf, 'base64'))
    this.stretches.push(stretch)
    return succeed(undefined)
  }

  get sizes(): number[] {
    return this.stretches.map(({ size }) => size)
  }
}

const stops: AbortController[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort()
})

function sealing(store: EventStore, checkpoints: CheckpointLog) {
  const problems: string[] = []
  const ports = { store, checkpoints, clock: systemClock, onProblem: (message: string) => void problems.push(message) }
  const checkpointer = new Checkpointer(ports)
  return { checkpointer, problems, watched: checkpointer.watching(store) }
}

const succeeded: NewEvent = { ...paused(''), event: { type: 'ReleaseSucceeded' } }
const many = (count: number) => Array.from({ length: count }, (_, index) => paused(`${index}`))

describe('a checkpointer', () => {
  it('seals what is there in stretches of bounded length, then only news', async () => {
    const kept = new KeptStretches()
    const { checkpointer, watched, problems } = sealing(createMemoryStore(), kept)
    await appended(watched, 'a', 0, many(300))
    await checkpointer.seal()
    await checkpointer.seal()
    await appended(watched, 'b', 0, many(2))
    await checkpointer.seal()
    expect(kept.sizes).toEqual([250, 300, 302])
    expect(kept.stretches.map(({ root }) => root).at(-1)).toEqual(kept.tree.root())
    expect(problems).toEqual([])
  })

  it.each([
    ['a release has ended', [paused('1'), succeeded]],
    ['many events have come', many(manyEvents)],
  ])('seals at once when %s, and when it ends', async (_, events) => {
    const kept = new KeptStretches()
    const { checkpointer, watched } = sealing(createMemoryStore(), kept)
    const stop = new AbortController()
    stops.push(stop)
    const running = checkpointer.run(stop.signal)
    await appended(watched, 'b', 0, [paused('not yet')])
    await appended(watched, 'a', 0, events)
    for (let round = 0; round < 500 && kept.tree.size <= events.length; round++) await sleep(10)
    const sealed = kept.tree.size
    expect(sealed).toBe(1 + events.length)
    await appended(watched, 'c', 0, [paused('last')])
    stop.abort()
    await running
    expect(kept.tree.size).toBe(sealed + 1)
  })

  it('goes on where another one ended', async () => {
    const [kept, store] = [new KeptStretches(), createMemoryStore()]
    await appended(store, 'a', 0, many(3))
    await sealing(store, kept).checkpointer.seal()
    await appended(store, 'a', 3, many(4))
    const second = sealing(store, kept)
    await second.checkpointer.seal()
    expect(kept.sizes).toEqual([3, 7])
    expect(second.problems).toEqual([])
  })

  it.each([
    ['shorter', 2],
    ['rewritten', 3],
  ])('signs nothing over a log that became %s, and says so once', async (_, length) => {
    const [kept, store] = [new KeptStretches(), createMemoryStore()]
    await appended(store, 'a', 0, many(3))
    await sealing(store, kept).checkpointer.seal()
    const other = createMemoryStore()
    await appended(other, 'a', 0, [paused('other'), ...many(length - 1)])
    const { checkpointer, problems } = sealing(other, kept)
    await checkpointer.seal()
    await checkpointer.seal()
    expect(problems).toEqual([expect.stringContaining('tidegate audit verify')])
    expect(kept.sizes).toEqual([3])
  })

  it('says once what keeps it from sealing, tries again, and loses nothing', async () => {
    const kept = new KeptStretches()
    const { checkpointer, watched, problems } = sealing(createMemoryStore(), kept)
    kept.failure = 'no space'
    await appended(watched, 'a', 0, many(3))
    await checkpointer.seal()
    await checkpointer.seal()
    expect(problems).toEqual(['no space'])
    kept.failure = null
    await checkpointer.seal()
    expect(kept.sizes).toEqual([3])
  })
})
