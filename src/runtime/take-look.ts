/** Takes one look: reads every metric that is needed, the service's own count and the router's shares, all at once and within a limit. */
import type { MetricReading } from '../core/release/evidence.ts'
import type { Needed, Observation } from '../core/release/needs.ts'
import { fail, type Outcome } from '../core/release/outcome.ts'
import type { Release } from '../core/release/release.ts'
import type { DriverContext, DriverSet, MetricRead } from '../ports/drivers.ts'

/** A read that takes longer is no data for this look; the next look covers its time. */
const readTimeoutMs = 2_000

export async function takeLook(drivers: DriverSet, release: Release, needed: Needed): Promise<Observation> {
  const { rollout, metrics } = release.plan
  const read = (source: string, query: MetricRead['query'], cursor: MetricReading['cursor'] | undefined) => {
    const request: MetricRead = { query, arms: rollout.arms, ...(cursor === undefined ? {} : { cursor }) }
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
  const shares = needed.readShares
    ? limited((context) => drivers.router(rollout.router)?.readShares(rollout.router, context), rollout.router)
    : Promise.resolve(null)
  return {
    look: needed.look,
    stageId: needed.stageId,
    readings: Object.fromEntries(await Promise.all(readings)),
    arrivals: await read(rollout.arrivals.metricSource, rollout.arrivals.query, needed.arrivalsCursor),
    shares: await shares,
  }
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
