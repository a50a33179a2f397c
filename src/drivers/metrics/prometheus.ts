/** Metrics read from a Prometheus server, as the raw counters it scraped: differences are taken here, per instance. */
import type { z } from 'zod'
import type { PrometheusSource } from '../../core/plan/operator.ts'
import type { MetricSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { withDeadline } from '../with-deadline.ts'
import { countArms } from './count-arms.ts'
import { pingServer } from './prometheus-api.ts'
import { readOffers } from './prometheus-offers.ts'
import { readPages } from './prometheus-pages.ts'

/** Names of sources and their servers, as in `operator.yaml`. */
export function createPrometheusSource(
  sources: Readonly<Record<string, z.infer<typeof PrometheusSource>>>,
): MetricSource {
  const serverOf = (source: string) => findByName('metric source', sources, source)
  return {
    name: 'prometheus',
    async ping(source, context) {
      const server = serverOf(source)
      return server.ok ? pingServer(server.value, context) : server
    },
    async read(source, request, context) {
      const server = serverOf(source)
      if (!server.ok) return server
      const pages = await readPages(server.value, request, withDeadline(context))
      return pages.ok ? countArms(pages.value, request) : pages
    },
    async offers(source, context) {
      const server = serverOf(source)
      return server.ok ? readOffers(server.value, withDeadline(context)) : server
    },
  }
}
