/** Traffic shares in memory, under the same conditions as a real router: for tests and rehearsals. */
import type { Cohorts, Shares } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, TrafficRouter } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'

export interface MemoryRouter extends TrafficRouter {
  /** Where the people of a cohort go; undefined for where the shares send them. */
  versionOf(target: string, cohort: string): string | undefined
}

/** `targets`: the versions that each target knows, of which the first has all traffic until shares are set; `cohorts`: those that it knows. */
export function createMemoryRouter(
  targets: Readonly<Record<string, readonly string[]>>,
  cohorts: Readonly<Record<string, readonly string[]>> = {},
): MemoryRouter {
  const held = Object.fromEntries(
    Object.entries(targets).map(([target, versions]) => {
      const shares: Shares = Object.fromEntries(versions.map((version, i) => [version, i === 0 ? 100 : 0]))
      return [target, { fence: 0, shares, routes: {} as Cohorts }]
    }),
  )
  const find = (target: string, { signal }: DriverContext) => {
    const found = findByName('router', held, target)
    return found.ok && signal.aborted ? fail('unavailable', `the request was stopped: ${String(signal.reason)}`) : found
  }

  async function readShares(target: string, context: DriverContext): Promise<Outcome<Shares>> {
    const state = find(target, context)
    return state.ok ? succeed({ ...state.value.shares }) : state
  }

  return {
    name: 'memory-router',
    capabilities: { resolutionPercent: 0.01, conditional: true, sticky: true, cohorts },
    readShares,
    versionOf: (target, cohort) => held[target]?.routes[cohort],
    async setShares(target, shares, context, routes = {}) {
      const found = find(target, context)
      if (!found.ok) return found
      const state = found.value
      if (context.fence < state.fence)
        return fail('rejected', `fence ${context.fence} is older than ${state.fence}, which is held`)
      const stranger = Object.keys(shares).find((version) => !Object.hasOwn(state.shares, version))
      if (stranger !== undefined) return fail('rejected', `shares.${stranger}: no such backend`)
      for (const [cohort, version] of Object.entries(routes)) {
        if (!cohorts[target]?.includes(cohort)) return fail('unsupported', `${target} has no cohort "${cohort}"`)
        if (!Object.hasOwn(state.shares, version)) return fail('rejected', `cohorts.${cohort}: no backend ${version}`)
      }
      const sum = Object.values(shares).reduce((total, percent) => total + percent, 0)
      if (Math.abs(sum - 100) > 1e-6) return fail('rejected', `the shares add up to ${sum}, not to 100`)
      state.fence = context.fence
      state.routes = routes
      state.shares = Object.fromEntries(Object.keys(state.shares).map((version) => [version, shares[version] ?? 0]))
      return readShares(target, context)
    },
    async ping(target, context) {
      const state = find(target, context)
      return state.ok ? succeed(undefined) : state
    },
  }
}
