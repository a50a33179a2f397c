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
  const findings = await surroundings(plan, drivers)
  if (findings.length > 0) return findings
  for (const service of plan.services) findings.push(...(await baselineFindings(service, drivers, freshContext)))
  return findings
}

/** What must be there whoever has the traffic now: every driver, and every name at it. */
export async function surroundings(plan: Plan, drivers: DriverSet): Promise<Diagnostic[]> {
  const findings: Diagnostic[] = []
  for (const service of plan.services) {
    findings.push(...cohortFindings(plan, service, drivers))
    findings.push(...(await serviceFindings(plan, service, drivers, freshContext)))
  }
  findings.push(...(await flagFindings(plan, drivers, freshContext)))
  findings.push(...(await hookFindings(plan, drivers, freshContext)))
  return findings
}

const freshContext = () => ({ signal: AbortSignal.timeout(timeoutMs), timeoutMs })
type Context = typeof freshContext

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
  if (mover.kind === 'traffic')
    note(
      'ROUTER_NOT_READY',
      `router ${mover.router}`,
      await drivers.router(mover.router)?.ping(mover.router, context()),
    )
  if (deployer !== undefined)
    note('DEPLOYER_NOT_READY', `deployer ${deployer}`, await drivers.deployer(deployer)?.ping(deployer, context()))
  const judged = ladderOf(plan, name).flatMap(({ stage }) => [...stage.criteria, ...stage.triggers])
  const used = new Set(judged.map(({ metricId }) => metricId))
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

/** Every cohort of the ladder is known where its service is moved. */
function cohortFindings(plan: Plan, { name, mover }: Service, drivers: DriverSet): Diagnostic[] {
  const cohorts = new Set(ladderOf(plan, name).flatMap(({ stage }) => stage.cohort ?? []))
  const [target, driver] =
    mover.kind === 'traffic'
      ? [mover.router, drivers.router(mover.router)]
      : [mover.backend, drivers.flagBackend(mover.backend)]
  const known = driver?.capabilities.cohorts[target] ?? []
  const hint = `${target} knows: ${known.join(', ') || 'none'}`
  return [...cohorts]
    .filter((cohort) => !known.includes(cohort))
    .map((cohort) => finding('UNKNOWN_COHORT', `cohort ${cohort} of ${name} cannot be told apart`, hint))
}

/** Every flag that is moved or set is there, and its backend can set the shares that the plan asks for. */
async function flagFindings(plan: Plan, drivers: DriverSet, context: Context): Promise<Diagnostic[]> {
  const flags = flagsOf(plan)
  const findings: Diagnostic[] = []
  for (const backend of new Set(flags.map((one) => one.backend))) {
    const driver = drivers.flagBackend(backend)
    const answer = await driver?.ping(backend, context())
    if (!driver || !answer?.ok) {
      const why = answer?.ok === false ? answer.error.message : 'no driver serves it'
      findings.push(finding('FLAG_BACKEND_NOT_READY', `flag backend ${backend}: ${why}`))
      continue
    }
    const uses = flags.filter((one) => one.backend === backend)
    for (const flag of new Set(uses.map((one) => one.flag))) {
      const setting = await driver.readFlag(backend, flag, context())
      if (!setting.ok) findings.push(finding('FLAG_NOT_READY', `flag ${flag}: ${setting.error.message}`))
    }
    const step = driver.capabilities.resolutionPercent
    for (const { flag, percent } of uses.filter((one) => !isMultiple(one.percent, step)))
      findings.push(finding('SHARE_TOO_FINE', `flag ${flag}: ${backend} sets steps of ${step} %, not ${percent} %`))
  }
  return findings
}

/** Whoever is to open a gate by a call can be heard, and known by a secret. */
async function hookFindings(plan: Plan, drivers: DriverSet, context: Context): Promise<Diagnostic[]> {
  const gates = plan.phases.flatMap((phase) => [...phase.entry, ...phase.exit])
  const hooks = new Set(gates.flatMap((gate) => (gate.kind === 'webhook' ? [gate.hook] : [])))
  const findings: Diagnostic[] = []
  for (const hook of hooks) {
    const answer = await drivers.hookVerifier(hook)?.ping(hook, context())
    if (answer?.ok) continue
    const why = answer?.error.message ?? 'nobody listens for it; the operator needs `hooks` and `inbound`'
    findings.push(finding('HOOK_NOT_READY', `hook ${hook}: ${why}`))
  }
  return findings
}

/** A flag, and a share of users that the plan asks for. */
interface FlagUse {
  backend: string
  flag: string
  percent: number
}

function flagsOf(plan: Plan): FlagUse[] {
  const moved = plan.services.flatMap(({ name, mover }) =>
    mover.kind === 'flag' ? ladderOf(plan, name).map(({ stage }) => ({ ...mover, percent: stage.percent })) : [],
  )
  const steps = [...plan.phases.flatMap((phase) => phase.steps), ...plan.rollback.steps]
  const set = steps.flatMap((step): FlagUse[] => {
    if (step.kind === 'drill') return [{ ...step, percent: 100 }]
    return step.kind === 'setFlag' ? [step] : []
  })
  return [...moved, ...set]
}

const isMultiple = (percent: number, step: number): boolean =>
  Math.abs(percent / step - Math.round(percent / step)) < 1e-6

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
