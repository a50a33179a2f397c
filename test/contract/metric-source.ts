/** What every metric source must do, run on the one in memory and on each real one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MetricReading } from '../../src/core/release/evidence.ts'
import type { MetricRead, MetricSource } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'
import { gaugesContract } from './metric-gauges.ts'
import { type SourceCalls, segmentsContract } from './metric-segments.ts'

/** A source `main` over the two processes `one` and `two`, both gone until they show something. */
export interface SourceUnderTest extends AsyncDisposable {
  source: MetricSource
  /** Text in the Prometheus format, `gone` (nothing listens) or `silent` (takes requests, never answers). */
  show(process: 'one' | 'two', page: { text: string } | 'gone' | 'silent'): Promise<void>
}

const arms = { label: 'version', candidate: 'v2', baseline: 'v1' }
const errors: MetricRead = { query: { events: 'requests_total{code=~"5.."}', total: 'requests_total' }, arms }
const latency: MetricRead = { query: { histogram: 'took_seconds{path!="/health"}', scaleToMs: 1_000 }, arms }

/** A page on which the version has answered so often with 200 and 500; null leaves the series out. */
function requests(version: string, ok: number | string, failed: number | string | null): string {
  const failures = failed === null ? '' : `requests_total{version="${version}",code="500"} ${failed}\n`
  return `# TYPE requests_total counter\nrequests_total{version="${version}",code="200"} ${ok}\n${failures}`
}

/** A page with a histogram of the version: cumulative counts up to 0.1 s, 0.5 s and in all. */
function durations(version: string, [fast, slow, all]: readonly [number, number, number]): string {
  const bucket = (le: string, count: number) =>
    `took_seconds_bucket{le="${le}",version="${version}",path="/"} ${count}\n`
  const health = `took_seconds_bucket{le="+Inf",version="${version}",path="/health"} 99\n`
  return `# TYPE took_seconds histogram\n${bucket('0.1', fast)}${bucket('0.5', slow)}${bucket('+Inf', all)}${health}`
}

export function metricSourceContract(open: () => Promise<SourceUnderTest>): void {
  let test: SourceUnderTest
  beforeEach(async () => {
    test = await open()
  })
  afterEach(() => test[Symbol.asyncDispose]())

  const read = async (request: MetricRead, cursor?: MetricReading['cursor']): Promise<MetricReading> => {
    const outcome = await test.source.read(
      'main',
      cursor === undefined ? request : { ...request, cursor },
      effectContext({ timeoutMs: 500 }),
    )
    if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`)
    return JSON.parse(JSON.stringify(outcome.value)) as MetricReading
  }
  const show = (one: string, two?: string) =>
    Promise.all([test.show('one', { text: one }), two === undefined ? undefined : test.show('two', { text: two })])

  describe('as a metric source, for counters', () => {
    it('starts with zeros, and counts from there', async () => {
      await show(requests('v1', 100, 5), requests('v2', 10, 1))
      const start = await read(errors)
      expect(start.arms).toEqual({ baseline: { total: 0, events: 0 }, candidate: { total: 0, events: 0 } })
      await show(requests('v1', 150, 6), requests('v2', 17, 4))
      const next = await read(errors, start.cursor)
      expect(next.arms).toEqual({ baseline: { total: 51, events: 1 }, candidate: { total: 10, events: 3 } })
      expect((await read(errors, next.cursor)).arms).toEqual({
        baseline: { total: 0, events: 0 },
        candidate: { total: 0, events: 0 },
      })
    })

    it('counts a series that is new from zero, and one that does not exist yet as zero', async () => {
      await show(requests('v1', 10, null))
      const start = await read(errors)
      expect(start.arms).toEqual({ baseline: { total: 0, events: 0 } })
      await show(requests('v1', 15, 2))
      expect((await read(errors, start.cursor)).arms).toEqual({ baseline: { total: 7, events: 2 } })
    })

    it('counts an arm that shows up, on a page that knows the metric, from zero', async () => {
      await show(`${requests('v1', 10, 0)}build_info{version="v2"} 1\n`)
      const start = await read(errors)
      expect(start.arms.candidate).toEqual({ total: 0, events: 0 })
      await show(requests('v1', 10, 0) + requests('v2', 3, 1))
      expect((await read(errors, start.cursor)).arms.candidate).toEqual({ total: 4, events: 1 })
    })

    it('leaves out an arm whose process is gone, and counts its successor from zero', async () => {
      await show(requests('v1', 100, 0), requests('v2', 50, 0))
      const start = await read(errors)
      await test.show('two', 'gone')
      const without = await read(errors, start.cursor)
      expect(without.arms).toEqual({ baseline: { total: 0, events: 0 } })
      await show(requests('v1', 101, 0), requests('v2', 60, 2))
      expect((await read(errors, without.cursor)).arms).toEqual({
        baseline: { total: 1, events: 0 },
        candidate: { total: 62, events: 2 },
      })
    })

    it('leaves out an arm whose process does not answer in time, and catches up once it does', async () => {
      await show(requests('v1', 100, 0), requests('v2', 50, 0))
      const start = await read(errors)
      await test.show('two', 'silent')
      const without = await read(errors, start.cursor)
      expect(without.arms).toEqual({ baseline: { total: 0, events: 0 } })
      await show(requests('v1', 100, 0), requests('v2', 60, 2))
      expect((await read(errors, without.cursor)).arms.candidate).toEqual({ total: 12, events: 2 })
    })

    it('takes all that a process shows as new after its counters went down', async () => {
      await show(requests('v1', 100, 7))
      const start = await read(errors)
      await show(requests('v1', 4, 1))
      expect((await read(errors, start.cursor)).arms.baseline).toEqual({ total: 5, events: 1 })
    })

    it.each(['NaN', '+Inf', '-3'])('takes %s as no data of that arm, never as zero', async (value) => {
      await show(requests('v1', 100, 0), requests('v2', 50, 0))
      const start = await read(errors)
      await show(requests('v1', 110, 0), requests('v2', 60, value))
      const without = await read(errors, start.cursor)
      expect(without.arms).toEqual({ baseline: { total: 10, events: 0 } })
      await show(requests('v1', 110, 0), requests('v2', 60, 3))
      expect((await read(errors, without.cursor)).arms.candidate).toEqual({ total: 13, events: 3 })
    })

    it('does not take history as new where the first value was no number', async () => {
      await show(requests('v1', 'NaN', 0))
      const start = await read(errors)
      await show(requests('v1', 1_000, 10))
      const next = await read(errors, start.cursor)
      expect(next.arms).toEqual({ baseline: { total: 0, events: 0 } })
    })

    it('adds up the processes of one arm', async () => {
      await show(requests('v1', 100, 1), requests('v1', 200, 2))
      const start = await read(errors)
      await show(requests('v1', 110, 2), requests('v1', 205, 2))
      expect((await read(errors, start.cursor)).arms).toEqual({ baseline: { total: 16, events: 1 } })
    })
  })

  describe('as a metric source, for histograms', () => {
    it('gives cumulative counts by edge in milliseconds', async () => {
      await show(durations('v1', [10, 20, 20]))
      const start = await read(latency)
      await show(durations('v1', [15, 29, 30]))
      const { arms: counts } = await read(latency, start.cursor)
      expect(counts).toEqual({
        baseline: {
          total: 10,
          buckets: [
            { le: 100, count: 5 },
            { le: 500, count: 9 },
            { le: null, count: 10 },
          ],
        },
      })
    })

    it('takes the whole histogram as new after a restart, so that it stays cumulative', async () => {
      await show(durations('v1', [0, 0, 9]))
      const start = await read(latency)
      await show(durations('v1', [8, 8, 8]))
      expect((await read(latency, start.cursor)).arms.baseline).toMatchObject({
        total: 8,
        buckets: [{ count: 8 }, { count: 8 }, { count: 8 }],
      })
    })

    it('shows the edges of an arm that has counted nothing yet', async () => {
      await show(`${durations('v1', [1, 1, 1])}build_info{version="v2"} 1\n`)
      const { candidate } = (await read(latency)).arms
      expect(candidate).toEqual({
        total: 0,
        buckets: [
          { le: 100, count: 0 },
          { le: 500, count: 0 },
          { le: null, count: 0 },
        ],
      })
    })

    it('leaves out an arm whose histogram has no last bucket', async () => {
      await show('took_seconds_bucket{le="0.1",version="v1",path="/"} 3\n')
      expect((await read(latency)).arms).toEqual({})
    })
  })

  const outcomeOf = (request: MetricRead) => test.source.read('main', request, effectContext({ timeoutMs: 200 }))
  const calls: SourceCalls = {
    read,
    show,
    outcomeOf,
    end: (process) => test.show(process, 'gone'),
    silence: (process) => test.show(process, 'silent'),
  }
  segmentsContract(calls)
  gaugesContract(calls)

  describe('as a metric source, in trouble', () => {
    it('is unavailable when no process answers', async () => {
      expect(await outcomeOf(errors)).toMatchObject({ ok: false, error: { code: 'unavailable' } })
      expect(await test.source.ping('main', effectContext())).toMatchObject({
        ok: false,
        error: { code: 'unavailable' },
      })
      await show(requests('v1', 1, 1))
      expect(await test.source.ping('main', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('does not know a metric that no page knows, and names those it may be', async () => {
      await show(requests('v1', 1, 1))
      const outcome = await outcomeOf({ query: { events: 'request_total', total: 'requests_total' }, arms })
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'notFound', message: expect.stringMatching(/metric request_total; .*requests_total/) },
      })
    })

    it('rejects a selector that cannot be read, and a cursor of another source', async () => {
      await show(requests('v1', 1, 1))
      expect(await outcomeOf({ query: { events: 'sum(x)', total: 'x' }, arms })).toMatchObject({
        ok: false,
        error: { code: 'rejected' },
      })
      expect(await outcomeOf({ ...errors, cursor: 'page 7' })).toMatchObject({ ok: false, error: { code: 'rejected' } })
    })

    it.each(['nowhere', 'constructor'])('does not know the source %s', async (source) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${source}"`) } }
      expect(await test.source.read(source, errors, effectContext())).toMatchObject(notFound)
      expect(await test.source.ping(source, effectContext())).toMatchObject(notFound)
    })

    it('gives up by its time limit and by its signal', async () => {
      await Promise.all([test.show('one', 'silent'), test.show('two', 'silent')])
      const late = await timed(outcomeOf(errors))
      expect(late.value).toMatchObject({ ok: false, error: { code: expect.stringMatching(/timeout|unavailable/) } })
      const stopped = await timed(test.source.read('main', errors, abortingContext(50)))
      expect(stopped.value).toMatchObject({ ok: false, error: { code: 'unavailable' } })
      expect(late.elapsedMs + stopped.elapsedMs).toBeLessThan(2_000)
    })
  })
}
