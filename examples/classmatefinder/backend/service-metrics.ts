// Everything the service counts, in its own Prometheus registry; each series carries the version that counted it.
import { Counter, Histogram, Registry } from 'prom-client'

/** The counters of one service; README.md says what each counts. */
export type ServiceMetrics = ReturnType<typeof createServiceMetrics>

/** A fresh registry. Counters without labels and both verification outcomes read 0 from the start, so that a first rise is seen. */
export function createServiceMetrics(version: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ version })
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] })

  const metrics = {
    registry,
    received: counter('http_requests_received_total', 'API requests that arrived, answered or not'),
    answered: counter('http_requests_total', 'API requests answered', ['method', 'route', 'status']),
    duration: new Histogram({
      name: 'http_request_duration_seconds',
      help: "Time from an API request's arrival to the end of its answer",
      labelNames: ['route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers: [registry],
    }),
    registrations: counter('registrations_total', 'Accounts created'),
    mailsSent: counter('mails_sent_total', 'Mails the mail server accepted'),
    mailsFailed: counter('mails_failed_total', 'Mails given up: refused after every retry, or no room in the queue'),
    databaseQueries: counter('database_queries_total', 'Statements run'),
    databaseErrors: counter('database_errors_total', 'Statements that failed, other than on a duplicate'),
    verificationOutcomes: counter('email_verification_outcomes_total', 'Registrations whose window has passed', [
      'outcome',
    ]),
  }
  metrics.verificationOutcomes.inc({ outcome: 'verified' }, 0)
  metrics.verificationOutcomes.inc({ outcome: 'missed' }, 0)
  return metrics
}
