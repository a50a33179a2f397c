/** Metrics read straight from the `/metrics` pages of proxies and services, without a Prometheus server in between. */
import type { z } from 'zod'
import type { PrometheusTextSource } from '../../core/plan/operator.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, MetricSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { countArms } from './count-arms.ts'
import { listOffers } from './list-offers.ts'
import { type Page, parseExposition } from './parse-exposition.ts'

const maximumBytes = 5_000_000
/** Of the call's time, so that a page that never comes does not take the others with it. */
const pageTimeShare = 0.75

/** Names of sources and their pages, as in `operator.yaml`. */
export function createPrometheusTextSource(
  sources: Readonly<Record<string, z.infer<typeof PrometheusTextSource>>>,
): MetricSource {
  /** The pages of a source; the error of the first URL when none answers. */
  async function readPages(source: string, context: DriverContext): Promise<Outcome<Map<string, Outcome<Page>>>> {
    const found = findByName('metric source', sources, source)
    if (!found.ok) return found
    const limits = { ...context, timeoutMs: context.timeoutMs * pageTimeShare }
    const pages = await Promise.all(
      found.value.urls.map(async (url): Promise<[string, Outcome<Page>]> => [url, await readPage(url, limits)]),
    )
    const failures = pages.flatMap(([, page]) => (page.ok ? [] : [page.error]))
    const [first] = failures
    if (!first || failures.length < pages.length) return succeed(new Map(pages))
    return fail(
      first.code,
      `no page of ${source} can be read: ${failures.map(({ message }) => message).join('; ')}`,
      first.cause,
    )
  }

  /** What is asked of a source in the same turn of the event loop is one look, and is read from the same pages. */
  const asked = new Map<string, ReturnType<typeof readPages>>()
  function readPagesOnce(source: string, context: DriverContext): ReturnType<typeof readPages> {
    const known = asked.get(source)
    if (known) return known
    const reading = readPages(source, context)
    asked.set(source, reading)
    setImmediate(() => asked.delete(source))
    return reading
  }

  return {
    name: 'prometheus-text',
    async ping(source, context) {
      const pages = await readPages(source, context)
      return pages.ok ? succeed(undefined) : pages
    },
    async read(source, request, context) {
      const pages = await readPagesOnce(source, context)
      return pages.ok ? countArms(new Map([...pages.value].map(([url, page]) => [url, stateOf(page)])), request) : pages
    },
    async offers(source, context) {
      const pages = await readPages(source, context)
      if (!pages.ok) return pages
      const read = [...pages.value.values()].flatMap((page) => (page.ok ? [page.value] : []))
      return succeed(
        listOffers(
          read.flatMap(({ samples }) => samples),
          new Map(read.flatMap(({ described }) => [...described])),
        ),
      )
    },
  }
}

/** A refused connection is a process that is gone, with its counters; after any other failure they may go on. */
function stateOf(page: Outcome<Page>): Page | 'gone' | 'silent' {
  if (page.ok) return page.value
  return page.error.cause === 'ECONNREFUSED' ? 'gone' : 'silent'
}

async function readPage(url: string, context: DriverContext): Promise<Outcome<Page>> {
  const answer = await exchangeHttp({ url, headers: { accept: 'text/plain; version=0.0.4' }, maximumBytes }, context)
  if (!answer.ok) return answer
  const { status, body } = answer.value
  if (status !== 200)
    return fail(
      'rejected',
      `${url} answered ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`,
    )
  const page = parseExposition(body.toString('utf8'))
  return 'problem' in page ? fail('rejected', `${url}: ${page.problem}`) : succeed(page)
}
