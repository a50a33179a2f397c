/** Takes one look: reads every metric that is needed, the service's own count and the router's shares, all at once and within a limit. */
import { serviceOf } from '../core/plan/plan.ts'
import { type Service, serviceShares } from '../core/plan/service.ts'
import type { MetricReading, Shares } from '../core/release/evidence.ts'
import type { Needed, Observation } from '../core/release/needs.ts'
import { fail, type Outcome } from '../core/release/outcome.ts'
import type { Release } from '../core/release/release.ts'
import type { DriverContext, DriverSet, MetricRead } from '../ports/drivers.ts'

/** A read that takes longer is no data for this look; the next look covers its time. */
const readTimeoutMs = 2_000

export async function takeLook(drivers: DriverSet, release: Release, needed: Needed): Promise<Observation> {
  const { metrics } = release.plan
  const service = serviceOf(release.plan, needed.service)
  const read = (source: string, query: MetricRead['query'], cursor: MetricReading['cursor'] | undefined) => {
    const request: MetricRead = { query, arms: service.arms, ...(cursor === undefined ? {} : { cursor }) }
    return limited((context) => drivers.metricSource(source)?.read(source, request, context), source)
  }
  const readings = needed.metrics.map(async ({ metricId, cursor }): Promise<[string, Outcome<MetricReading>]> => {
    const metric = metrics[metricId]
    return [
      metricId,
      metric
        ? await read(metric.metricSource, metric.query, cursor)
        : fail('notFound', `metric ${metricId} is not in the plan`),
    ]
  })
  const arrivals = service.arrivals
    ? read(service.arrivals.metricSource, service.arrivals.query, needed.arrivalsCursor)
    : Promise.resolve(null)
  const shares = needed.readShares ? readShares(drivers, service) : Promise.resolve(null)
  return {
    look: needed.look,
    service: needed.service,
    stageId: needed.stageId,
    readings: Object.fromEntries(await Promise.all(readings)),
    arrivals: await arrivals,
    shares: await shares,
  }
}

/** Where the users are now, as shares of the two versions. */
async function readShares(drivers: DriverSet, service: Service): Promise<Outcome<Shares>> {
  const { mover } = service
  if (mover.kind === 'traffic')
    return limited((context) => drivers.router(mover.router)?.readShares(mover.router, context), mover.router)
  const { backend, flag } = mover
  const setting = await limited((context) => drivers.flagBackend(backend)?.readFlag(backend, flag, context), backend)
  return setting.ok ? { ok: true, value: serviceShares(service, setting.value.percent) } : setting
}

async function limited<T>(
  call: (context: DriverContext) => Promise<Outcome<T>> | undefined,
  name: string,
): Promise<Outcome<T>> {
  const signal = AbortSignal.timeout(readTimeoutMs)
  const late = new Promise<Outcome<T>>((resolve) => {
    signal.addEventListener('abort', () =>
      resolve(fail('timeout', `${name} did not answer within ${readTimeoutMs} ms`)),
    )
  })
  try {
    const answer = call({ signal, timeoutMs: readTimeoutMs })
    return answer ? await Promise.race([answer, late]) : fail('notFound', `no driver serves "${name}"`)
  } catch (error) {
    return fail(
      'rejected',
      `${name} failed in a way it should not: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
