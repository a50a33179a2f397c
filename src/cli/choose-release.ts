/** Which release a command means when none is named. */
import type { ControllerApi } from '../server/contract.ts'
import { UserError } from './context.ts'
import { unwrap } from './describe-problem.ts'

/** The named release; else the newest that is not over, else the newest of all. Throws a `UserError` when there is none. */
export async function chooseRelease(api: ControllerApi, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const newest = await newestFirst(api)
  const chosen = newest.find(({ over }) => !over) ?? newest[0]
  if (chosen) return chosen.releaseId
  throw new UserError('no release has been started here yet; start one with: tidegate start PLAN')
}

/** The named release, else the only one that is not over: a command never guesses between two. Throws a `UserError` otherwise. */
export async function chooseRunning(api: ControllerApi, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const running = (await newestFirst(api)).filter(({ over }) => !over)
  const [only] = running
  if (only && running.length === 1) return only.releaseId
  if (!only) throw new UserError('no release is running; name one of those that tidegate status --all lists')
  throw new UserError(`several releases are running; name one: ${running.map(({ releaseId }) => releaseId).join(', ')}`)
}

export async function newestFirst(api: ControllerApi) {
  return unwrap(await api.releases()).toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
}
