/** What a source has to choose from: samples and descriptions gathered by metric family, within limits. */
import type { MetricOffer } from '../../core/plan/metric.ts'
import type { MetricOffers } from '../../ports/drivers.ts'
import type { Descriptions, Sample } from './parse-exposition.ts'

export const maximumFamilies = 5_000
const maximumLabels = 30
const maximumValues = 50
const maximumHelp = 300

/** Counters and classic histograms by name in order; a label shows its first values in order. */
export function listOffers(samples: Iterable<Sample>, described: Descriptions): MetricOffers {
  const bucketed = new Set<string>()
  const byName = Map.groupBy(samples, ({ name }) => name)
  for (const [name, list] of byName) {
    if (name.endsWith('_bucket') && list.some(({ labels }) => labels.has('le'))) bucketed.add(name.slice(0, -7))
  }
  const families = new Map<string, Sample[]>()
  for (const name of described.keys()) if (!byName.has(`${name}_total`)) families.set(name, [])
  for (const [name, list] of byName) {
    const family = familyOf(name, (base) => bucketed.has(base) || described.has(base))
    families.set(family, [...(families.get(family) ?? []), ...list])
  }
  const offers = [...families].flatMap(([name, list]): MetricOffer[] => {
    const about = described.get(name) ?? described.get(name.replace(/_total$/, ''))
    const type = typeOf(name, about?.type, bucketed)
    return type ? [{ name, type, help: (about?.help ?? '').slice(0, maximumHelp), labels: labelsOf(list) }] : []
  })
  const kept = offers.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, maximumFamilies)
  return { families: kept, omitted: offers.length - kept.length }
}

/** `took_seconds` for `took_seconds_sum`, where there is such a family. */
function familyOf(name: string, exists: (base: string) => boolean): string {
  const base = name.replace(/_(bucket|sum|count)$/, '')
  return base !== name && exists(base) ? base : name
}

/** A page without `# TYPE` lines still follows the naming rules. */
function typeOf(
  name: string,
  type: string | undefined,
  bucketed: ReadonlySet<string>,
): MetricOffer['type'] | undefined {
  if (bucketed.has(name) || type === 'histogram') return 'histogram'
  const untyped = type === undefined || type === 'unknown' || type === 'untyped'
  return type === 'counter' || (untyped && name.endsWith('_total')) ? 'counter' : undefined
}

function labelsOf(samples: Sample[]): MetricOffer['labels'] {
  const values = new Map<string, Set<string>>()
  for (const { labels } of samples) {
    for (const [label, value] of labels) {
      if (label === 'le' || label === 'quantile') continue
      values.set(label, (values.get(label) ?? new Set()).add(value))
    }
  }
  const kept = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maximumLabels)
  return Object.fromEntries(kept.map(([label, set]) => [label, [...set].sort().slice(0, maximumValues)]))
}
