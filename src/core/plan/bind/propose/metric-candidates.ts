/** What the counters and histograms on offer could measure: rates of failures, rates of an outcome, times. */
import type { MetricOffer } from '../../metric.ts'
import type { Operator } from '../../operator.ts'
import { wordsOf } from './words.ts'

/** A query without its words. `failures` and `outcome` are events of a total; `time` is a histogram. */
export interface Candidate {
  kind: 'failures' | 'outcome' | 'success' | 'time'
  source: string
  family: string
  query: { events: string; total: string } | { histogram: string; unit: 's' | 'ms' }
  /** What it counts, by its name, help and the outcome chosen. */
  words: string[]
  /** Requests in general, not one kind of work. */
  isTraffic: boolean
  atRouter: boolean
  labels: MetricOffer['labels']
  /** Something about it that makes it less likely. */
  doubt?: string
}

const failure = /^(?:errors?|err|fail|failed|failures?|failing|crashed|aborted|timeout|timed_?out|5xx)$/i
const success =
  /^(?:success|succeeded|successful|ok|verified|completed?|delivered|passed|accepted|confirmed|converted|activated|approved|paid)$/i
const statusLabel = /^(?:code|status|status_?code|http_?(?:status|code)|response_?code|http_response_status_code)$/i
const trafficWords = wordsOf('http https grpc rpc request requests response responses')
const routerName =
  /(?:^|_)(?:proxy|ingress|gateway|router|edge|haproxy|nginx|envoy|traefik|istio|caddy|lb|loadbalancer|frontend)(?:_|$)/

/** Every candidate, source by source and family by family in order. */
export function candidatesFrom(
  offers: Readonly<Record<string, readonly MetricOffer[]>>,
  operator: Operator,
): Candidate[] {
  return Object.entries(offers).flatMap(([source, families]) => {
    const isRouterSource = isRouter(source, operator)
    return families.flatMap((offer) => {
      const about = (family: string, ...more: string[]) => ({
        source,
        family,
        words: wordsOf(family, offer.help, ...more),
        isTraffic: wordsOf(family).some((word) => trafficWords.includes(word)),
        atRouter: isRouterSource || routerName.test(family),
        labels: offer.labels,
      })
      return offer.type === 'histogram' ? times(offer, about) : counters(offer, families, about)
    })
  })
}

/** A source that reads the router's own page. */
function isRouter(source: string, { metricSources, targets }: Operator): boolean {
  const spec = metricSources[source]
  if (spec?.driver !== 'prometheus-text') return false
  const routers = Object.values(targets).flatMap((target) => ('admin' in target ? [originOf(target.admin)] : []))
  return spec.urls.every((url) => routers.includes(originOf(url)))
}

const originOf = (url: string): string => url.split('/').slice(0, 3).join('/')

type About = (family: string, ...more: string[]) => Omit<Candidate, 'kind' | 'query' | 'doubt'>

function times({ name, help }: MetricOffer, about: About): Candidate[] {
  const inName = /_(seconds|s|milliseconds|millis|ms)(?:_|$)/.exec(name)?.[1]
  const unit = inName ?? /\b(milliseconds|ms|seconds)\b/i.exec(help)?.[1]?.toLowerCase()
  if (unit === undefined) return []
  return [{ ...about(name), kind: 'time', query: { histogram: name, unit: unit.startsWith('m') ? 'ms' : 's' } }]
}

function counters(offer: MetricOffer, families: readonly MetricOffer[], about: About): Candidate[] {
  const { name, labels } = offer
  const found: Candidate[] = []
  const add = (kind: Candidate['kind'], events: string, ...more: string[]) =>
    found.push({ ...about(name, ...more), kind, query: { events, total: name } })
  for (const [label, values] of Object.entries(labels)) {
    const classes = values.filter((value) => /^[1-5]xx$/i.test(value))
    if (statusLabel.test(label) && classes.length > 0 && classes.length === values.length) {
      add('failures', `${name}{${label}="5xx"}`)
      add('success', `${name}{${label}!="5xx"}`)
    } else if (
      statusLabel.test(label) &&
      values.length > 0 &&
      values.every((value) => /^[0-5]\d{2}$|^0$/.test(value))
    ) {
      add('failures', `${name}{${label}=~"5.."}`)
      add('success', `${name}{${label}!~"5.."}`)
    } else {
      const failed = values.filter((value) => failure.test(value))
      const succeeded = values.filter((value) => success.test(value))
      if (failed.length > 0) add('failures', selecting(name, label, failed), ...failed)
      if (succeeded.length > 0) add('outcome', selecting(name, label, succeeded), ...succeeded)
    }
  }
  return [...found, ...pairOf(offer, families, about)]
}

function selecting(name: string, label: string, values: readonly string[]): string {
  return values.length === 1 ? `${name}{${label}="${values[0]}"}` : `${name}{${label}=~"${values.join('|')}"}`
}

/** Endings of the counter that counts everything a failing one is a part of, likeliest first. */
const wholes = [
  '',
  'requests',
  'queries',
  'calls',
  'operations',
  'attempts',
  'jobs',
  'runs',
  'messages',
  'started',
  'processed',
]

/** `database_errors_total` of `database_queries_total`. */
function pairOf({ name }: MetricOffer, families: readonly MetricOffer[], about: About): Candidate[] {
  const [, prefix] = /^(?:(.+)_)?(?:errors?|failures?|failed|exceptions?)(?:_total)?$/.exec(name) ?? []
  if (!/(?:errors?|failures?|failed|exceptions?)(?:_total)?$/.test(name)) return []
  const start = prefix === undefined ? '' : `${prefix}_`
  const names = new Set(families.flatMap((family) => (family.type === 'counter' ? [family.name] : [])))
  const likely = wholes.flatMap((end) => [`${start}${end}${end === '' ? '' : '_'}total`, `${start}${end}`])
  const total = likely.find((candidate) => candidate !== name && names.has(candidate))
  if (total !== undefined) return [{ ...about(name), kind: 'failures', query: { events: name, total } }]
  const others = [...names].filter((other) => start !== '' && other.startsWith(start) && other !== name)
  const [only] = others
  if (only === undefined || others.length > 1) return []
  const doubt = `${only} may not count everything that ${name} is a part of`
  return [{ ...about(name), kind: 'failures', query: { events: name, total: only }, doubt }]
}
