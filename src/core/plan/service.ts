/** What a release moves: one service, how its users are moved, its two versions, and how measurements tell them apart. */
import { z } from 'zod'
import { ArmSelector, MetricQuery } from './metric.ts'
import { Id } from './statement.ts'

/**
 * How users get from the baseline to the candidate. `traffic`: a router, a CDN's pointer or an app store, by shares of versions. `flag`: a
 * feature flag that is on for a share of users; its two versions are named `on` and `off` states of the same build.
 */
export const Mover = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('traffic'), router: Id }),
  z.strictObject({ kind: z.literal('flag'), backend: Id, flag: Id }),
])
export type Mover = z.infer<typeof Mover>

export const Service = z.strictObject({
  name: Id,
  mover: Mover,
  /** The target that runs its versions; a service moved by a flag may have none. */
  deployer: Id.optional(),
  candidate: z.string(),
  /** What runs today, and to which a rollback goes; of a first release, what answers users instead of the candidate. */
  baseline: z.string(),
  /** There is no earlier version to compare with: thresholds alone judge it. */
  isFirstRelease: z.boolean().default(false),
  arms: ArmSelector,
  /** Requests counted at the service itself, to see what share really arrives. */
  arrivals: z.strictObject({ metricSource: Id, query: MetricQuery }).optional(),
})
export type Service = z.infer<typeof Service>

/** The target or flag through which the service is moved, as people call it. */
export const moverName = ({ mover }: Service): string => (mover.kind === 'traffic' ? mover.router : mover.flag)

/** The shares of both versions when the candidate has `percent`. */
export const serviceShares = ({ candidate, baseline }: Service, percent: number): Record<string, number> => ({
  [baseline]: 100 - percent,
  [candidate]: percent,
})
