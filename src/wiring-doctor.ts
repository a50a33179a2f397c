/** Looks at everything a controller stands on, for `tidegate doctor`: nothing is moved, and no store is opened unless snapshots are to be made anew. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkAudit } from './check-audit.ts'
import { rebuildSnapshots } from './check-snapshots.ts'
import { checkStore, type LogFacts } from './check-store.ts'
import { type CheckupRequest, type CliContext, UserError } from './cli/context.ts'
import { formatDiagnostic } from './core/plan/diagnostic.ts'
import type { Operator } from './core/plan/operator.ts'
import { resolveSecret } from './drivers/resolve-secret.ts'
import { operatorDrivers } from './operator-drivers.ts'
import { openEmbeddedStore, openStore, type Places } from './operator-store.ts'
import { systemClock } from './runtime/system-clock.ts'
import { checkClock } from './server/checkup/check-clock.ts'
import { checkDrivers, checkSecrets } from './server/checkup/check-drivers.ts'
import { checkPlaces } from './server/checkup/check-places.ts'
import { findingIn } from './server/checkup/finding-in.ts'
import type { Checkup } from './server/contract.ts'
import { preparePlan } from './server/prepare-plan.ts'
import { readOperator, settingsFor } from './wiring.ts'

const ofOperator = findingIn('operator')

export async function checkUp(context: CliContext, request: CheckupRequest): Promise<Checkup[]> {
  const { stateDir } = request
  const known = await knownOperator(context, request)
  const operator = 'operator' in known ? known.operator : null
  const workingFolder = 'operator' in known ? known.workingFolder : stateDir
  const places = await checkPlaces(stateDir)
  const rebuilt = request.rebuildSnapshots ? [await rebuild(operator, { stateDir, workingFolder })] : []
  const store = await checkStore(operator, { stateDir, workingFolder })
  const clock = await checkClock(systemClock, store.facts?.lastAt ?? null)
  const lent = 'operator' in known ? await checkLent(known, request, store.facts) : [known.finding]
  return [...places, ...rebuilt, ...store.findings, ...clock, ...lent]
}

/** Throws a `UserError` where the store is held, or is not there. */
async function rebuild(operator: Operator | null, places: Places): Promise<Checkup> {
  const file = join(places.stateDir, 'events.db')
  if (!operator?.store && !existsSync(file)) throw new UserError(`there is no event log in ${places.stateDir}`)
  const shared = operator?.store && (await openStore(operator, places))
  const store = shared ? shared.store : await openEmbeddedStore(file)
  try {
    return await rebuildSnapshots(store)
  } finally {
    await shared?.leases.close()
    await store.close()
  }
}

interface KnownOperator {
  operator: Operator
  file: string
  workingFolder: string
}

/** Else the finding that says why there is none. */
async function knownOperator(
  context: CliContext,
  { stateDir, operatorFile }: CheckupRequest,
): Promise<KnownOperator | { finding: Checkup }> {
  const settings = await settingsFor(context, stateDir, operatorFile)
  if (!settings)
    return { finding: ofOperator('failed', 'file', 'no operator file is known here', 'name it with --operator FILE') }
  const operator = await readOperator(context, settings, join(stateDir, 'data')).catch((error: unknown) => {
    if (error instanceof UserError) return error
    throw error
  })
  if (operator instanceof UserError) return { finding: ofOperator('failed', 'file', operator.message, 'mend the file') }
  return { operator, file: settings.operatorFile, workingFolder: dirname(settings.operatorFile) }
}

/** What the operator lends, and what a plan makes of it. */
async function checkLent(
  { operator, file, workingFolder: folder }: KnownOperator,
  { stateDir, plan }: CheckupRequest,
  facts: LogFacts | null,
): Promise<Checkup[]> {
  const { drivers } = operatorDrivers(operator, { stateDir, workingFolder: folder })
  try {
    return [
      ofOperator('ok', 'file', `${file} is valid`),
      ...(await checkSecrets(operator, (ref) => resolveSecret(ref, { folder }))),
      ...(await checkDrivers(operator, drivers)),
      ...(plan ? checkPlan(operator, plan) : []),
      ...(await checkAudit(operator.audit, { folder, stateDir }, facts)),
    ]
  } finally {
    await drivers.close()
  }
}

/** What would keep it from starting, or would have to be accepted by name. */
function checkPlan(operator: Operator, plan: NonNullable<CheckupRequest['plan']>): Checkup[] {
  const ofPlan = findingIn('plan')
  const { path } = plan.document
  const serious = preparePlan(plan, operator).diagnostics.filter(({ severity }) => severity !== 'note')
  if (serious.length === 0) return [ofPlan('ok', path, 'it is bound, and could start')]
  return serious.map((one) => ofPlan(one.severity === 'error' ? 'failed' : 'warning', path, formatDiagnostic(one)))
}
