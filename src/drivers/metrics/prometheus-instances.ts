/** Which scraped instances a Prometheus server has for a query, with their samples, and which arms each of them shows now. */
import type { ArmSelector } from '../../core/plan/metric.ts'
import { type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import type { Page } from './parse-exposition.ts'
import { anyOf, type PrometheusServer, queryVector, selectorText, targetsDescribing } from './prometheus-api.ts'
import { namesOf, type ReadyQuery, selectorsOf } from './select-series.ts'

/** An instance is what Prometheus calls one scraped page: a pair of its labels `job` and `instance`. */
export const instanceOf = ({ job = '', instance = '' }: Readonly<Record<string, string>>): string =>
  JSON.stringify([job, instance])
const jobOf = (key: string): string => (JSON.parse(key) as [string, string])[0]

/** What is known of each instance: names on its page, samples of the arms. */
type Instances = Map<string, Page>

/** Instances that show the metric with an arm, or describe it. */
export async function findInstances(
  server: PrometheusServer,
  query: ReadyQuery,
  arms: ArmSelector,
  context: DriverContext,
): Promise<Outcome<Instances>> {
  const arm = { label: arms.label, operator: '=~', value: anyOf([arms.candidate, arms.baseline]) }
  const suffix = 'histogram' in query ? '_bucket' : ''
  const texts = new Set(selectorsOf(query).map(({ name, pairs }) => selectorText(`${name}${suffix}`, [...pairs, arm])))
  const instances: Instances = new Map()
  const pageOf = (key: string): Page => {
    const page = instances.get(key) ?? { samples: [], names: new Set(), described: new Map() }
    instances.set(key, page)
    return page
  }
  const [vectors, descriptions] = await Promise.all([
    Promise.all([...texts].map((text) => queryVector(server, text, context))),
    Promise.all(
      [...new Set(namesOf(query))].map(async (name) => ({
        name,
        targets: await targetsDescribing(server, name, context),
      })),
    ),
  ])
  for (const { name, targets } of descriptions) {
    if (!targets.ok) return targets
    for (const labels of targets.value) pageOf(instanceOf(labels)).names.add(name)
  }
  const seen = new Set<string>()
  for (const vector of vectors) {
    if (!vector.ok) return vector
    for (const sample of vector.value) {
      // The failures are among all requests: two selectors may give one series twice.
      const series = JSON.stringify([sample.name, ...sample.labels])
      if (seen.has(series)) continue
      seen.add(series)
      const page = pageOf(instanceOf(Object.fromEntries(sample.labels)))
      page.samples.push(sample)
      page.names.add(sample.name)
    }
  }
  return succeed(instances)
}

/** The arms that each instance of these jobs shows anywhere, in a sample that is not stale by the server's own clock. */
export async function freshArms(
  server: PrometheusServer & { staleAfter: number },
  instances: string[],
  { label, candidate, baseline }: ArmSelector,
  context: DriverContext,
): Promise<Outcome<Map<string, Set<string>>>> {
  const selector = selectorText('', [
    { label, operator: '=~', value: anyOf([candidate, baseline]) },
    { label: 'job', operator: '=~', value: anyOf([...new Set(instances.map(jobOf))]) },
  ])
  // What a failed scrape has marked as gone is not among the newest samples; what is only old is not in the span.
  const fresh = `${selector} and last_over_time(${selector}[${Math.max(1, Math.round(server.staleAfter))}ms])`
  const counts = await queryVector(server, `count by (job, instance, ${label}) (${fresh})`, context)
  if (!counts.ok) return counts
  const byInstance = Map.groupBy(counts.value, ({ labels }) => instanceOf(Object.fromEntries(labels)))
  return succeed(
    new Map([...byInstance].map(([key, list]) => [key, new Set(list.map(({ labels }) => labels.get(label) ?? ''))])),
  )
}
