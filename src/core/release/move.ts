/** Moving users of a service between its versions, by traffic or by a flag. */
import { ladderOf, type Plan } from '../plan/plan.ts'
import { type Service, serviceShares } from '../plan/service.ts'
import type { Effect } from './effect.ts'

/** The call that gives the candidate `percent` of the users, and these cohorts whole. */
export function moveEffect(service: Service, percent: number, cohorts: readonly string[] = []): Effect {
  const { mover, candidate } = service
  if (mover.kind === 'flag') {
    const setting = { percent, ...(cohorts.length === 0 ? {} : { cohorts: [...cohorts] }) }
    return { kind: 'setFlag', backend: mover.backend, flag: mover.flag, setting }
  }
  const routes = cohorts.length === 0 ? {} : { cohorts: Object.fromEntries(cohorts.map((name) => [name, candidate])) }
  return { kind: 'setShares', target: mover.router, shares: serviceShares(service, percent), ...routes }
}

/** Who sees the candidate at a stage beside its share: the stage's cohort and those of the stages before it. */
export function cohortsAt(plan: Plan, service: string, stageId: string): string[] {
  const ladder = ladderOf(plan, service).map(({ stage }) => stage)
  const climbed = ladder.slice(0, ladder.findIndex(({ id }) => id === stageId) + 1)
  return [...new Set(climbed.flatMap(({ cohort }) => cohort ?? []))]
}
