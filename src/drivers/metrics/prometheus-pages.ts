/** The pages that a Prometheus server scraped, put together again as far as a query needs them: raw counters, never rates. */
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, MetricRead } from '../../ports/drivers.ts'
import { type Pages, unknownMetric } from './count-arms.ts'
import type { Page, Sample } from './parse-exposition.ts'
import { type PrometheusServer, pingServer, readNames, readTargets } from './prometheus-api.ts'
import { findInstances, freshArms, instanceOf } from './prometheus-instances.ts'
import { namesOf, readyQuery } from './select-series.ts'

/**
 * A page for each instance that knows the metric or stands in the cursor. An instance that is no longer scraped at all is left out: should it
 * come back, its counters start at the reading after.
 */
export async function readPages(
  server: PrometheusServer & { staleAfter: number },
  { query, arms, cursor }: MetricRead,
  context: DriverContext,
): Promise<Outcome<Pages>> {
  const ready = readyQuery(query)
  if (!ready.ok) return ready
  if (!/^[a-zA-Z_]\w*$/.test(arms.label)) return fail('rejected', `"${arms.label}" is no name of a label`)
  const found = await findInstances(server, ready.value, arms, context)
  if (!found.ok) return found
  const instances = found.value
  const known = new Set([...instances.values()].flatMap(({ names }) => [...names]))
  const unknown = namesOf(ready.value).find((name) => !known.has(name) && !known.has(`${name}_bucket`))
  if (unknown !== undefined) return explainUnknown(server, unknown, context)

  const fresh = await freshArms(server, [...instances.keys()], arms, context)
  if (!fresh.ok) return fresh
  const pages = new Map<string, Page | 'gone' | 'silent'>()
  for (const [key, page] of instances) {
    const present = fresh.value.get(key)
    if (present) pages.set(key, only(page, present, arms.label))
  }
  const past = typeof cursor === 'object' && cursor !== null ? Object.keys(cursor) : []
  const missing = [...new Set([...instances.keys(), ...past])].filter((key) => !pages.has(key))
  if (missing.length === 0) return succeed(pages)
  const targets = await readTargets(server, context)
  if (!targets.ok) return targets
  const listed = new Map(targets.value.map((target) => [instanceOf(target.labels), target]))
  for (const key of missing) {
    const target = listed.get(key)
    const empty = instances.get(key)
    if (target?.health === 'up' && empty) pages.set(key, { ...empty, samples: [] })
    else if (target) pages.set(key, target.lastError.includes('connection refused') ? 'gone' : 'silent')
  }
  if ([...pages.values()].some((page) => typeof page === 'object')) return succeed(pages)
  const why = missing.map((key) => listed.get(key)?.lastError ?? '').find((error) => error !== '')
  return fail('unavailable', `none of the instances that know ${namesOf(ready.value).join(' and ')} answers`, why)
}

/** The page with the samples of these arms, each arm shown even where it has counted nothing yet. */
function only(page: Page, present: ReadonlySet<string>, label: string): Page {
  const shown = [...present].map((arm): Sample => ({ name: '', labels: new Map([[label, arm]]), value: 1 }))
  return { ...page, samples: [...page.samples.filter(({ labels }) => present.has(labels.get(label) ?? '')), ...shown] }
}

/** A name that had samples once is known, and nobody shows it now. */
async function explainUnknown(server: PrometheusServer, name: string, context: DriverContext): Promise<Outcome<never>> {
  const answering = await pingServer(server, context)
  if (!answering.ok) return answering
  const names = await readNames(server, context)
  if (!names.ok) return names
  const existed = names.value.some((known) => known === name || known === `${name}_bucket`)
  return existed ? fail('unavailable', `no instance shows ${name} now`) : unknownMetric(name, names.value)
}
