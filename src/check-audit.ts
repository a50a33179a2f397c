/** The audit of an operator, for `tidegate doctor`: its key, the place of its checkpoints, and how far they reach. */
import { relative, resolve } from 'node:path'
import type { LogFacts } from './check-store.ts'
import type { NoteKey } from './core/audit/signed-note.ts'
import type { Audit } from './core/plan/operator-audit.ts'
import { readCheckpointFile, signerOf } from './drivers/audit/checkpoint-file.ts'
import { verifySignature } from './drivers/audit/note-keys.ts'
import { findingIn } from './server/checkup/finding-in.ts'
import type { Checkup } from './server/contract.ts'

const found = findingIn('audit')
const setUp = 'make a key with `tidegate audit keygen`, and say in `audit` of the operator file where checkpoints go'
const findOut = 'find out more with: tidegate audit verify'

interface Places {
  /** Where relative paths of the operator's file start. */
  folder: string
  stateDir: string
}

export async function checkAudit(
  audit: Audit | undefined,
  { folder, stateDir }: Places,
  facts: LogFacts | null,
): Promise<Checkup[]> {
  if (!audit) return [found('warning', 'checkpoints', 'nothing would show that the log was rewritten', setUp)]
  const signer = await signerOf(audit, folder)
  if (!signer.ok) return [found('failed', 'key', signer.error.message, setUp)]
  const { verifier } = signer.value
  const path = resolve(folder, audit.checkpoints)
  const key = found('ok', 'key', `signs as ${verifier.name}`)
  return [key, ...besideTheLog(path, stateDir), await lastCheckpoint(path, verifier, facts)]
}

function besideTheLog(path: string, stateDir: string): Checkup[] {
  if (relative(resolve(stateDir), path).startsWith('..')) return []
  const hint = 'whoever can rewrite the log can cut it off there: choose another disk or machine'
  return [found('warning', 'place', `${path} lies in the state folder`, hint)]
}

async function lastCheckpoint(path: string, verifier: NoteKey, facts: LogFacts | null): Promise<Checkup> {
  const read = await readCheckpointFile(path, { verifiers: [verifier], verify: verifySignature }).catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (read instanceof Error)
    return found('failed', 'checkpoints', `${path} cannot be read (${read.code ?? read.message})`, 'mend its place')
  const { heads, problems, position } = read
  const [problem] = problems
  if (problem)
    return found('failed', 'checkpoints', `line ${problem.line} of ${path} does not hold: ${problem.message}`, findOut)
  const last = heads.at(-1)
  const events = facts?.events ?? 0
  if (!last && events === 0) return found('ok', 'checkpoints', 'none yet, as there are no events')
  if (!last)
    return found('warning', 'checkpoints', `none yet over ${events} events`, 'they come when a controller runs')
  if (facts && position > facts.lastPosition)
    return found('failed', 'checkpoints', `they vouch for ${last.size} events, the log has ${events}`, findOut)
  const since = events > last.size ? `; ${events - last.size} since` : ''
  return found('ok', 'checkpoints', `${last.size} events sealed, the newest at ${last.at}${since}`)
}
