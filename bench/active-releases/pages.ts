/** Services under a hundred releases: pages of counters and histograms that grow with time. `/N/router` and `/N/service`, for any N. */
import { createServer } from 'node:http'

const requestsPerSecond = 200
const errorRate = 0.002
const edges = [0.05, 0.1, 0.25, 0.5, 1, 2, 5]
const startedMs = performance.now()

const page = (kind: string): string => {
  const requests = Math.floor(((performance.now() - startedMs) / 1_000) * requestsPerSecond)
  return ['v0.0.9', 'v0.1.0']
    .map((version) => (kind === 'router' ? routed(version, requests) : served(version, requests)))
    .join('')
}

function routed(version: string, requests: number): string {
  const name = 'tidegate_proxy_request_duration_seconds'
  const buckets = edges.map(
    (edge) => `${name}_bucket{version="${version}",le="${edge}"} ${Math.floor(requests * Math.min(1, 0.7 + edge))}\n`,
  )
  return [
    `tidegate_proxy_requests_total{version="${version}",code="200"} ${requests}\n`,
    `tidegate_proxy_requests_total{version="${version}",code="500"} ${Math.floor(requests * errorRate)}\n`,
    ...buckets,
    `${name}_bucket{version="${version}",le="+Inf"} ${requests}\n${name}_sum{version="${version}"} ${requests * 0.1}\n${name}_count{version="${version}"} ${requests}\n`,
  ].join('')
}

function served(version: string, requests: number): string {
  return [
    `http_requests_received_total{version="${version}"} ${requests}\n`,
    `database_errors_total{version="${version}"} 0\ndatabase_queries_total{version="${version}"} ${requests * 3}\n`,
    `email_verification_outcomes_total{version="${version}",outcome="verified"} ${Math.floor(requests / 100)}\n`,
    `email_verification_outcomes_total{version="${version}",outcome="expired"} ${Math.floor(requests / 100_000)}\n`,
  ].join('')
}

const server = createServer(({ url = '' }, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
  response.end(page(url.split('/')[2] ?? ''))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.send?.(address?.port)
})
process.on('disconnect', () => process.exit())
