/** Starts a release, and where it takes another one's place, waits until that one went back. */
import type { StartRequest } from '../server/contract.ts'
import { type CliContext, type Connection, UserError } from './context.ts'
import { pauseFor } from './pause-for.ts'

/** How often a release is asked whether it has gone back, and for how long: longer than a rollback is ever tried. */
const waits = { everyMs: 500, timeoutMs: 900_000 }

type Started = Awaited<ReturnType<Connection['api']['start']>>

/** Asks again until the release is over whose place is taken; null when the person leaves first. Throws a `UserError` when it does not end. */
export async function startInTurn(
  context: CliContext,
  { api, served }: Connection,
  request: StartRequest,
): Promise<Started | null> {
  if (!request.supersedes) return api.start(request)
  const leave = new AbortController()
  const stopListening = context.onInterrupt(() => leave.abort())
  try {
    for (let waitedMs = 0; waitedMs <= waits.timeoutMs; waitedMs += waits.everyMs) {
      const answer = await api.start(request)
      const older = answer.ok ? undefined : answer.problem.waitsFor
      if (older === undefined) return answer
      if (waitedMs === 0) context.err(`Release ${older} goes back first; this one starts when that is over.`)
      await pauseFor(waits.everyMs, leave.signal)
      if (!leave.signal.aborted) continue
      context.err(
        served === 'local'
          ? `No controller takes ${older} back any more.`
          : `Release ${older} goes back at its controller.`,
      )
      context.err('Nothing else was started; the same command goes on from here.')
      return null
    }
    throw new UserError(
      `${request.supersedes.releaseId} has not ended yet; see why with tidegate status, then start again`,
    )
  } finally {
    stopListening()
  }
}
