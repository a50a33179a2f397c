/** The history of a register: one entry a change, each with the hash of the one before, so that none can be changed or taken out unseen. */
import { z } from 'zod'
import { digestOf } from '../../canonical.ts'
import { diffRegisters, type RegisterChange } from './diff-registers.ts'
import type { FlagRegister } from './flag-register.ts'

/** Changes that one entry names. */
const maximumChanges = 100
/** Characters of a value; of a larger one the entry has the digest. */
const maximumValue = 500

const Hash = z.string().regex(/^[\da-f]{64}$/, 'a SHA-256 in hexadecimal')
const Text = z.string().min(1).max(500)

/** What a change answers: `release`, `effect`, `fence` and `stage` of the plan that is run, or a person's `reason`. */
export const ChangeCause = z.strictObject({
  release: Text.optional(),
  stage: Text.optional(),
  effect: Text.optional(),
  fence: z.int().nonnegative().optional(),
  reason: Text.optional(),
})
export type ChangeCause = z.infer<typeof ChangeCause>

export const HistoryEntry = z.strictObject({
  /** From 1. */
  seq: z.int().positive(),
  /** ISO 8601. */
  at: z.string(),
  actor: Text,
  /** `asked`: through the API, before the file is written; `withdrawn`: the one before was not done, or undone unseen; `edited`: found in the file. */
  kind: z.enum(['asked', 'withdrawn', 'edited']),
  cause: ChangeCause.optional(),
  changes: z.array(
    z.strictObject({
      path: z.array(z.string()),
      kind: z.enum(['added', 'removed', 'changed', 'renamed']),
      before: z.json().optional(),
      after: z.json().optional(),
    }),
  ),
  /** Changes beyond those that are named. */
  omitted: z.int().nonnegative(),
  /** Versions of the register. */
  before: Text,
  after: Text,
  previous: Hash,
  hash: Hash,
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

/** What the first entry has before it. */
const noHash = '0'.repeat(64)

/** The same for registers that say the same, however they are written. */
export const versionOf = (register: FlagRegister): string => digestOf(register).slice(0, 32)

/** What a new entry says; where it stands is `sealEntry`'s. */
export type EntryDraft = Pick<HistoryEntry, 'at' | 'actor' | 'kind' | 'cause'> & {
  before: FlagRegister
  after: FlagRegister
}

export function sealEntry(
  { before, after, ...draft }: EntryDraft,
  last: Pick<HistoryEntry, 'seq' | 'hash'> | undefined,
): HistoryEntry {
  const changes = diffRegisters(before, after)
  return withHash({
    ...draft,
    seq: (last?.seq ?? 0) + 1,
    changes: changes.slice(0, maximumChanges).map(bounded),
    omitted: Math.max(0, changes.length - maximumChanges),
    before: versionOf(before),
    after: versionOf(after),
    previous: last?.hash ?? noHash,
  })
}

/** Says that what `last` asked for was not done: the register is as it was before it. */
export function sealWithdrawal(at: string, last: HistoryEntry): HistoryEntry {
  const { actor, before, after } = last
  const kind = 'withdrawn'
  return withHash({
    at,
    actor,
    kind,
    seq: last.seq + 1,
    changes: [],
    omitted: 0,
    before: after,
    after: before,
    previous: last.hash,
  })
}

/** For a register that was found otherwise than the history left it, when nobody saw what it was before. */
export function sealDiscovery(at: string, found: FlagRegister, last: HistoryEntry): HistoryEntry {
  return withHash({
    at,
    actor: 'file',
    kind: 'edited',
    cause: { reason: 'changed while nothing served it' },
    seq: last.seq + 1,
    changes: [],
    omitted: 0,
    before: last.after,
    after: versionOf(found),
    previous: last.hash,
  })
}

/** Why an entry cannot follow another; `undefined` where it does. */
export function breakBetween(
  last: Pick<HistoryEntry, 'seq' | 'hash' | 'after'> | undefined,
  entry: HistoryEntry,
): string | undefined {
  const { hash, ...sealed } = entry
  if (digestOf(sealed) !== hash) return `entry ${entry.seq} was changed`
  if (entry.seq !== (last?.seq ?? 0) + 1)
    return `entry ${entry.seq} follows ${last?.seq ?? 'nothing'}; some are missing`
  if (entry.previous !== (last?.hash ?? noHash)) return `entry ${entry.seq} does not follow the one before it`
  return undefined
}

function withHash(sealed: Omit<HistoryEntry, 'hash'>): HistoryEntry {
  const plain = JSON.parse(JSON.stringify(sealed)) as Omit<HistoryEntry, 'hash'>
  return { ...plain, hash: digestOf(plain) }
}

function bounded({ path, kind, before, after }: RegisterChange): HistoryEntry['changes'][number] {
  const value = (one: unknown) => {
    const text = JSON.stringify(one)
    return text.length <= maximumValue ? JSON.parse(text) : `sha256:${digestOf(one)}`
  }
  return {
    path,
    kind,
    ...(before !== undefined && { before: value(before) }),
    ...(after !== undefined && { after: value(after) }),
  }
}

/** `flags.yaml` has its history in `flags.history.jsonl`. */
export const historyPathOf = (registerPath: string): string =>
  `${registerPath.replace(/\.(ya?ml|json)$/i, '')}.history.jsonl`

/** `undefined` for a line that holds no entry. */
export function readHistoryLine(line: string): HistoryEntry | undefined {
  try {
    return HistoryEntry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
