/** Stays with a release on behalf of a command: until it is over, held or interrupted, with a word about who runs it from there. */
import { terminalStatuses } from '../core/release/release.ts'
import type { ReleaseView } from '../server/contract.ts'
import { type CliContext, type Connection, type ExitCode, exitCodes } from './context.ts'
import { watchRelease } from './watch-release.ts'

export async function followRelease(
  context: CliContext,
  connection: Connection,
  releaseId: string,
  options: { untilHeld?: boolean; json?: boolean },
): Promise<ReleaseView> {
  const leave = new AbortController()
  const stopListening = context.onInterrupt(() => leave.abort())
  try {
    const { untilHeld = false, json = false } = options
    const view = await watchRelease(context, connection.api, releaseId, {
      signal: leave.signal,
      untilHeld,
      chatter: json,
    })
    noteWhoRunsIt(context, connection, view)
    return view
  } finally {
    stopListening()
  }
}

/** Whoever leaves a running release is told what becomes of it. */
export function noteWhoRunsIt(
  { err }: CliContext,
  { served }: Pick<Connection, 'served'>,
  { releaseId, status, shares }: ReleaseView,
): void {
  if (terminalStatuses.includes(status)) return
  if (served === 'remote') {
    err(`Release ${releaseId} goes on at its controller; tidegate watch ${releaseId} shows it again.`)
    return
  }
  const traffic = `traffic stays as it is (candidate at ${shares.observed ?? 0} %)`
  err(`No controller runs release ${releaseId} any more: ${traffic}, and nobody judges it.`)
  err(`It goes on where it was with: tidegate watch ${releaseId}`)
}

/** For commands that stayed with the release: what has not ended is undecided. */
export function exitCodeOf(status: ReleaseView['status']): ExitCode {
  if (status === 'Succeeded') return exitCodes.ok
  return terminalStatuses.includes(status) ? exitCodes.failed : exitCodes.undecided
}
