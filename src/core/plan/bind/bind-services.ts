/** The services that move, what moves them, and their metrics: every name must be one the operator lends. */
import { type Bindings, servicesOf } from '../bindings.ts'
import type { MetricBinding, ServiceBinding } from '../bindings-services.ts'
import type { MetricQuery } from '../metric.ts'
import type { Mover, Service } from '../service.ts'
import { flagOf } from './bind-flags.ts'
import type { Binder, BindingsPath } from './binder.ts'
import { checkSegments } from './check-segments.ts'

export function bindServices(binder: Binder): void {
  const { bindings } = binder.input
  for (const [name, binding] of servicesOf(bindings)) {
    const place = placeOfService(bindings, name)
    if (binder.services.has(name)) {
      binder.report('error', 'SERVICE_TWICE', ['services', name], `service ${name} is bound twice`, 'keep one of them')
      continue
    }
    binder.services.set(name, bindService(binder, place, name, binding))
  }
  const hint = 'write it under `service`, or several under `services`'
  if (binder.services.size === 0) binder.report('error', 'NO_SERVICE', [], 'nothing says what moves', hint)
}

const placeOfService = ({ service }: Bindings, name: string): BindingsPath =>
  service?.name === name ? ['service'] : ['services', name]

/** What is missing of it is reported and empty, so that the rest is checked all the same. */
function bindService(binder: Binder, place: BindingsPath, name: string, binding: ServiceBinding): Service {
  const { candidate, arms, arrivals, deployer, firstRelease } = binding
  const baseline = versionBefore(binder, place, name, binding)
  const mover = bindMover(binder, place, name, binding)
  if (arrivals) requireSource(binder, [...place, 'arrivals', 'source'], arrivals.source)
  if (candidate === baseline) {
    const message = `candidate and baseline are both ${candidate}`
    binder.report('error', 'SAME_VERSION', [...place, 'candidate'], message, 'name two versions')
  }
  const released = { path: ['candidate'], version: candidate }
  const before =
    baseline === '' ? [] : [{ path: firstRelease ? ['firstRelease', 'fallback'] : ['baseline'], version: baseline }]
  requireVersions(binder, place, mover, deployer, firstRelease ? [released] : [released, ...before], [
    released,
    ...before,
  ])
  return {
    name,
    mover,
    ...(deployer === undefined ? {} : { deployer }),
    candidate,
    baseline,
    isFirstRelease: firstRelease !== undefined,
    arms: { label: arms.label, candidate, baseline },
    ...(arrivals && {
      arrivals: { metricSource: arrivals.source, query: { events: arrivals.total, total: arrivals.total } },
    }),
  }
}

/** What users get when the candidate is taken away. */
function versionBefore(
  binder: Binder,
  place: BindingsPath,
  name: string,
  { baseline, firstRelease }: ServiceBinding,
): string {
  if (baseline !== undefined && firstRelease) {
    const message = `${name} has a baseline, so this is not its first release`
    binder.report('error', 'NOT_THE_FIRST_RELEASE', [...place, 'firstRelease'], message, 'keep one of the two')
  }
  const before = baseline ?? firstRelease?.fallback
  if (before !== undefined) return before
  const hint = 'write `baseline`, or of a first release `firstRelease: { fallback: … }`: what answers users instead'
  binder.report('error', 'NO_BASELINE', place, `nothing says which version of ${name} a rollback goes back to`, hint)
  return ''
}

function bindMover(
  binder: Binder,
  place: BindingsPath,
  name: string,
  { router, flag, deployer }: ServiceBinding,
): Mover {
  const { targets } = binder.input.operator
  if ((router === undefined) === (flag === undefined)) {
    const message =
      router === undefined ? `nothing says what moves ${name}` : `${name} is moved by a router or by a flag, not both`
    binder.report('error', 'NO_MOVER', place, message, 'name a `router` or a `flag`')
    return { kind: 'traffic', router: '' }
  }
  if (flag !== undefined) {
    return { kind: 'flag', ...flagOf(binder, [...place, 'flag'], flag) }
  }
  if (deployer === undefined)
    binder.report('error', 'NO_DEPLOYER', place, `nothing says what runs the versions of ${name}`, 'name a `deployer`')
  const known = Object.keys(targets).filter((one) => targets[one]?.driver === 'embedded-proxy')
  if (router !== undefined && !known.includes(router)) binder.unknown([...place, 'router'], 'router', router, known)
  return { kind: 'traffic', router: router ?? '' }
}

interface NamedVersion {
  path: BindingsPath
  version: string
}

/** The router leads to all of these versions; the deployer runs those that are deployed: a fallback may be something else. */
function requireVersions(
  binder: Binder,
  place: BindingsPath,
  mover: Mover,
  deployer: string | undefined,
  run: readonly NamedVersion[],
  routed: readonly NamedVersion[],
): void {
  const { targets } = binder.input.operator
  const require = (target: string, known: readonly string[], versions: readonly NamedVersion[]) => {
    for (const { path, version } of versions)
      if (!known.includes(version)) binder.unknown([...place, ...path], `version of target ${target}`, version, known)
  }
  const router = mover.kind === 'traffic' ? targets[mover.router] : undefined
  if (mover.kind === 'traffic' && router?.driver === 'embedded-proxy')
    require(mover.router, Object.keys(router.backends), routed)
  if (deployer === undefined) return
  const runner = targets[deployer]
  if (runner?.driver === 'process') {
    if (mover.kind === 'traffic') require(deployer, Object.keys(runner.versions), run)
  } else {
    const known = Object.keys(targets).filter((name) => targets[name]?.driver === 'process')
    binder.unknown([...place, 'deployer'], 'deployer', deployer, known)
  }
}

export function bindMetrics(binder: Binder): void {
  const { bindings } = binder.input
  const services = servicesOf(bindings).map(([name]) => name)
  for (const [id, metric] of Object.entries(bindings.metrics)) {
    const { says, source, service, weight, expected } = { weight: undefined, expected: undefined, ...metric }
    const { minimumSamples, triggerSamples, matures, noise } = 'gauge' in metric ? oneInstance : metric
    requireSource(binder, ['metrics', id, 'source'], source)
    if (service !== undefined && !services.includes(service))
      binder.unknown(['metrics', id, 'service'], 'service', service, services)
    checkSegments(binder, id, metric)
    binder.metrics[id] = {
      id,
      name: says[0] ?? id,
      metricSource: source,
      query: queryOf(metric),
      minimumSamples,
      triggerSamples,
      ...(matures === undefined ? {} : { maturesMs: matures }),
      ...(noise === undefined ? {} : { noise: { spanMs: noise.lasts, mostCv: noise.cv } }),
      ...(weight === undefined ? {} : { weight }),
      ...(expected === undefined ? {} : { expected }),
    }
  }
}

/** All that a gauge needs to be shown. */
const oneInstance = { minimumSamples: 1, triggerSamples: 1, matures: undefined, noise: undefined }

function queryOf(metric: MetricBinding): MetricQuery {
  if ('gauge' in metric) return { gauge: metric.gauge, ...(metric.unit === undefined ? {} : { unit: metric.unit }) }
  const segments = metric.segmentBy === undefined ? {} : { segmentBy: metric.segmentBy }
  if ('histogram' in metric)
    return { histogram: metric.histogram, scaleToMs: metric.unit === 's' ? 1_000 : 1, ...segments }
  return { events: metric.events, total: metric.total, ...segments }
}

function requireSource(binder: Binder, place: BindingsPath, source: string): void {
  const known = Object.keys(binder.input.operator.metricSources)
  if (!known.includes(source)) binder.unknown(place, 'metric source', source, known)
}
