import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parseExposition } from './parse-exposition.ts'

/** Samples as `name|label=value,…|value`. */
function read(text: string): string[] {
  const page = parseExposition(text)
  if ('problem' in page) throw new Error(page.problem)
  return page.samples.map(
    ({ name, labels, value }) => `${name}|${[...labels].map((pair) => pair.join('=')).join(',')}|${value}`,
  )
}

describe('parseExposition', () => {
  it.each([
    ['up 1', 'up||1'],
    ['a:b_total{} 3', 'a:b_total||3'],
    ['a{x="1",y="2"} 3', 'a|x=1,y=2|3'],
    ['a { x = "1" , y="2", } 3', 'a|x=1,y=2|3'],
    ['a{x="1"}3', 'a|x=1|3'],
    ['a{x="1"} 3 1712345678901', 'a|x=1|3'],
    ['a 1.5e-3 -5', 'a||0.0015'],
    ['a NaN', 'a||NaN'],
    ['a +Inf', 'a||Infinity'],
    ['a -Inf', 'a||-Infinity'],
    ['a{x="} 7"} 3', 'a|x=} 7|3'],
    ['a{x="a,b=\\"c\\""} 3', 'a|x=a,b="c"|3'],
    ['a{x="one\\ntwo\\\\three"} 3', 'a|x=one\ntwo\\three|3'],
    ['\ta{x=""} .5\r', 'a|x=|0.5'],
  ])('reads %j', (line, sample) => {
    expect(read(`# a comment\n\n${line}\n`)).toEqual([sample])
  })

  it.each([
    'a',
    'a{x="1" 3',
    'a{x=1} 3',
    'a{x="1" y="2"} 3',
    'a{x=~"1"} 3',
    'a 0x10',
    'a ,',
    '{x="1"} 3',
    '1a 3',
    '<html>',
  ])('refuses the whole page for %j and says where', (line) => {
    expect(parseExposition(`up 1\n${line}\n`)).toEqual({
      problem: expect.stringMatching(/^line 2 is not in the Prometheus text format: /),
    })
  })

  it('knows a metric from its TYPE or HELP line alone', () => {
    const page = parseExposition(
      '# HELP a_total Things # counted\n# TYPE a_total counter\n# TYPE b histogram\n#comment c\n',
    )
    expect('names' in page && [...page.names]).toEqual(['a_total', 'b'])
  })

  it('reads what prom-client writes', async () => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    new Histogram({
      name: 'took_seconds',
      help: 'a "quoted" help',
      labelNames: ['path'],
      buckets: [0.1],
      registers: [registry],
    }).observe({ path: 'a"\\\n' }, 0.05)
    const samples = read(await registry.metrics())
    expect(samples).toContain('took_seconds_bucket|le=0.1,path=a"\\\n|1')
    expect(samples.length).toBeGreaterThan(40)
  })

  it('reads five megabytes without getting slower and slower', () => {
    const text = Array.from(
      { length: 80_000 },
      (_, i) => `http_requests_total{version="v1",path="/some/path/${i}"} ${i}`,
    ).join('\n')
    const startMs = performance.now()
    expect(read(text)).toHaveLength(80_000)
    expect(performance.now() - startMs).toBeLessThan(10_000)
  })
})
