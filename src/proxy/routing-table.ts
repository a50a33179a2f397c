/** Which version serves which user now, and the only way to change that. */
import { Agent, type AgentOptions, type IncomingHttpHeaders } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { Cohorts, Shares } from '../core/release/evidence.ts'
import { bucketOf } from './bucket-of.ts'
import { cohortVersion } from './cohort-route.ts'
import { moveBuckets, sharesOf } from './move-buckets.ts'
import type { ProxyState } from './proxy-state.ts'
import type { ShareChange } from './share-change.ts'

/** Connections to a backend: at most so many, idle ones kept for reuse and closed before the backend's usual five seconds are over. */
const agentLimits: AgentOptions = { keepAlive: true, maxSockets: 1_024, maxFreeSockets: 128, timeout: 4_000 }

export interface Backend {
  version: string
  url: URL
  agent: Agent
}

interface Readback {
  shares: Shares
  cohorts: Cohorts
  fence: number
  effectId: string
  backends: Readonly<Record<string, string>>
}

export class RoutingTable {
  #state: ProxyState
  #backends = new Map<string, Backend>()

  constructor(state: ProxyState) {
    this.#state = state
    this.#connect()
  }

  get state(): ProxyState {
    return this.#state
  }

  /** The backend of this user, by cohort or by share; undefined as long as no shares were set. */
  backendFor(userKey: string, headers: IncomingHttpHeaders): Backend | undefined {
    const version = cohortVersion(this.#state.cohorts, headers) ?? this.#state.owners[bucketOf(userKey)]
    return version == null ? undefined : this.#backends.get(version)
  }

  /** Applies to the next request; requests under way end where they began. False when a newer fence is held: nothing changes. */
  apply({ shares, fence, effectId, backends, cohorts }: ShareChange): boolean {
    if (fence < this.#state.fence) return false
    const owners = moveBuckets(this.#state.owners, shares, Object.keys(backends))
    this.#state = { fence, effectId, backends, owners, cohorts }
    this.#connect()
    return true
  }

  /** What holds now, as the admin interface tells it. */
  readback(): Readback {
    const { fence, effectId, backends, owners, cohorts: routes } = this.#state
    const cohorts = Object.fromEntries(Object.entries(routes).map(([name, { version }]) => [name, version]))
    return { shares: sharesOf(owners, Object.keys(backends)), cohorts, fence, effectId, backends }
  }

  /** Keeps the connections of a backend that stays; those of one that went end with their requests. */
  #connect(): void {
    this.#backends = new Map(
      Object.entries(this.#state.backends).map(([version, href]) => {
        const url = new URL(href)
        const known = this.#backends.get(version)
        if (known?.url.href === url.href) return [version, known]
        return [version, { version, url, agent: new (url.protocol === 'https:' ? TlsAgent : Agent)(agentLimits) }]
      }),
    )
  }
}
