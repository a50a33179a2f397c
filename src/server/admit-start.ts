/** What a start must be before anything is asked of the surroundings: a plan without errors, whose warnings are known, at routers that are free. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import type { Plan } from '../core/plan/plan.ts'
import { moverName } from '../core/plan/service.ts'
import { isOver, type Release } from '../core/release/release.ts'
import type { StartRequest } from './contract.ts'
import { type Prepared, preparePlan } from './prepare-plan.ts'
import { type ProblemAnswer, problem, withErrors, withWarnings } from './problems.ts'

export function admitPlan(
  request: StartRequest,
  operator: Operator,
): Extract<Prepared, { plan: Plan }> | ProblemAnswer {
  if (request.speed !== 1 && operator.demo === undefined) {
    return problem(
      422,
      'Speed is for demos',
      `speed ${request.speed} was asked for, and the operator's targets are not marked as demo`,
      'start without --speed',
    )
  }
  const prepared = preparePlan(request, operator)
  if (!('plan' in prepared)) return withErrors('The plan cannot start', prepared.diagnostics)
  const unacknowledged = prepared.diagnostics.filter(
    ({ severity, ruleId }) => severity === 'warning' && !accepts(request, ruleId),
  )
  return unacknowledged.length === 0 ? prepared : withWarnings(unacknowledged)
}

const accepts = ({ acknowledge }: StartRequest, ruleId: string): boolean =>
  acknowledge.includes(ruleId) || acknowledge.includes('*')

/** Before a start changes anything, and before another release goes back for it. */
export function notReady({ acknowledge }: StartRequest, findings: Diagnostic[]): ProblemAnswer | undefined {
  if (findings.some(({ severity }) => severity === 'error'))
    return withErrors('The surroundings are not ready', findings)
  // What `*` accepts is what somebody could read in the plan.
  const unaccepted = findings.filter(({ ruleId }) => !acknowledge.includes(ruleId))
  return unaccepted.length > 0 ? withWarnings(unaccepted) : undefined
}

/** One router is moved by one release at a time. `undefined` when none of `releases` moves what the plan does. */
export function routerInUse(plan: Plan, releases: readonly Release[]): ProblemAnswer | undefined {
  const movers = new Set(plan.services.map(moverName))
  for (const release of releases) {
    const shared = release.plan.services.map(moverName).find((name) => movers.has(name))
    if (isOver(release) || shared === undefined) continue
    const { releaseId, status } = release
    const detail = `release ${releaseId} (${status}) moves ${shared}`
    const hint = `wait for it, tidegate abort ${releaseId}, or take its place with --supersedes ${releaseId} --reason WHY`
    return problem(409, 'The router is in use', detail, hint)
  }
  return undefined
}
