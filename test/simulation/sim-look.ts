/** One look at the simulated world: what the metric sources, the service and the router say, as far as the faults let them. */
import { serviceOf } from '../../src/core/plan/plan.ts'
import type { ArmCounts, MetricReading } from '../../src/core/release/evidence.ts'
import type { Needed, Observation } from '../../src/core/release/needs.ts'
import { fail, type Outcome, succeed } from '../../src/core/release/outcome.ts'
import { clearSight, isSightFault, type Sight, sightFaults } from './faults.ts'
import { memoryLevels } from './random-gauges.ts'
import type { SimWorld } from './sim-world.ts'

type Cursor = MetricReading['cursor'] | undefined

export function lookAt(world: SimWorld, needed: Needed): Observation {
  const { look, service, stageId, metrics, readShares, arrivalsCursor } = needed
  const sight = sightOf(world, service)
  const isCounted = serviceOf(world.scenario.plan, service).arrivals !== undefined
  return {
    look,
    service,
    stageId,
    readings: Object.fromEntries(
      metrics.map(({ metricId, cursor }) => [metricId, read(world, service, metricId, cursor, sight)]),
    ),
    arrivals: isCounted ? read(world, service, 'arrivals', arrivalsCursor, sight) : null,
    shares: readShares
      ? sight.shares === 'read'
        ? succeed(world.sharesOf(service))
        : fail('timeout', 'no answer')
      : null,
  }
}

function sightOf(world: SimWorld, service: string): Sight {
  let sight = clearSight
  for (const { kind } of world.activeFaults(service)) {
    if (!isSightFault(kind)) continue
    if (world.release.ended === null) world.hit(kind)
    sight = { ...sight, ...sightFaults[kind] }
  }
  return sight
}

/** Counts since the bookmark; without one, of the last second. */
function read(
  world: SimWorld,
  service: string,
  metricId: string,
  cursor: Cursor,
  sight: Sight,
): Outcome<MetricReading> {
  const sinceMs = typeof cursor === 'number' ? cursor : world.nowMs - 1_000
  const requests = (sight.requestsPerSecond * (world.nowMs - sinceMs)) / 1_000
  const share = world.shareOf(service) / 100
  const candidate = countsOf(metricId, Math.round(requests * share), sight)
  const baseline = countsOf(metricId, Math.round(requests * (1 - share)), clearSight)
  const reading = sight.read({ arms: { candidate, baseline }, cursor: world.nowMs }, metricId)
  return reading === 'down' ? fail('unavailable', 'the source is down') : succeed(reading)
}

const edges = [100, 500, 1_000]

function countsOf(metricId: string, total: number, { errorRate, conversion, slowShare }: Sight): ArmCounts {
  if (metricId === 'memory') {
    const { low, middling, high } = memoryLevels
    const instances = Math.min(total, 2)
    return { total: instances, gauge: instances * (slowShare > 0.1 ? high : conversion < 0.1 ? middling : low) }
  }
  if (metricId === 'latency') {
    const quick = total - Math.round(total * slowShare)
    return { total, buckets: [...edges.map((le) => ({ le, count: quick })), { le: null, count: total }] }
  }
  return { total, events: Math.round(total * (metricId === 'conversion' ? conversion : errorRate)) }
}
