/**
 * Whether a new release may take an older one's place. The older one goes back and ends first; its log is all that remembers for whom, so that a
 * start which is asked for again goes on where it was, after a restart of the controller too.
 */
import { isOver, type Release } from '../core/release/release.ts'
import { type ProblemAnswer, problem } from './problems.ts'

/** `taken`: nobody has told the older one yet; `leaving`: it goes back for `by`; `free`: it did, and ended as it should. */
export function placeOf(older: Release, by: string): 'taken' | 'leaving' | 'free' | ProblemAnswer {
  const { releaseId, status, rollback, ended } = older
  const isForUs = rollback?.cause.kind === 'superseded' && rollback.cause.by === by
  if (!isOver(older)) return isForUs ? 'leaving' : 'taken'
  if (isForUs && status === 'Superseded') return 'free'
  if (isForUs)
    return problem(
      409,
      'It did not go back well',
      `release ${releaseId} is ${status}: ${ended?.reason}`,
      'see to that first, then start without --supersedes',
    )
  return problem(409, 'It is over', `release ${releaseId} (${status}) is over`, 'start without --supersedes')
}

/** What the caller hears until the place is free; it asks again then. */
export function goesBackFirst(releaseId: string, by: string): ProblemAnswer {
  const detail = `release ${releaseId} goes back and ends before ${by} starts; nothing of ${by} was done yet`
  const { problem: base } = problem(409, 'Not yet', detail, 'start it again with the same --supersedes')
  return { ok: false, problem: { ...base, waitsFor: releaseId } }
}
