/** What gauges show now, per arm: the sum of their values over the instances that show one. There is nothing to remember between two readings. */
import type { ArmSelector } from '../../core/plan/metric.ts'
import type { ArmCounts, MetricReading } from '../../core/release/evidence.ts'
import type { Page } from './parse-exposition.ts'
import type { GaugeQuery } from './select-series.ts'
import { scaled } from './sum-series.ts'

/** An instance is a page; its value is the sum of the series that the selector finds there. One that shows no finite number is no data. */
export function readGauges(pages: readonly Page[], query: GaugeQuery, arms: ArmSelector): MetricReading {
  const counts = (['candidate', 'baseline'] as const).flatMap((arm): [string, ArmCounts][] => {
    const values = pages.flatMap((page) => valueOn(page, query, arms.label, arms[arm]) ?? [])
    const sum = scaled(
      values.reduce((total, value) => total + value, 0),
      query.scale,
    )
    return values.length > 0 && Number.isFinite(sum) ? [[arm, { total: values.length, gauge: sum }]] : []
  })
  return { arms: Object.fromEntries(counts), cursor: {} }
}

function valueOn({ samples }: Page, { gauge }: GaugeQuery, label: string, version: string): number | undefined {
  const shown = samples.filter(
    ({ name, labels }) => name === gauge.name && labels.get(label) === version && gauge.selects(labels),
  )
  const sum = shown.reduce((total, { value }) => total + value, 0)
  return shown.length > 0 && Number.isFinite(sum) ? sum : undefined
}
