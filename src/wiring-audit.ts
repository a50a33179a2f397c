/** Reads logs, checkpoint files and keys for `tidegate audit`; whoever audits needs no controller, and no operator's file where all is named. */
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { AuditRequest, AuditTools, LogSource } from './cli/audit-tools.ts'
import { type CliContext, exitCodes, UserError } from './cli/context.ts'
import { mergeHistories, type SealedHistory } from './core/audit/checkpoint-record.ts'
import { LogAudit } from './core/audit/log-audit.ts'
import { proveEvent } from './core/audit/prove-event.ts'
import { proveGrowth } from './core/audit/prove-growth.ts'
import { isKeyName, type NoteKey, parseVerifier } from './core/audit/signed-note.ts'
import { StoredEvent } from './core/audit/stored-event.ts'
import type { Operator } from './core/plan/operator.ts'
import type { Audit } from './core/plan/operator-audit.ts'
import { refuseNewer, UnreadableEvent } from './core/release/upcast/read-events.ts'
import { readCheckpointFile, signerOf } from './drivers/audit/checkpoint-file.ts'
import { makeNoteKeys, verifySignature } from './drivers/audit/note-keys.ts'
import { openStore } from './operator-store.ts'
import { eventsInFile, UnreadableLog } from './store/sqlite-log.ts'
import { readOperator, settingsFor } from './wiring.ts'

/** Events that are read from a database at once. */
const pageSize = 250

export function auditTools(context: CliContext): AuditTools {
  return {
    verify: async (request) => {
      const audit = new LogAudit(await sealedHistory(context, request))
      for await (const event of knownEvents(eventsOf(context, request))) audit.add(event)
      return audit.report()
    },
    prove: async (request, wanted) => {
      const history = await sealedHistory(context, request)
      const proof = await proveEvent(history, knownEvents(eventsOf(context, request)), wanted)
      if ('message' in proof) throw new UserError(proof.message, exitCodes.failed)
      return proof
    },
    growth: async (request, since) => {
      const growth = proveGrowth(await sealedHistory(context, request), since)
      if ('message' in growth) throw new UserError(growth.message, exitCodes.failed)
      return growth.body
    },
    events: (source) => eventsOf(context, source),
    makeKeys: (name) => {
      if (isKeyName(name)) return makeNoteKeys(name)
      throw new UserError(`"${name}" cannot name a key: it takes no spaces and no plus, and has at most 200 characters`)
    },
  }
}

async function* eventsOf(context: CliContext, source: LogSource): AsyncGenerator<StoredEvent> {
  const { stateDir, log } = source
  if (log !== undefined) {
    yield* eventsInExport(resolve(context.cwd, log))
    return
  }
  const settings = await settingsFor(context, stateDir, source.operatorFile)
  const operator = settings && (await readOperator(context, settings, join(stateDir, 'data')))
  if (settings && operator?.store) {
    yield* eventsInDatabase(operator, { stateDir, workingFolder: dirname(settings.operatorFile) })
    return
  }
  const file = join(stateDir, 'events.db')
  if (!existsSync(file)) throw new UserError(`there is no event log in ${stateDir}; name its folder with --state DIR`)
  try {
    yield* eventsInFile(file)
  } catch (error) {
    throw error instanceof UnreadableLog ? new UserError(error.message, exitCodes.failed) : error
  }
}

/** A newer Tidegate may hash what this one does not know of: its events are not called false, they are not judged at all. */
async function* knownEvents(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent> {
  for await (const event of events) {
    try {
      refuseNewer(event)
    } catch (error) {
      throw error instanceof UnreadableEvent ? new UserError(error.message, exitCodes.failed) : error
    }
    yield event
  }
}

/** Events of a shared store, a page at a time. */
async function* eventsInDatabase(
  operator: Operator,
  places: Parameters<typeof openStore>[1],
): AsyncGenerator<StoredEvent> {
  const { store, leases } = await openStore(operator, places)
  try {
    for (let position = 0; ; ) {
      const page = await store.readAll(position, pageSize)
      yield* page
      const last = page.at(-1)
      if (!last) return
      position = last.position
    }
  } finally {
    await leases.close()
    await store.close()
  }
}

/** What `tidegate audit export` wrote, in either form. */
async function* eventsInExport(file: string): AsyncGenerator<StoredEvent> {
  const stream = createReadStream(file)
  let number = 0
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line === '') continue
      const event = exportedEvent(line)
      if (!event) throw new UserError(`${file}:${number} is no event of a log`, exitCodes.failed)
      yield event
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined ? error : new UserError(`cannot read ${file} (${code})`)
  } finally {
    stream.destroy()
  }
}

function exportedEvent(line: string): StoredEvent | null {
  try {
    const value: unknown = JSON.parse(line)
    const isCloudEvent = typeof value === 'object' && value !== null && 'specversion' in value && 'data' in value
    return StoredEvent.parse(isCloudEvent ? value.data : value)
  } catch {
    return null
  }
}

/** All that the named checkpoint files vouch for, or the operator's. */
async function sealedHistory(context: CliContext, request: AuditRequest): Promise<SealedHistory> {
  const named = request.checkpoints.map((file) => resolve(context.cwd, file))
  const isComplete = named.length > 0 && request.key !== undefined
  const operator = isComplete ? null : await operatorAudit(context, request)
  const files = named.length > 0 ? named : operator ? [resolve(operator.folder, operator.audit.checkpoints)] : []
  if (files.length === 0) return mergeHistories([])
  const verifiers = [await verifierOf(context, request.key, operator)]
  const histories = files.map(async (file) => {
    if (!existsSync(file))
      throw new UserError(`there is no checkpoint file ${file}: nothing vouches for the log`, exitCodes.failed)
    const history = await readCheckpointFile(file, { verifiers, verify: verifySignature }).catch(
      (error: NodeJS.ErrnoException) => {
        throw error.code === undefined ? error : new UserError(`cannot read ${file} (${error.code})`)
      },
    )
    const problems = history.problems.map((problem) => ({ ...problem, file }))
    return { ...history, problems }
  })
  return mergeHistories(await Promise.all(histories))
}

interface OperatorAudit {
  audit: Audit
  folder: string
}

async function operatorAudit(context: CliContext, request: AuditRequest): Promise<OperatorAudit | null> {
  const { stateDir, operatorFile, checkpoints } = request
  const settings = await settingsFor(context, stateDir, operatorFile)
  if (!settings && checkpoints.length === 0 && request.key === undefined) return null
  if (!settings)
    throw new UserError('name the checkpoint file with --checkpoints FILE and the verifier key with --key KEY')
  const { audit } = await readOperator(context, settings, join(stateDir, 'data'))
  return audit ? { audit, folder: dirname(settings.operatorFile) } : null
}

async function verifierOf(
  context: CliContext,
  key: string | undefined,
  operator: OperatorAudit | null,
): Promise<NoteKey> {
  if (key !== undefined) {
    const text = key.includes('+')
      ? key
      : await readFile(resolve(context.cwd, key), 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new UserError(
            `--key takes a verifier key (NAME+ID+KEY) or a file that holds one; ${key}: ${error.code}`,
          )
        })
    const verifier = parseVerifier(text.trim())
    if (verifier) return verifier
    throw new UserError(
      `--key ${key.startsWith('PRIVATE+') ? 'was given a signing key' : 'holds no verifier key'}; give the one that tidegate audit keygen printed`,
    )
  }
  if (!operator) throw new UserError('the operator’s file names no audit key; name the verifier key with --key KEY')
  const signer = await signerOf(operator.audit, operator.folder)
  if (signer.ok) return signer.value.verifier
  throw new UserError(`${signer.error.message}; or name the verifier key with --key KEY`)
}
