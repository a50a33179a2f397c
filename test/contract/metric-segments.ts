/** What every metric source must do with segments: the counts of a reading apart by the value of a label. */
import { describe, expect, it } from 'vitest'
import type { MetricReading } from '../../src/core/release/evidence.ts'
import type { Outcome } from '../../src/core/release/outcome.ts'
import type { MetricRead } from '../../src/ports/drivers.ts'

/**
 * A source over two processes that show pages. `read` throws where there is no reading. `end`: nothing listens there any more; `silence`: it
 * takes requests and never answers.
 */
export interface SourceCalls {
  read(request: MetricRead, cursor?: MetricReading['cursor']): Promise<MetricReading>
  outcomeOf(request: MetricRead): Promise<Outcome<MetricReading>>
  show(one: string, two?: string): Promise<unknown>
  end(process: 'one' | 'two'): Promise<unknown>
  silence(process: 'one' | 'two'): Promise<unknown>
}

const arms = { label: 'version', candidate: 'v2', baseline: 'v1' }
const byCountry = { events: 'replies_total{code="500"}', total: 'replies_total', segmentBy: 'country' }
const errors: MetricRead = { query: byCountry, arms }
const latency: MetricRead = { query: { histogram: 'took_seconds', scaleToMs: 1_000, segmentBy: 'country' }, arms }

/** A page on which the version has answered so often with 200 and 500 by country; of the country '' there is no label. */
function replies(version: string, countries: Readonly<Record<string, readonly [ok: number, failed: number]>>): string {
  const line = (country: string, code: number, count: number) =>
    `replies_total{version="${version}",code="${code}"${country === '' ? '' : `,country="${country}"`}} ${count}\n`
  const lines = Object.entries(countries).map(([name, [ok, failed]]) => line(name, 200, ok) + line(name, 500, failed))
  return `# TYPE replies_total counter\n${lines.join('')}`
}

/** Cumulative counts up to 0.1 s and in all, by country. */
function durations(version: string, countries: Readonly<Record<string, readonly [fast: number, all: number]>>): string {
  const line = (country: string, le: string, count: number) =>
    `took_seconds_bucket{version="${version}",country="${country}",le="${le}"} ${count}\n`
  const lines = Object.entries(countries).map(
    ([name, [fast, all]]) => line(name, '0.1', fast) + line(name, '+Inf', all),
  )
  return `# TYPE took_seconds histogram\n${lines.join('')}`
}

export function segmentsContract({ read, outcomeOf, show, end }: SourceCalls): void {
  describe('as a metric source, for segments', () => {
    it('gives counts apart by the label, arm by arm, and their sums', async () => {
      await show(replies('v1', { de: [100, 1], fr: [50, 0] }), replies('v2', { de: [10, 0], fr: [5, 0] }))
      const start = await read(errors)
      expect(start.segments).toEqual({})
      await show(replies('v1', { de: [130, 2], fr: [60, 0] }), replies('v2', { de: [12, 1], fr: [5, 0] }))
      const next = await read(errors, start.cursor)
      expect(next.segments).toEqual({
        de: { baseline: { total: 31, events: 1 }, candidate: { total: 3, events: 1 } },
        fr: { baseline: { total: 10, events: 0 }, candidate: { total: 0, events: 0 } },
      })
      expect(next.arms).toEqual({ baseline: { total: 41, events: 1 }, candidate: { total: 3, events: 1 } })
      expect((await read(errors, next.cursor)).segments).toEqual({})
    })

    it('gives none where none are asked for', async () => {
      await show(replies('v1', { de: [1, 0] }))
      const { segmentBy: _, ...query } = byCountry
      expect(await read({ query, arms })).not.toHaveProperty('segments')
    })

    it('gives histograms by segment, with the same edges in each', async () => {
      await show(durations('v1', { de: [5, 10], fr: [1, 1] }), durations('v2', { de: [1, 1] }))
      const start = await read(latency)
      await show(durations('v1', { de: [7, 14], fr: [2, 2] }), durations('v2', { de: [2, 5] }))
      const histogram = (fast: number, total: number) => ({
        total,
        buckets: [
          { le: 100, count: fast },
          { le: null, count: total },
        ],
      })
      const next = await read(latency, start.cursor)
      expect(next.segments).toEqual({
        de: { baseline: histogram(2, 4), candidate: histogram(1, 4) },
        fr: { baseline: histogram(1, 1), candidate: histogram(0, 0) },
      })
      expect(next.arms).toEqual({ baseline: histogram(3, 5), candidate: histogram(1, 4) })
    })

    it('counts a series without the label in a segment without a name', async () => {
      await show(replies('v1', { de: [10, 0], '': [4, 0] }))
      const start = await read(errors)
      await show(replies('v1', { de: [11, 0], '': [6, 1] }))
      expect((await read(errors, start.cursor)).segments).toEqual({
        '': { baseline: { total: 3, events: 1 } },
        de: { baseline: { total: 1, events: 0 } },
      })
    })

    it('gives a segment that is new a name of its own from the next look on', async () => {
      await show(replies('v1', { de: [10, 0] }))
      const start = await read(errors)
      await show(replies('v1', { de: [11, 0], at: [7, 1] }))
      const next = await read(errors, start.cursor)
      expect(next.segments).toEqual({
        '(others)': { baseline: { total: 8, events: 1 } },
        de: { baseline: { total: 1, events: 0 } },
      })
      await show(replies('v1', { de: [11, 0], at: [9, 1] }))
      expect((await read(errors, next.cursor)).segments).toEqual({ at: { baseline: { total: 2, events: 0 } } })
    })

    it('puts a segment whose name no record can have among the others', async () => {
      const hostile = (count: number) => replies('v1', Object.fromEntries([['__proto__', [count, 0]]]))
      await show(hostile(1))
      const start = await read(errors)
      await show(hostile(3))
      expect((await read(errors, start.cursor)).segments).toEqual({ '(others)': { baseline: { total: 2, events: 0 } } })
    })

    it('puts all but the 49 largest together, by what was counted before the look', async () => {
      const names = Array.from({ length: 60 }, (_, index) => `c${10 + index}`)
      const counts = (more: (index: number) => number) =>
        replies('v1', Object.fromEntries(names.map((name, index) => [name, [1_000 * (index + 1) + more(index), 0]])))
      await show(counts(() => 0))
      const start = await read(errors)
      await show(counts((index) => (index === 0 ? 90_000 : 1)))
      const next = await read(errors, start.cursor)
      const own = names.slice(11)
      expect(Object.keys(next.segments ?? {}).sort()).toEqual(['(others)', ...own])
      expect(next.segments?.['(others)']).toEqual({ baseline: { total: 90_010, events: 0 } })
      expect(next.arms.baseline?.total).toBe(90_059)
      await show(counts((index) => (index === 0 ? 90_001 : 1)))
      expect((await read(errors, next.cursor)).segments).toEqual({ c10: { baseline: { total: 1, events: 0 } } })
    })

    it('takes all that a process shows as new after its counters went down, and leaves out an arm that is gone', async () => {
      await show(replies('v1', { de: [100, 1], fr: [50, 0] }), replies('v2', { de: [10, 0] }))
      const start = await read(errors)
      await end('two')
      await show(replies('v1', { de: [3, 0], fr: [1, 1] }))
      const next = await read(errors, start.cursor)
      expect(next.segments).toEqual({
        de: { baseline: { total: 3, events: 0 } },
        fr: { baseline: { total: 2, events: 1 } },
      })
      expect(next.arms).toEqual({ baseline: { total: 5, events: 1 } })
    })

    it('takes a look for one segment where the events have no label and their total has, and loses none of them', async () => {
      const lost = (count: number) => `lost_total{version="v1"} ${count}\n`
      const query = { ...byCountry, events: 'lost_total' }
      await show(`# TYPE lost_total counter\n${replies('v1', { de: [10, 0], fr: [5, 0] })}`)
      const start = await read({ query, arms })
      await show(`${replies('v1', { de: [14, 0], fr: [6, 0] })}${lost(2)}`)
      const next = await read({ query, arms }, start.cursor)
      expect(next.segments).toEqual({ '(others)': { baseline: { total: 5, events: 2 } } })
      expect(next.arms).toEqual({ baseline: { total: 5, events: 2 } })
    })

    it('tells failures without the label apart from what has it, where both are of one total', async () => {
      const failed = (count: number) => `replies_total{version="v1",code="500"} ${count}\n`
      await show(`# TYPE replies_total counter\nreplies_total{version="v1",code="200",country="de"} 10\n${failed(0)}`)
      const start = await read(errors)
      await show(`replies_total{version="v1",code="200",country="de"} 14\n${failed(3)}`)
      expect((await read(errors, start.cursor)).segments).toEqual({
        '': { baseline: { total: 3, events: 3 } },
        de: { baseline: { total: 4, events: 0 } },
      })
    })

    it('rejects at the first reading a label that no series has, of the total or of the events, and one that is none', async () => {
      await show(`${replies('v1', { de: [10, 0] })}lost_total{version="v1",reason="x"} 1\n`)
      const messageFor = async (query: MetricRead['query']) => {
        const outcome = await outcomeOf({ query, arms })
        return outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message}`
      }
      expect(await messageFor({ ...byCountry, segmentBy: 'contry' })).toMatch(
        /^rejected: no series of replies_total has the label "contry" of segmentBy; .* name one of theirs: code, country, /,
      )
      expect(await messageFor({ ...byCountry, events: 'lost_total' })).toMatch(
        /^rejected: no series of lost_total has the label "country" of segmentBy;/,
      )
      expect(await messageFor({ ...byCountry, segmentBy: 'a-b' })).toBe('rejected: "a-b" is no name of a label')
    })
  })
}
