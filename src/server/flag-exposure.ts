/**
 * Who was given which variant, counted as it is answered: a page in Prometheus' text format, so that a release judges the users of a flag's
 * variants as it judges those of two versions.
 */
import { Counter, Registry } from 'prom-client'
import type { Resolution } from '../core/flags/resolution.ts'

export type HowAsked = 'single' | 'bulk'

/** Flags that are no more keep their counts; beyond this many none are begun. A file has at most 10,000 flags. */
const mostFlags = 20_000

interface Given {
  flag: string
  variant: string
  reason: string
  how: HowAsked
  count: number
}

export class FlagExposure {
  readonly #byFlag = new Map<string, Given[]>()
  readonly #registry = new Registry()

  constructor() {
    const tell = () => [...this.#byFlag.values()].flat()
    const counter = new Counter({
      name: 'tidegate_flag_evaluations_total',
      help: 'Answers by flag, variant, reason, and whether one flag was asked for or all of them',
      labelNames: ['flag', 'variant', 'reason', 'how'],
      registers: [],
      // When the page is asked for: counting itself has to cost next to nothing.
      collect() {
        this.reset()
        for (const { count, ...labels } of tell()) this.inc(labels, count)
      },
    })
    this.#registry.registerMetric(counter)
  }

  /** A flag that is not there is none that anybody could be exposed to. */
  count(flag: string, { variant = '', reason, errorCode }: Resolution, how: HowAsked): void {
    if (errorCode === 'FLAG_NOT_FOUND') return
    const given = this.#byFlag.get(flag)
    for (const one of given ?? []) {
      if (one.variant !== variant || one.reason !== reason || one.how !== how) continue
      one.count++
      return
    }
    const first = { flag, variant, reason, how, count: 1 }
    if (given) given.push(first)
    else if (this.#byFlag.size < mostFlags) this.#byFlag.set(flag, [first])
  }

  /** The page, and its content type. */
  async page(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}
