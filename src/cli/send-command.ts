/** Sends a person's command to a release and says what became of it. */
import type { ReleaseCommand } from '../core/release/commands.ts'
import type { ControllerApi, ReleaseView } from '../server/contract.ts'
import type { CliContext } from './context.ts'
import { unwrap } from './describe-problem.ts'
import { releaseShapes, shapeSpan } from './status-shapes.ts'
import { plainText } from './styled-line.ts'

/** The release after the command. Throws a `UserError` when it was refused. */
export async function sendCommand(
  api: ControllerApi,
  releaseId: string,
  actor: string,
  command: ReleaseCommand,
): Promise<ReleaseView> {
  return unwrap(await api.command(releaseId, { actor, command }))
}

/** One line for a person, or the whole view as JSON. */
export function printOutcome({ out }: CliContext, view: ReleaseView, json: boolean): void {
  const { text } = shapeSpan(releaseShapes[view.status])
  out(json ? JSON.stringify(view) : plainText(`${view.releaseId} ${text}. ${view.next}`))
}
