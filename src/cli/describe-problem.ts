/** A controller's answer as a command needs it: the value, or the problem as one clear message with its exit code. */
import { formatDiagnostic } from '../core/plan/diagnostic.ts'
import type { Answer, Problem } from '../server/contract.ts'
import { type ExitCode, exitCodes, UserError } from './context.ts'
import { plainText } from './styled-line.ts'

/** Title and detail on the first line, then one line a diagnostic, then what to do. */
export function describeProblem({ title, detail, hint, diagnostics = [] }: Problem): string {
  const lines = [
    `${title}: ${detail}`,
    ...diagnostics.map((one) => `  ${formatDiagnostic(one)}`),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ]
  return lines.map(plainText).join('\n')
}

/** Throws a `UserError` for a problem. */
export function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value
  throw new UserError(describeProblem(answer.problem), exitCodeOf(answer.problem))
}

function exitCodeOf({ status, diagnostics = [] }: Problem): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAuthorised
  const isMistake = status >= 400 && status < 500 && status !== 409 && diagnostics.length === 0
  return isMistake ? exitCodes.usage : exitCodes.failed
}
