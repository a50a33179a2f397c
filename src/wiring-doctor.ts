/** Looks at everything a controller stands on, for `tidegate doctor`: nothing is moved, and no store is opened. */
import { dirname, join } from 'node:path'
import { checkAudit } from './check-audit.ts'
import { checkStore, type LogFacts } from './check-store.ts'
import { type CheckupRequest, type CliContext, UserError } from './cli/context.ts'
import { formatDiagnostic } from './core/plan/diagnostic.ts'
import type { Operator } from './core/plan/operator.ts'
import { resolveSecret } from './drivers/resolve-secret.ts'
import { operatorDrivers } from './operator-drivers.ts'
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
  const places = await checkPlaces(stateDir)
  const store = await checkStore(stateDir)
  const clock = await checkClock(systemClock, store.facts?.lastAt ?? null)
  return [...places, ...store.findings, ...clock, ...(await checkOperator(context, request, store.facts))]
}

async function checkOperator(
  context: CliContext,
  { stateDir, operatorFile, plan }: CheckupRequest,
  facts: LogFacts | null,
): Promise<Checkup[]> {
  const settings = await settingsFor(context, stateDir, operatorFile)
  if (!settings) return [ofOperator('failed', 'file', 'no operator file is known here', 'name it with --operator FILE')]
  const operator = await readOperator(context, settings, join(stateDir, 'data')).catch((error: unknown) => {
    if (error instanceof UserError) return error
    throw error
  })
  if (operator instanceof UserError) return [ofOperator('failed', 'file', operator.message, 'mend the file')]
  const folder = dirname(settings.operatorFile)
  const { drivers } = operatorDrivers(operator, { stateDir, workingFolder: folder })
  try {
    return [
      ofOperator('ok', 'file', `${settings.operatorFile} is valid`),
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
