/** What every metric source must do with gauges: the values of now, over the instances that show one. */
import { describe, expect, it } from 'vitest'
import type { MetricRead } from '../../src/ports/drivers.ts'
import type { SourceCalls } from './metric-segments.ts'

const arms = { label: 'version', candidate: 'v2', baseline: 'v1' }
const memory: MetricRead = { query: { gauge: 'memory_bytes', unit: 'bytes' }, arms }

const page = (version: string, value: number | string) =>
  `# TYPE memory_bytes gauge\nmemory_bytes{version="${version}"} ${value}\n`

export function gaugesContract({ read, outcomeOf, show, end, silence }: SourceCalls): void {
  describe('as a metric source, for gauges', () => {
    it('gives the sum of the values of now and the number of instances, whatever was read before', async () => {
      await show(page('v2', 4e8), page('v2', 5e8))
      const first = await read(memory)
      expect(first.arms).toEqual({ candidate: { total: 2, gauge: 9e8 } })
      await show(page('v2', 3e8), page('v1', -1.5))
      const second = await read(memory, first.cursor)
      expect(second.arms).toEqual({ candidate: { total: 1, gauge: 3e8 }, baseline: { total: 1, gauge: -1.5 } })
    })

    it('takes the series of one page for one instance, those that the selector finds', async () => {
      const queue = (name: string, depth: number) => `queue_depth{version="v2",queue="${name}"} ${depth}\n`
      await show(`# TYPE queue_depth gauge\n${queue('mail', 3)}${queue('print', 4)}${queue('dead', 90)}`)
      expect((await read({ query: { gauge: 'queue_depth{queue!="dead"}' }, arms })).arms).toEqual({
        candidate: { total: 1, gauge: 7 },
      })
    })

    it.each([
      ['percent', 57, 0.57],
      ['ratio', 0.57, 0.57],
      ['s', 0.035, 35],
      ['ms', 35, 35],
    ] as const)('turns %s into the unit of the judge', async (unit, value, gauge) => {
      await show(page('v2', value))
      expect((await read({ query: { gauge: 'memory_bytes', unit }, arms })).arms).toEqual({
        candidate: { total: 1, gauge },
      })
    })

    it.each(['NaN', '+Inf', '-Inf'])('takes %s as no data of that instance', async (value) => {
      await show(page('v2', 4e8), page('v2', value))
      expect((await read(memory)).arms).toEqual({ candidate: { total: 1, gauge: 4e8 } })
      await show(page('v1', 4e8), page('v2', value))
      expect((await read(memory)).arms).toEqual({ baseline: { total: 1, gauge: 4e8 } })
    })

    it('leaves out an arm that shows no value, is gone, or does not answer', async () => {
      await show(`${page('v1', 4e8)}build_info{version="v2"} 1\n`)
      expect((await read(memory)).arms).toEqual({ baseline: { total: 1, gauge: 4e8 } })
      await show(page('v1', 4e8), page('v2', 5e8))
      expect(Object.keys((await read(memory)).arms).sort()).toEqual(['baseline', 'candidate'])
      await silence('two')
      expect(Object.keys((await read(memory)).arms)).toEqual(['baseline'])
      await end('two')
      expect(Object.keys((await read(memory)).arms)).toEqual(['baseline'])
    })

    it('does not know a gauge that no page knows, and rejects what is no selector', async () => {
      await show(page('v2', 1))
      expect(await outcomeOf({ query: { gauge: 'memory_byte' }, arms })).toMatchObject({
        ok: false,
        error: { code: 'notFound', message: expect.stringMatching(/metric memory_byte; .*memory_bytes/) },
      })
      expect(await outcomeOf({ query: { gauge: 'avg(memory_bytes)' }, arms })).toMatchObject({
        ok: false,
        error: { code: 'rejected' },
      })
    })
  })
}
