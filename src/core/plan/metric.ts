/** What a metric is to a source: counters or a histogram, chosen by selectors, without the arm. */
import { z } from 'zod'
import type { ThresholdKind } from './condition.ts'

/** A Prometheus instant-vector selector such as `http_requests_total{status=~"5.."}`: name and `= != =~ !~` matchers. */
export const Selector = z.string().min(1).max(500)

export const LabelName = z
  .string()
  .regex(/^[a-zA-Z_]\w*$/, 'the name of a label: letters, digits and _, and no digit at the beginning')

/** The label whose values are judged apart from each other, such as `country`: a change of their mix is then no change of the rate. */
const segmentBy = z.string().optional()

/** What the values of a gauge are; without a unit they are bare numbers. */
export const GaugeUnit = z.enum(['bytes', 'ratio', 'percent', 's', 'ms'])
export type GaugeUnit = z.infer<typeof GaugeUnit>

/** The conditions that a gauge answers, and what turns its values into their canonical unit. */
export const gaugeUnits: Readonly<Record<GaugeUnit, { kind: ThresholdKind; scale: number }>> = {
  bytes: { kind: 'size', scale: 1 },
  ratio: { kind: 'fraction', scale: 1 },
  percent: { kind: 'fraction', scale: 0.01 },
  s: { kind: 'duration', scale: 1_000 },
  ms: { kind: 'duration', scale: 1 },
}

/**
 * `events` of `total` (a rate, a conversion, or a bare count per total), a classic histogram by its base name, or a gauge, whose values of
 * now are shown and never decide.
 */
export const MetricQuery = z.union([
  z.strictObject({ events: Selector, total: Selector, segmentBy }),
  /** `scaleToMs` turns a bucket edge into milliseconds: 1000 for a histogram in seconds. */
  z.strictObject({ histogram: Selector, scaleToMs: z.number().positive(), segmentBy }),
  z.strictObject({ gauge: Selector, unit: GaugeUnit.optional() }),
])
export type MetricQuery = z.infer<typeof MetricQuery>

/** Whether a metric shows values of now, which never decide. */
export const isGauge = (metric: { query: MetricQuery } | undefined): boolean =>
  metric !== undefined && 'gauge' in metric.query

/** The label that tells the arms apart, and its value for each. */
export const ArmSelector = z.strictObject({ label: z.string(), candidate: z.string(), baseline: z.string() })
export type ArmSelector = z.infer<typeof ArmSelector>

/** A counter or a classic histogram that a source has, to choose from. `labels` holds label names, each with some of its values. */
export interface MetricOffer {
  name: string
  type: 'counter' | 'histogram'
  /** What its author says it counts; may be empty. */
  help: string
  labels: Readonly<Record<string, readonly string[]>>
}
