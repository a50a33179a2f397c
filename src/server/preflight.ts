/** What must be true of the surroundings before a release starts: every driver answers, knows its names, and the baseline has the traffic. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Outcome } from '../core/release/outcome.ts'
import type { DriverSet } from '../ports/drivers.ts'

const timeoutMs = 5_000

/** Empty when the release may start; nothing is changed by looking. */
export async function preflight(plan: Plan, drivers: DriverSet): Promise<Diagnostic[]> {
  const context = () => ({ signal: AbortSignal.timeout(timeoutMs), timeoutMs })
  const { rollout, metrics } = plan
  const findings: Diagnostic[] = []
  const note = (ruleId: string, what: string, outcome: Outcome<unknown> | undefined) => {
    if (outcome === undefined) findings.push(finding(ruleId, `${what}: no driver serves it`))
    else if (!outcome.ok) findings.push(finding(ruleId, `${what}: ${outcome.error.message}`, outcome.error.cause))
  }
  const router = drivers.router(rollout.router)
  note('ROUTER_NOT_READY', `router ${rollout.router}`, await router?.ping(rollout.router, context()))
  note(
    'DEPLOYER_NOT_READY',
    `deployer ${rollout.deployer}`,
    await drivers.deployer(rollout.deployer)?.ping(rollout.deployer, context()),
  )
  for (const { id, metricSource, query } of Object.values(metrics)) {
    const outcome = await drivers
      .metricSource(metricSource)
      ?.read(metricSource, { query, arms: rollout.arms }, context())
    note('METRIC_NOT_READY', `metric ${id} at ${metricSource}`, outcome)
  }
  const arrivals = { query: rollout.arrivals.query, arms: rollout.arms }
  const { metricSource } = rollout.arrivals
  note(
    'METRIC_NOT_READY',
    `arrivals at ${metricSource}`,
    await drivers.metricSource(metricSource)?.read(metricSource, arrivals, context()),
  )
  if (findings.length > 0) return findings
  return [...(await baselineFindings(plan, drivers, context))]
}

/** Going back must lead somewhere: the baseline answers its health check and carries all traffic now. */
async function baselineFindings(
  plan: Plan,
  drivers: DriverSet,
  context: () => { signal: AbortSignal; timeoutMs: number },
): Promise<Diagnostic[]> {
  const { router, deployer, baseline } = plan.rollout
  const versions = await drivers.deployer(deployer)?.readVersion(deployer, context())
  const healthy = versions?.ok && versions.value.running.some(({ version, healthy }) => version === baseline && healthy)
  if (!healthy)
    return [
      finding(
        'BASELINE_NOT_HEALTHY',
        `${baseline} is not healthy at ${deployer}`,
        `deploy ${baseline} first: a rollback goes there`,
      ),
    ]
  const shares = await drivers.router(router)?.readShares(router, context())
  if (shares?.ok && shares.value[baseline] === 100) return []
  const now = shares?.ok ? JSON.stringify(shares.value) : shares?.error.message
  return [
    finding(
      'TRAFFIC_NOT_AT_BASELINE',
      `${router} does not send all traffic to ${baseline} (${now})`,
      'set the baseline to 100 % first',
    ),
  ]
}

function finding(ruleId: string, message: string, hint?: string): Diagnostic {
  return { ruleId, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }
}
