/** What must be true of the surroundings before a release starts: every driver answers, knows its names, and the baseline has the traffic. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import { ladderOf, type Plan } from '../core/plan/plan.ts'
import type { Service } from '../core/plan/service.ts'
import type { Outcome } from '../core/release/outcome.ts'
import type { DriverSet } from '../ports/drivers.ts'

const timeoutMs = 5_000

const baselineNotHealthy = 'BASELINE_NOT_HEALTHY'

/** Errors keep the release from starting, warnings until they are accepted by name. Nothing is changed by looking. */
export async function preflight(plan: Plan, drivers: DriverSet): Promise<Diagnostic[]> {
  const context = () => ({ signal: AbortSignal.timeout(timeoutMs), timeoutMs })
  const findings: Diagnostic[] = []
  for (const service of plan.services) findings.push(...(await serviceFindings(plan, service, drivers, context)))
  if (findings.length > 0) return findings
  for (const service of plan.services) findings.push(...(await baselineFindings(service, drivers, context)))
  return findings
}

type Context = () => { signal: AbortSignal; timeoutMs: number }

/** Every driver that moves or measures the service answers and knows its names. */
async function serviceFindings(
  plan: Plan,
  { name, mover, deployer, arms, arrivals }: Service,
  drivers: DriverSet,
  context: Context,
): Promise<Diagnostic[]> {
  const findings: Diagnostic[] = []
  const note = (ruleId: string, what: string, outcome: Outcome<unknown> | undefined) => {
    if (outcome === undefined) findings.push(finding(ruleId, `${what}: no driver serves it`))
    else if (!outcome.ok) findings.push(finding(ruleId, `${what}: ${outcome.error.message}`, outcome.error.cause))
  }
  const target = mover.kind === 'traffic' ? mover.router : mover.backend
  const driver = mover.kind === 'traffic' ? drivers.router(target) : drivers.flagBackend(target)
  note('ROUTER_NOT_READY', `router ${target}`, await driver?.ping(target, context()))
  if (deployer !== undefined)
    note('DEPLOYER_NOT_READY', `deployer ${deployer}`, await drivers.deployer(deployer)?.ping(deployer, context()))
  const rungs = ladderOf(plan, name).flatMap(({ stage }) => [...stage.criteria, ...stage.triggers])
  const used = new Set(rungs.map(({ metricId }) => metricId))
  for (const { id, metricSource, query } of Object.values(plan.metrics).filter(({ id }) => used.has(id))) {
    const outcome = await drivers.metricSource(metricSource)?.read(metricSource, { query, arms }, context())
    note('METRIC_NOT_READY', `metric ${id} at ${metricSource}`, outcome)
  }
  if (!arrivals) return findings
  const { metricSource, query } = arrivals
  const outcome = await drivers.metricSource(metricSource)?.read(metricSource, { query, arms }, context())
  note('METRIC_NOT_READY', `arrivals at ${metricSource}`, outcome)
  return findings
}

/**
 * Going back must lead somewhere: the baseline answers its health check and has all users now. One that is not healthy is a warning, for the
 * release may be what repairs it; whoever starts it accepts that a rollback goes there all the same.
 */
async function baselineFindings(service: Service, drivers: DriverSet, context: Context): Promise<Diagnostic[]> {
  return [...(await healthFindings(service, drivers, context)), ...(await trafficFindings(service, drivers, context))]
}

async function healthFindings(
  { deployer, baseline, isFirstRelease }: Service,
  drivers: DriverSet,
  context: Context,
): Promise<Diagnostic[]> {
  if (deployer === undefined || isFirstRelease) return []
  const versions = await drivers.deployer(deployer)?.readVersion(deployer, context())
  const isHealthy =
    versions?.ok && versions.value.running.some(({ version, healthy }) => version === baseline && healthy)
  if (isHealthy) return []
  const hint = `deploy ${baseline} first, for a rollback goes there; where this release repairs it, start with --ack ${baselineNotHealthy}`
  return [{ ...finding(baselineNotHealthy, `${baseline} is not healthy at ${deployer}`, hint), severity: 'warning' }]
}

async function trafficFindings(
  { mover, baseline }: Service,
  drivers: DriverSet,
  context: Context,
): Promise<Diagnostic[]> {
  if (mover.kind === 'flag') {
    const setting = await drivers.flagBackend(mover.backend)?.readFlag(mover.backend, mover.flag, context())
    if (setting?.ok && setting.value.percent === 0) return []
    const now = setting?.ok ? `${setting.value.percent} %` : setting?.error.message
    return [finding('TRAFFIC_NOT_AT_BASELINE', `${mover.flag} is not off (${now})`, 'turn it off first')]
  }
  const shares = await drivers.router(mover.router)?.readShares(mover.router, context())
  if (shares?.ok && shares.value[baseline] === 100) return []
  const now = shares?.ok ? JSON.stringify(shares.value) : shares?.error.message
  const message = `${mover.router} does not send all traffic to ${baseline} (${now})`
  return [finding('TRAFFIC_NOT_AT_BASELINE', message, 'set the baseline to 100 % first')]
}

function finding(ruleId: string, message: string, hint?: string): Diagnostic {
  return { ruleId, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }
}
