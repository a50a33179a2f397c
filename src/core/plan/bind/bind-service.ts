/** The service that moves, its two versions, its router and its metrics: every name must be one the operator lends. */
import type { MetricBinding } from '../bindings.ts'
import type { MetricQuery } from '../metric.ts'
import type { Service } from '../service.ts'
import type { Binder, BindingsPath } from './binder.ts'

export function bindService(binder: Binder): Service {
  const { service } = binder.input.bindings
  const { targets } = binder.input.operator
  const namesOf = (driver: string) => Object.keys(targets).filter((name) => targets[name]?.driver === driver)
  const router = targets[service.router]
  const deployer = targets[service.deployer]
  if (router?.driver !== 'embedded-proxy')
    binder.unknown(['service', 'router'], 'router', service.router, namesOf('embedded-proxy'))
  else requireVersions(binder, service.router, Object.keys(router.backends))
  if (deployer?.driver !== 'process')
    binder.unknown(['service', 'deployer'], 'deployer', service.deployer, namesOf('process'))
  else requireVersions(binder, service.deployer, Object.keys(deployer.versions))
  requireSource(binder, ['service', 'arrivals', 'source'], service.arrivals.source)
  if (service.candidate === service.baseline) {
    binder.report(
      'error',
      'SAME_VERSION',
      ['service', 'candidate'],
      `candidate and baseline are both ${service.candidate}`,
      'name two versions',
    )
  }
  return {
    name: service.name,
    mover: { kind: 'traffic', router: service.router },
    deployer: service.deployer,
    candidate: service.candidate,
    baseline: service.baseline,
    isFirstRelease: false,
    arms: { label: service.arms.label, candidate: service.candidate, baseline: service.baseline },
    arrivals: {
      metricSource: service.arrivals.source,
      query: { events: service.arrivals.total, total: service.arrivals.total },
    },
  }
}

export function bindMetrics(binder: Binder): void {
  for (const [id, metric] of Object.entries(binder.input.bindings.metrics)) {
    requireSource(binder, ['metrics', id, 'source'], metric.source)
    const { minimumSamples, triggerSamples } = metric
    const name = metric.says[0] ?? id
    binder.metrics[id] = {
      id,
      name,
      metricSource: metric.source,
      query: queryOf(metric),
      minimumSamples,
      triggerSamples,
    }
  }
}

function queryOf(metric: MetricBinding): MetricQuery {
  if ('histogram' in metric) return { histogram: metric.histogram, scaleToMs: metric.unit === 's' ? 1_000 : 1 }
  return { events: metric.events, total: metric.total }
}

function requireVersions(binder: Binder, target: string, known: readonly string[]): void {
  const { candidate, baseline } = binder.input.bindings.service
  for (const [key, version] of Object.entries({ candidate, baseline })) {
    if (!known.includes(version)) binder.unknown(['service', key], `version of target ${target}`, version, known)
  }
}

function requireSource(binder: Binder, place: BindingsPath, source: string): void {
  const known = Object.keys(binder.input.operator.metricSources)
  if (!known.includes(source)) binder.unknown(place, 'metric source', source, known)
}
