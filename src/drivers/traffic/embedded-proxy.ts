/** Traffic through Tidegate's own reverse proxy: shares are set and read back over its admin interface. */
import { z } from 'zod'
import { embeddedProxyStepPercent, type ProxyTarget } from '../../core/plan/operator.ts'
import { Shares } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, TrafficRouter } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { withDeadline } from '../with-deadline.ts'

const maximumBytes = 65_536
const Readback = z.object({ shares: Shares })
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

  async function readShares(target: string, context: DriverContext): Promise<Outcome<Shares>> {
    const answer = await ask(target, '/shares', context)
    if (!answer.ok) return answer
    const parsed = Readback.safeParse(answer.value)
    return parsed.success
      ? succeed(parsed.data.shares)
      : fail('rejected', `what answers for ${target} is no Tidegate proxy; check the URL of its admin interface`)
  }

  return {
    name: 'embedded-proxy',
    capabilities: { resolutionPercent: embeddedProxyStepPercent, conditional: true, sticky: true },
    readShares,
    async setShares(target, shares, context) {
      const limited = withDeadline(context)
      const { fence, effectId } = context
      const changed = await ask(target, '/shares', limited, { shares, fence, effectId })
      return changed.ok ? readShares(target, limited) : changed
    },
    async ping(target, context) {
      const read = await readShares(target, context)
      return read.ok ? succeed(undefined) : read
    },
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
