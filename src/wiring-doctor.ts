/** Looks at everything a controller stands on, for `tidegate doctor`: nothing is moved, and no store is opened. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type CheckupRequest, type CliContext, UserError } from './cli/context.ts'
import { formatDiagnostic } from './core/plan/diagnostic.ts'
import type { Operator } from './core/plan/operator.ts'
import type { Audit } from './core/plan/operator-audit.ts'
import { readCheckpointFile, signerOf } from './drivers/audit/checkpoint-file.ts'
import { verifySignature } from './drivers/audit/note-keys.ts'
import { resolveSecret } from './drivers/resolve-secret.ts'
import { operatorDrivers } from './operator-drivers.ts'
import { systemClock } from './runtime/system-clock.ts'
import { checkClock } from './server/checkup/check-clock.ts'
import { checkDrivers, checkSecrets } from './server/checkup/check-drivers.ts'
import { checkPlaces } from './server/checkup/check-places.ts'
import type { Checkup } from './server/contract.ts'
import { preparePlan } from './server/prepare-plan.ts'
import { connectToController } from './server/socket-client.ts'
import { inspectSqlite, type SqliteInspection } from './store/inspect-sqlite.ts'
import { readOperator, settingsFor } from './wiring.ts'

const line = (
  area: Checkup['area'],
  state: Checkup['state'],
  what: string,
  message: string,
  hint?: string,
): Checkup => ({ area, what, state, message, ...(hint !== undefined && { hint }) })

export async function checkUp(context: CliContext, request: CheckupRequest): Promise<Checkup[]> {
  const { stateDir } = request
  const places = await checkPlaces(stateDir)
  const { found: store, inspection } = await checkStore(stateDir)
  const clock = await checkClock(systemClock, inspection?.lastAt ?? null)
  return [...places, ...store, ...clock, ...(await checkOperator(context, request, inspection))]
}

async function checkStore(stateDir: string): Promise<{ found: Checkup[]; inspection: SqliteInspection | null }> {
  const file = join(stateDir, 'events.db')
  if (!existsSync(file))
    return {
      found: [
        line(
          'store',
          'warning',
          'event log',
          `there is none in ${stateDir} yet`,
          'the first `tidegate start` makes it',
        ),
      ],
      inspection: null,
    }
  const controller = await connectToController(stateDir)
  const held = controller
    ? line('store', 'ok', 'controller', 'one is at work and answers')
    : line('store', 'ok', 'controller', 'none is at work')
  const inspected = inspectSqlite(file)
  if (!inspected.ok) {
    const hint = 'restore the last backup, and keep this file for whoever finds out why'
    return { found: [held, line('store', 'failed', 'event log', inspected.message, hint)], inspection: null }
  }
  const { value } = inspected
  return { found: [held, ...storeLines(file, value)], inspection: value }
}

function storeLines(
  file: string,
  { schema, newestSchema, journalMode, integrity, events, sizeBytes }: SqliteInspection,
): Checkup[] {
  const size = `${events} events in ${Math.ceil(sizeBytes / 1024)} KiB`
  return [
    integrity === 'ok'
      ? line('store', 'ok', 'event log', `${size}, its pages are whole`)
      : line('store', 'failed', 'event log', `${file} is damaged: ${integrity}`, 'restore the last backup'),
    schema === null
      ? line(
          'store',
          'failed',
          'schema',
          `${file} belongs to another program`,
          'move it away, or choose another state folder',
        )
      : schema > newestSchema
        ? line(
            'store',
            'failed',
            'schema',
            `version ${schema}, this Tidegate knows up to ${newestSchema}`,
            'use the version that wrote it, or a newer one',
          )
        : line(
            'store',
            'ok',
            'schema',
            schema === newestSchema
              ? `version ${schema}`
              : `version ${schema}; the next controller brings it to ${newestSchema}`,
          ),
    journalMode === 'wal'
      ? line('store', 'ok', 'durable', 'write-ahead log; every append waits for the disk')
      : line(
          'store',
          'warning',
          'durable',
          `journal mode ${journalMode}, not wal`,
          'the next controller sets it, or says why it cannot',
        ),
  ]
}

async function checkOperator(
  context: CliContext,
  request: CheckupRequest,
  inspection: SqliteInspection | null,
): Promise<Checkup[]> {
  const { stateDir } = request
  const settings = await settingsFor(context, stateDir, request.operatorFile)
  if (!settings)
    return [line('operator', 'failed', 'file', 'no operator file is known here', 'name it with --operator FILE')]
  const operator = await readOperator(context, settings, join(stateDir, 'data')).catch((error: unknown) => {
    if (error instanceof UserError) return error
    throw error
  })
  if (operator instanceof UserError) return [line('operator', 'failed', 'file', operator.message, 'mend the file')]
  const folder = dirname(settings.operatorFile)
  const { drivers } = operatorDrivers(operator, { stateDir, workingFolder: folder })
  try {
    return [
      line('operator', 'ok', 'file', `${settings.operatorFile} is valid`),
      ...(await checkSecrets(operator, (ref) => resolveSecret(ref, { folder }))),
      ...(await checkDrivers(operator, drivers)),
      ...checkPlan(operator, request.plan),
      ...(await checkAudit(operator.audit, { folder, stateDir, inspection })),
    ]
  } finally {
    await drivers.close()
  }
}

function checkPlan(operator: Operator, plan: CheckupRequest['plan']): Checkup[] {
  if (!plan) return []
  const { diagnostics } = preparePlan(plan, operator)
  const serious = diagnostics.filter(({ severity }) => severity !== 'note')
  if (serious.length === 0) return [line('plan', 'ok', plan.document.path, 'it is bound, and could start')]
  return serious.map((one) =>
    line('plan', one.severity === 'error' ? 'failed' : 'warning', plan.document.path, formatDiagnostic(one)),
  )
}

interface AuditPlaces {
  folder: string
  stateDir: string
  inspection: SqliteInspection | null
}

async function checkAudit(audit: Audit | undefined, { folder, stateDir, inspection }: AuditPlaces): Promise<Checkup[]> {
  const hint = 'make a key with `tidegate audit keygen`, and say in `audit` of the operator file where checkpoints go'
  if (!audit) return [line('audit', 'warning', 'checkpoints', 'nothing would show that the log was rewritten', hint)]
  const signer = await signerOf(audit, folder)
  if (!signer.ok) return [line('audit', 'failed', 'key', signer.error.message, hint)]
  const path = resolve(folder, audit.checkpoints)
  const found = [line('audit', 'ok', 'key', `signs as ${signer.value.verifier.name}`)]
  if (!relative(resolve(stateDir), path).startsWith('..'))
    found.push(
      line(
        'audit',
        'warning',
        'place',
        `${path} lies in the state folder`,
        'whoever can rewrite the log can cut it off there: choose another disk or machine',
      ),
    )
  return [...found, await lastCheckpoint(path, signer.value.verifier, inspection)]
}

async function lastCheckpoint(
  path: string,
  verifier: Parameters<typeof readCheckpointFile>[1]['verifiers'][number],
  inspection: SqliteInspection | null,
): Promise<Checkup> {
  const read = await readCheckpointFile(path, { verifiers: [verifier], verify: verifySignature }).catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (read instanceof Error)
    return line('audit', 'failed', 'checkpoints', `${path} cannot be read (${read.code})`, 'mend its place')
  const { heads, problems, position } = read
  const [problem] = problems
  if (problem)
    return line(
      'audit',
      'failed',
      'checkpoints',
      `line ${problem.line} of ${path} does not hold: ${problem.message}`,
      'find out more with: tidegate audit verify',
    )
  const last = heads.at(-1)
  const events = inspection?.events ?? 0
  if (!last)
    return events === 0
      ? line('audit', 'ok', 'checkpoints', 'none yet, as there are no events')
      : line('audit', 'warning', 'checkpoints', `none yet over ${events} events`, 'they come when a controller runs')
  const behind = events - last.size
  if (inspection && position > inspection.lastPosition)
    return line(
      'audit',
      'failed',
      'checkpoints',
      `they vouch for ${last.size} events, the log has ${events}`,
      'find out more with: tidegate audit verify',
    )
  return line(
    'audit',
    'ok',
    'checkpoints',
    `${last.size} events sealed, the newest at ${last.at}${behind > 0 ? `; ${behind} since` : ''}`,
  )
}
