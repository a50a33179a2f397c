/** Questions to the HTTP API of a Prometheus server: one bounded exchange each, the answer checked, errors as outcomes. */
import { z } from 'zod'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { exchangeHttp } from '../http-exchange.ts'
import type { Sample } from './parse-exposition.ts'
import { toNumber } from './parse-exposition.ts'

export interface PrometheusServer {
  url: string
  headers: Readonly<Record<string, string>>
}

const maximumBytes = 5_000_000

const Labels = z.record(z.string(), z.string())
/** A sample of a native histogram has no `value`: there are no classic buckets to read in it. */
const Vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: Labels, value: z.tuple([z.number(), z.string()]).optional() })),
})
const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({ status: z.literal('error'), error: z.string() }),
])

const Targets = z.object({
  activeTargets: z.array(z.object({ labels: Labels, health: z.string(), lastError: z.string() })),
})
export type Target = z.infer<typeof Targets>['activeTargets'][number]

/** The newest sample of each series that an expression selects, as of now. */
export async function queryVector(
  server: PrometheusServer,
  query: string,
  context: DriverContext,
): Promise<Outcome<Sample[]>> {
  const timeout = `${Math.max(1, Math.floor(context.timeoutMs))}ms`
  const answer = await ask(server, 'query', { query, timeout }, Vector, context)
  if (!answer.ok) return answer
  const samples = answer.value.result.flatMap(({ metric, value }): Sample[] => {
    const { __name__: name = '', ...labels } = metric
    const number = value && toNumber(value[1])
    return number === undefined ? [] : [{ name, labels: new Map(Object.entries(labels)), value: number }]
  })
  return succeed(samples)
}

/** `unavailable` where none of its targets answers. One that scrapes nothing, because others write to it, is well. */
export async function pingServer(server: PrometheusServer, context: DriverContext): Promise<Outcome<void>> {
  const answering = await queryVector(server, 'count(up == 1) or 0 * count(up)', context)
  if (!answering.ok) return answering
  const [count] = answering.value
  return count?.value === 0 ? fail('unavailable', `no target that ${server.url} scrapes answers`) : succeed(undefined)
}

/** What Prometheus scrapes, and how its last scrape of each went. */
export async function readTargets(server: PrometheusServer, context: DriverContext): Promise<Outcome<Target[]>> {
  const answer = await ask(server, 'targets', { state: 'active' }, Targets, context)
  return answer.ok ? succeed(answer.value.activeTargets) : answer
}

/** The labels of the targets whose page describes this family, whether or not it has a sample yet. */
export async function targetsDescribing(
  server: PrometheusServer,
  family: string,
  context: DriverContext,
): Promise<Outcome<Target['labels'][]>> {
  const shape = z.array(z.object({ target: Labels }))
  const answer = await ask(server, 'targets/metadata', { metric: family }, shape, context)
  return answer.ok ? succeed(answer.value.map(({ target }) => target)) : answer
}

/** Every name that has or had a sample. */
export const readNames = (server: PrometheusServer, context: DriverContext): Promise<Outcome<string[]>> =>
  ask(server, 'label/__name__/values', {}, z.array(z.string()), context)

/** Type and help of at most `limit` families. */
export async function readMetadata(
  server: PrometheusServer,
  limit: number,
  context: DriverContext,
): Promise<Outcome<Map<string, { type: string; help: string }>>> {
  const shape = z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string() })))
  const answer = await ask(server, 'metadata', { limit: `${limit}`, limit_per_metric: '1' }, shape, context)
  if (!answer.ok) return answer
  const families = Object.entries(answer.value).flatMap(([name, [first]]) => (first ? [[name, first] as const] : []))
  return succeed(new Map(families))
}

/** `labels` as text between braces; values are quoted, so that nothing in them is read as PromQL. */
export function selectorText(
  name: string,
  pairs: readonly { label: string; operator: string; value: string }[],
): string {
  return `${name}{${pairs.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`).join(',')}}`
}

/** A pattern that matches exactly these texts. */
export const anyOf = (texts: readonly string[]): string =>
  texts.map((text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')).join('|')

async function ask<T>(
  server: PrometheusServer,
  path: string,
  parameters: Readonly<Record<string, string>>,
  shape: z.ZodType<T>,
  context: DriverContext,
): Promise<Outcome<T>> {
  const base = server.url.replace(/\/+$/, '')
  const url = `${base}/api/v1/${path}?${new URLSearchParams(parameters)}`
  const headers = { accept: 'application/json', ...server.headers }
  const exchange = await exchangeHttp({ url, headers, maximumBytes }, context)
  if (!exchange.ok) return exchange
  const { status, body } = exchange.value
  if (status === 401 || status === 403)
    return fail('unauthorized', `${base} answered ${status}; give the metric source the headers that it asks for`)
  const answer = Answer.safeParse(parseJson(body.toString('utf8')))
  if (!answer.success)
    return fail(
      status >= 500 ? 'unavailable' : 'rejected',
      `${base} answered ${status} to api/v1/${path}, and not as Prometheus does; is it the base URL of a Prometheus server?`,
    )
  if (answer.data.status === 'error')
    return fail(status >= 500 ? 'unavailable' : 'rejected', `${base} refuses the question: ${answer.data.error}`)
  const data = shape.safeParse(answer.data.data)
  return data.success ? succeed(data.data) : fail('rejected', `${base} answered api/v1/${path} in an unknown form`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
