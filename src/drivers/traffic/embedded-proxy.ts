/** Traffic through Tidegate's own reverse proxy: shares are set and read back over its admin interface. */
import { z } from 'zod'
import { embeddedProxyStepPercent, type ProxyTarget } from '../../core/plan/operator.ts'
import { Cohorts, Shares } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, TrafficRouter } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { withDeadline } from '../with-deadline.ts'
import { sameCohorts } from './same-cohorts.ts'

const maximumBytes = 65_536
const Readback = z.object({ shares: Shares, cohorts: Cohorts.default({}) })
const Refusal = z.object({ error: z.string() })

type ProxyTargets = Readonly<Record<string, z.infer<typeof ProxyTarget>>>

/** `adminToken`: the proxies' `ADMIN_TOKEN`, if they have one. */
export function createEmbeddedProxyRouter(
  targets: ProxyTargets,
  { adminToken }: { adminToken?: string } = {},
): TrafficRouter {
  const authorization: Record<string, string> =
    adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }

  async function ask(target: string, path: string, context: DriverContext, change?: object): Promise<Outcome<unknown>> {
    const found = findByName('embedded proxy', targets, target)
    if (!found.ok) return found
    const proxy = found.value
    const url = `${proxy.admin.replace(/\/$/, '')}${path}`
    const request = change
      ? { method: 'PUT', headers: authorization, body: JSON.stringify({ ...change, backends: proxy.backends }) }
      : {}
    const answer = await exchangeHttp({ url, maximumBytes, ...request }, context)
    if (!answer.ok) return answer
    const { status, body } = answer.value
    const json = parseJson(body)
    if (status === 200) return succeed(json)
    const why = Refusal.safeParse(json).data?.error ?? `status ${status}`
    return fail(
      status === 401 ? 'unauthorized' : status >= 500 ? 'unavailable' : 'rejected',
      `the proxy of ${target} refused: ${why}`,
    )
  }

  async function readRoutes(target: string, context: DriverContext): Promise<Outcome<z.infer<typeof Readback>>> {
    const answer = await ask(target, '/shares', context)
    if (!answer.ok) return answer
    const parsed = Readback.safeParse(answer.value)
    return parsed.success
      ? succeed(parsed.data)
      : fail('rejected', `what answers for ${target} is no Tidegate proxy; check the URL of its admin interface`)
  }

  const namesOf = ([target, { cohorts }]: [string, ProxyTargets[string]]) => [target, Object.keys(cohorts)] as const
  return {
    name: 'embedded-proxy',
    capabilities: {
      resolutionPercent: embeddedProxyStepPercent,
      conditional: true,
      sticky: true,
      cohorts: Object.fromEntries(Object.entries(targets).map(namesOf)),
    },
    async readShares(target, context) {
      const read = await readRoutes(target, context)
      return read.ok ? succeed(read.value.shares) : read
    },
    async setShares(target, shares, context, cohorts = {}) {
      const limited = withDeadline(context)
      const routes = routesOf(targets, target, cohorts)
      if (!routes.ok) return routes
      const { fence, effectId } = context
      const changed = await ask(target, '/shares', limited, { shares, fence, effectId, ...routes.value })
      if (!changed.ok) return changed
      const read = await readRoutes(target, limited)
      if (!read.ok) return read
      const same = sameCohorts(cohorts, read.value.cohorts)
      return same.ok ? succeed(read.value.shares) : same
    },
    async ping(target, context) {
      const read = await readRoutes(target, context)
      return read.ok ? succeed(undefined) : read
    },
  }
}

/** The cohorts with what the proxy knows their people by; a proxy that knows no cohorts is not asked for any. */
function routesOf(targets: ProxyTargets, target: string, cohorts: Cohorts): Outcome<object> {
  const defined = (Object.hasOwn(targets, target) && targets[target]?.cohorts) || {}
  const routes: Record<string, object> = {}
  for (const [name, version] of Object.entries(cohorts)) {
    if (!Object.hasOwn(defined, name)) {
      const known = Object.keys(defined).join(', ') || 'none'
      return fail('unsupported', `${target} has no cohort "${name}"; there are: ${known}; define it at the target`)
    }
    routes[name] = { match: defined[name], version }
  }
  return succeed(Object.keys(routes).length === 0 ? {} : { cohorts: routes })
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
