/** What somebody with full power over the store can do to its log. Each takes the events as they were and gives them as they are then. */
import type { StoredEvent } from '../../src/core/audit/stored-event.ts'
import { chainHash, genesisHash } from '../../src/core/release/chain.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'

/** `sealed` events stand under checkpoints: something among them is always touched. `heads` are the sizes of the checkpoints. */
export interface Target {
  events: readonly StoredEvent[]
  sealed: number
  heads: readonly number[]
}
export type Tampering = (target: Target, random: Seeded) => StoredEvent[]

/** Numbers and chains every stream anew, as a store would have: what follows a change hangs together again. */
export function rechained(events: readonly StoredEvent[]): StoredEvent[] {
  const heads = new Map<string, { version: number; hash: string }>()
  return events.map((event) => {
    const head = heads.get(event.stream) ?? { version: 0, hash: genesisHash }
    const moved = { ...event, version: head.version + 1, previousHash: head.hash }
    const hash = chainHash(moved)
    heads.set(event.stream, { version: moved.version, hash })
    return { ...moved, hash }
  })
}

const anySealed = ({ sealed }: Target, random: Seeded): number => random.int(sealed)
const other = (text: string): string => `${text}~`

const changes: readonly ((event: StoredEvent) => StoredEvent)[] = [
  (event) => ({ ...event, event: { type: 'ReleasePaused', reason: 'nothing to see here' } }),
  (event) => ({ ...event, actor: { id: 'mallory', name: 'Mallory', demo: false } }),
  (event) => ({ ...event, at: event.at.replace('2026', '2025') }),
  (event) => ({ ...event, elapsedMs: event.elapsedMs + 1 }),
  (event) => ({ ...event, clock: { bootId: 'other', monotonicMs: 1 } }),
  ({ cause: _, ...event }) => ({ ...event, cause: { kind: 'look', service: 'elsewhere' } }),
]

function change(target: Target, random: Seeded): StoredEvent[] {
  const at = anySealed(target, random)
  const how = random.pick(changes)
  return target.events.map((event, index) => (index === at ? how(event) : event))
}

function changeOne(to: (event: StoredEvent) => StoredEvent): Tampering {
  return (target, random) => {
    const at = anySealed(target, random)
    return target.events.map((event, index) => (index === at ? to(event) : event))
  }
}

const dropOne: Tampering = (target, random) => target.events.toSpliced(anySealed(target, random), 1)

const dropSome: Tampering = (target, random) => target.events.toSpliced(anySealed(target, random), 2 + random.int(8))

const swapNeighbours: Tampering = ({ events, sealed }, random) => {
  const at = random.int(sealed - 1)
  const [first, second] = [events[at], events[at + 1]]
  return first && second ? events.toSpliced(at, 2, second, first) : [...events]
}

const moveFar: Tampering = (target, random) => {
  const { events, sealed } = target
  const [from, to] = [random.int(sealed), random.int(sealed)]
  const [moved] = events.slice(from, from + 1)
  return moved ? events.toSpliced(from, 1).toSpliced(to, 0, moved) : [...events]
}

/** Positions of two events of one stream change places. */
const swapInStream: Tampering = ({ events, sealed }, random) => {
  const at = random.int(sealed)
  const partners = events.flatMap(({ stream }, index) =>
    stream === events[at]?.stream && index !== at && index < sealed ? [index] : [],
  )
  if (partners.length === 0) return [...events]
  const to = random.pick(partners)
  return events.map((event, index) =>
    index === at ? (events[to] ?? event) : index === to ? (events[at] ?? event) : event,
  )
}

const forge: Tampering = (target, random) => {
  const { events } = target
  const at = anySealed(target, random)
  const near = events[at]
  const forged = near && { ...near, event: { type: 'SignOffGiven', gateId: 'g1', role: 'QA', digest: 'd1' } }
  return forged ? events.toSpliced(at, 0, forged) : [...events]
}

const duplicate: Tampering = (target, random) => {
  const at = anySealed(target, random)
  const [twice] = target.events.slice(at, at + 1)
  return twice ? target.events.toSpliced(at + 1, 0, twice) : [...target.events]
}

const truncate: Tampering = (target, random) => target.events.slice(0, anySealed(target, random))
const truncateLast: Tampering = ({ events, sealed }) => events.slice(0, sealed - 1)

/** Copies are often taken when a release has ended, which is when the log is sealed: they end exactly at a checkpoint. */
const olderCopy: Tampering = ({ events, sealed, heads }, random) => {
  const older = heads.filter((size) => size < sealed)
  return events.slice(0, older.length > 0 ? random.pick(older) : random.int(sealed))
}

/** The copy was put back and the controller went on over it. */
const olderCopyGoneOn: Tampering = (target, random) => {
  const copy = olderCopy(target, random)
  const last = copy.at(-1) ?? target.events[0]
  const news = Array.from({ length: 1 + random.int(2 * target.sealed) }, (_, index) => ({
    ...last,
    event: { type: 'ReleasePaused', reason: `after the copy ${index}` },
  }))
  return rechained([...copy, ...news] as StoredEvent[])
}

function streamOfSealed({ events, sealed }: Target, random: Seeded): string {
  return random.pick(events.slice(0, sealed)).stream
}

const dropStream: Tampering = (target, random) => {
  const gone = streamOfSealed(target, random)
  return target.events.filter(({ stream }) => stream !== gone)
}

const dropEndOfStream: Tampering = (target, random) => {
  const shortened = streamOfSealed(target, random)
  const own = target.events.slice(0, target.sealed).filter(({ stream }) => stream === shortened)
  const from = 1 + random.int(own.length)
  return target.events.filter(({ stream, version }) => stream !== shortened || version < from)
}

const renameStream: Tampering = (target, random) => {
  const renamed = streamOfSealed(target, random)
  return target.events.map((event) => (event.stream === renamed ? { ...event, stream: 'default/other' } : event))
}

const rewriteAll: Tampering = ({ events }) =>
  events.map((event) => ({ ...event, actor: { id: 'mallory', name: 'Mallory', demo: false } }))

const then =
  (first: Tampering): Tampering =>
  (target, random) =>
    rechained(first(target, random))

/** By kind. Those that end in "re-chained" leave no break for anybody who has only the log. */
export const tamperings: Readonly<Record<string, Tampering>> = {
  changed: change,
  'changed, its own hash made anew': (target, random) => {
    const changed = change(target, random)
    return changed.map((event, index) =>
      event === target.events[index] ? event : { ...event, hash: chainHash(event) },
    )
  },
  'changed, re-chained': then(change),
  'hash changed': changeOne((event) => ({
    ...event,
    hash: event.hash.replace(/^./, event.hash.startsWith('0') ? '1' : '0'),
  })),
  'predecessor changed': changeOne((event) => ({ ...event, previousHash: event.hash })),
  'version changed': changeOne((event) => ({ ...event, version: event.version + 1_000 })),
  'stream changed': changeOne((event) => ({ ...event, stream: other(event.stream) })),
  dropped: dropOne,
  'dropped, re-chained': then(dropOne),
  'several dropped': dropSome,
  'several dropped, re-chained': then(dropSome),
  'neighbours reordered': swapNeighbours,
  'neighbours reordered, re-chained': then(swapNeighbours),
  'moved far': moveFar,
  'moved far, re-chained': then(moveFar),
  'reordered in a stream': swapInStream,
  'reordered in a stream, re-chained': then(swapInStream),
  'forged, re-chained': then(forge),
  duplicated: duplicate,
  'duplicated, re-chained': then(duplicate),
  truncated: truncate,
  'last sealed event cut off': truncateLast,
  'older copy restored': olderCopy,
  'older copy restored, and gone on': olderCopyGoneOn,
  'stream dropped': dropStream,
  'end of a stream dropped': dropEndOfStream,
  'stream renamed, re-chained': then(renameStream),
  'everything rewritten, re-chained': then(rewriteAll),
}
