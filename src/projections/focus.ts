/** The service that a one-service view shows of a train: the one that goes back, else the one that climbs, else the last that was moved. */
import { ladderOf, serviceOf } from '../core/plan/plan.ts'
import type { Service } from '../core/plan/service.ts'
import { type Release, type ServiceState, serviceState } from '../core/release/release.ts'

export interface Focus {
  service: Service
  state: ServiceState
}

export function focusOf(release: Release): Focus {
  const all = release.plan.services.map((service) => ({ service, state: serviceState(release, service.name) }))
  const [first] = all
  if (!first) throw new Error('a plan has at least one service')
  const cause = release.rollback?.cause
  const failed = cause?.kind === 'trigger' ? all.find(({ service }) => service.name === cause.service) : undefined
  const back = all.find(({ state }) => state.rollback !== null)
  const climbing = all.find(({ state }) => state.exposure && !state.exposure.passed)
  return failed ?? back ?? climbing ?? all.findLast(({ state }) => state.askedStageId !== null) ?? first
}

/** The service whose ladder has this stage. */
export function serviceOfStage(release: Release, stageId: string): Focus {
  const name = ladderOf(release.plan).find(({ stage }) => stage.id === stageId)?.step.service
  if (name === undefined) throw new Error(`stage ${stageId} is not in the plan`)
  return { service: serviceOf(release.plan, name), state: serviceState(release, name) }
}
