/** Moving users of a service between its versions, by traffic or by a flag: what is asked for, and how what was read back is compared. */
import { type Service, serviceShares } from '../plan/service.ts'
import type { Effect } from './effect.ts'

/** The call that gives the candidate `percent` of the users, and the cohort all of it. */
export function moveEffect(service: Service, percent: number, cohort?: string): Effect {
  const { mover } = service
  if (mover.kind === 'flag') return { kind: 'setFlag', backend: mover.backend, flag: mover.flag, setting: { percent } }
  const cohorts = cohort === undefined ? {} : { cohorts: [cohort] }
  return { kind: 'setShares', target: mover.router, shares: serviceShares(service, percent), ...cohorts }
}
