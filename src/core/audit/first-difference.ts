/** Where a log first differs from the leaves that its checkpoints vouch for, and in what way. */

export interface Difference {
  /**
   * `changed`: another event stands in its place. `missing`: it is nowhere, and the next ones moved up. `added`: it was never there. `moved`: the
   * same events in another order. `truncated`: the log ends before it.
   */
  kind: 'changed' | 'missing' | 'added' | 'moved' | 'truncated'
  /** From 0. */
  index: number
  message: string
}

/** Leaves beyond the vouched ones are no difference. */
export function firstDifference(actual: readonly string[], vouched: readonly string[]): Difference | null {
  const index = vouched.findIndex((leaf, at) => leaf !== actual[at])
  const [wanted, found] = [vouched[index], actual[index]]
  if (wanted === undefined) return null
  if (found === undefined) {
    const message = `the log ends after event ${index}, of ${vouched.length} that checkpoints vouch for: its end was cut off, or an older copy was put in its place`
    return { kind: 'truncated', index, message }
  }
  const later = new Set(actual.slice(index))
  const missing = vouched.slice(index).filter((leaf) => !later.has(leaf)).length
  const isElsewhere = later.has(wanted)
  const isVouched = vouched.includes(found, index)
  if (isElsewhere && isVouched)
    return { kind: 'moved', index, message: 'the event that belongs here stands further on' }
  if (isElsewhere) return { kind: 'added', index, message: 'it is not among those that checkpoints vouch for' }
  const events = `${missing} ${missing === 1 ? 'event' : 'events'}`
  return isVouched
    ? {
        kind: 'missing',
        index,
        message: `what stands here belongs further on; ${events} that checkpoints vouch for are gone`,
      }
    : { kind: 'changed', index, message: `it is not what checkpoints vouch for; ${events} from here on differ` }
}
