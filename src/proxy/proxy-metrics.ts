/** The proxy's own counters: what users of each version met, a crashed version included. */
import { Counter, Histogram, Registry } from 'prom-client'

/** Upper edges of the duration histogram, in seconds. */
const durationEdges = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10]

export class ProxyMetrics {
  readonly registry = new Registry()
  readonly #known = new Set<string>()
  readonly #requests = new Counter({
    name: 'tidegate_proxy_requests_total',
    help: 'Requests by version and status; 502: the version refused or broke off, 504: it did not answer in time, 499: the client left.',
    labelNames: ['version', 'code'] as const,
    registers: [this.registry],
  })
  readonly #seconds = new Histogram({
    name: 'tidegate_proxy_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by version.',
    labelNames: ['version'] as const,
    buckets: durationEdges,
    registers: [this.registry],
  })

  /** Shows a version with zeros before its first request: no requests yet is not the same as no proxy. */
  know(version: string): void {
    if (this.#known.has(version)) return
    this.#known.add(version)
    this.#requests.inc({ version, code: '200' }, 0)
    this.#seconds.zero({ version })
  }

  observe(version: string, code: number, seconds: number): void {
    this.#requests.inc({ version, code: `${code}` })
    this.#seconds.observe({ version }, seconds)
  }
}
