import { describe, expect, it } from 'vitest'
import { parseSelector } from './parse-selector.ts'

function selects(selector: string, labels: Record<string, string>): boolean {
  const parsed = parseSelector(selector)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.selects(new Map(Object.entries(labels)))
}

describe('parseSelector', () => {
  it.each([
    ['a', { code: '500' }, true],
    ['a{}', {}, true],
    ['a{code="500"}', { code: '500' }, true],
    ['a{code="500"}', { code: '5000' }, false],
    ['a{code!="500"}', { code: '200' }, true],
    ['a{code!="500"}', { code: '500' }, false],
    ['a{code=~"5.."}', { code: '503' }, true],
    ['a{code=~"5.."}', { code: '5030' }, false],
    ['a{code=~"50|20."}', { code: '200' }, true],
    ['a{code=~"50|20."}', { code: '500' }, false],
    ['a{code!~"5.."}', { code: '200' }, true],
    ['a{code!~"5.."}', { code: '500' }, false],
    ['a{path=~"/api/.+"}', { path: '/api/x\ny' }, true],
    ['a{path=~"/api/\\\\d+"}', { path: '/api/12' }, true],
    ['a{missing=""}', {}, true],
    ['a{missing!=""}', {}, false],
    ['a{missing=~".*"}', {}, true],
    ['a{x="1", code=~"5..",}', { x: '1', code: '500' }, true],
    ['a{x="1",code=~"5.."}', { x: '2', code: '500' }, false],
  ])('%s on %j is %s', (selector, labels, expected) => {
    expect(selects(selector, labels)).toBe(expected)
  })

  it.each([
    ['', /is no metric selector; write name\{/],
    ['{code="500"}', /is no metric selector/],
    ['a{code=500}', /is no metric selector/],
    ['a{code="500"', /is no metric selector/],
    ['a{code=="500"}', /is no metric selector/],
    ['rate(a[5m])', /is what rate\(\) made of a metric: a verdict counts what happened/],
    ['histogram_quantile(0.95, sum by (le) (rate(a_bucket[5m])))', /is what histogram_quantile\(\) made of a metric/],
    ['sum by (version) (rate(a[5m]))', /is what sum\(\) made/],
    ['a{quantile="0.95"}', /is a quantile of a summary, which cannot be added up or tested.*the histogram/],
    ['a{code=~"5["}', /"5\[" is no valid regular expression/],
    ['a{code=~"(a+)+b"}', /too complex/],
    ['a{code=~".*.*.*.*x"}', /too complex/],
    ['a{code=~"(a)\\\\1"}', /too complex/],
    ['a{code=~"(?=a)a"}', /too complex/],
  ])('refuses %s', (selector, message) => {
    expect(parseSelector(selector)).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringMatching(message) },
    })
  })

  it('answers fast for the worst pattern it allows', () => {
    const startMs = performance.now()
    expect(selects('a{x=~".*.*.*y"}', { x: 'x'.repeat(250) })).toBe(false)
    expect(performance.now() - startMs).toBeLessThan(5_000)
  })
})
