/** What a Prometheus server has to choose from: its families, with labels taken from a few series of each. */
import { type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, MetricOffers } from '../../ports/drivers.ts'
import { listOffers, maximumFamilies } from './list-offers.ts'
import type { Sample } from './parse-exposition.ts'
import { anyOf, type PrometheusServer, queryVector, readMetadata, readNames } from './prometheus-api.ts'

/** Names asked for in one question, and series of each: those that counted most and least, for a rare outcome is among the least. */
const namesAtOnce = 100
const seriesOfName = 25

/** Counters and classic histograms come with labels, at most `maximumFamilies` of them. */
export async function readOffers(server: PrometheusServer, context: DriverContext): Promise<Outcome<MetricOffers>> {
  const [names, described] = await Promise.all([
    readNames(server, context),
    readMetadata(server, maximumFamilies, context),
  ])
  if (!names.ok) return names
  if (!described.ok) return described
  const samples: Sample[] = []
  const counted = names.value
    .filter((name) => /_(total|bucket)$/.test(name) || described.value.get(name)?.type === 'counter')
    .sort()
    .slice(0, maximumFamilies)
  for (let start = 0; start < counted.length; start += namesAtOnce) {
    const pattern = JSON.stringify(anyOf(counted.slice(start, start + namesAtOnce)))
    // One bucket stands for its histogram: the others have the same labels.
    const selector = `{__name__=~${pattern},le=~"|[+]Inf"}`
    for (const pick of ['topk', 'bottomk']) {
      const some = await queryVector(server, `${pick} by (__name__) (${seriesOfName}, ${selector})`, context)
      if (!some.ok) return some
      samples.push(...some.value)
    }
  }
  return succeed(listOffers(samples, described.value))
}
