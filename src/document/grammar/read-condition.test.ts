import { describe, expect, it } from 'vitest'
import { readConditions } from './read-condition.ts'

/** Short form of everything read: `metric|comparator|value|unit|percentile|window`. */
function read(text: string): string[] {
  return readConditions(text).conditions.map(
    ({ condition: { metric, comparator, value, unit, percentile, windowMs } }) =>
      [metric, comparator, Array.isArray(value) ? value.join('..') : value, unit, percentile ?? '', windowMs ?? '']
        .join('|')
        .replace(/\|+$/, ''),
  )
}

describe('readConditions', () => {
  it.each([
    ['Checkout errors < 1%', ['Checkout errors|<|1|%']],
    ['Search latency <= 250ms (p99)', ['Search latency|<=|250|ms|99']],
    ['p95 latency < 110% of baseline', ['latency|<|110|% of baseline|95']],
    ['Taux de rebond ≤ 0,5 %', ['Taux de rebond|<=|0.5|%']],
    ['Delivery rate is at or above 95%', ['Delivery rate|>=|95|%']],
    ['Cache coverage drops below 85%', ['Cache coverage|<|85|%']],
    ['Queue depth must not exceed 1,000', ['Queue depth|<=|1000|count']],
    ['≥10 successful orders', ['successful orders|>=|10|count']],
    ['< 1% refund rate (excluding fraud)', ['refund rate|<|1|%']],
    ['Orders completed 80%+', ['Orders completed|>=|80|%']],
    ['CPU 30–70%', ['CPU|==|30..70|%']],
    ['Error rate < 1%, p95 < 2 s', ['Error rate|<|1|%', 'latency|<|2|s|95']],
    ['Errors > 1% OR p95 > 2x baseline OR lag > limit', ['Errors|>|1|%', 'latency|>|2|x baseline|95']],
    ['Erros (fila de envio) < 1%', ['Erros (fila de envio)|<|1|%']],
    ['p95_latency_ms <= 300', ['latency_ms|<=|300|count|95']],
    ['Complaints: 0', ['Complaints|==|0|count']],
    ['No packet drops', ['packet drops|==|0|count']],
    ['Monitoring: error rate < 1%', ['error rate|<|1|%']],
    ['Shows nothing after 12+ orders', []],
    ['API errors > 2% for 5 minutes', ['API errors|>|2|%||300000']],
    ['Login errors at or above 4% over 5 minutes', ['Login errors|>=|4|%||300000']],
    ['API errors < 1% (5m window)', ['API errors|<|1|%||300000']],
    ['Lock conflicts < 30 per 5min', ['Lock conflicts|<|30|per 5min']],
    ['Engine latency > 5x baseline for 10 minutes', ['Engine latency|>|5|x baseline||600000']],
    ['Denials > 3σ', ['Denials|>|3|sigma']],
    ['Tickets about login < 5% of total', ['Tickets about login|<|5|% of total']],
    ['Confirmation time < 5 minutes', ['Confirmation time|<|5|min']],
    ['Store rating > 4.2/5', ['Store rating|>|4.2|/5']],
    ['No cost increase > 10%', ['cost increase|<=|10|%']],
    ['Response time < 500 ms (target < 300 ms)', ['Response time|<|500|ms']],
    ['List p95 < 800ms, detail avg < 200ms', ['List|<|800|ms|95', 'detail avg|<|200|ms']],
    ['Refund rate: < 1% (all), < 3% (pilot)', ['Refund rate|<|1|%', 'Refund rate|<|3|%']],
    [String.raw`P_{95} \text{ Latency} \le 200\text{ms}`, ['Latency|<=|200|ms|95']],
    ['登录成功率 低于 99.5%', ['登录成功率|<|99.5|%']],
    ['Erros de login acima de 2%', ['Erros de login|>|2|%']],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    ['No render errors in traces', ['render errors in traces|==|0|count']],
    ['Zero unplanned calls', ['unplanned calls|==|0|count']],
    ['No Sev 3 defects in 36h', ['Sev 3 defects|==|0|count||129600000']],
    ['Aucune erreur critique', ['erreur critique|==|0|count']],
    ['No hand on the lever', []],
    ['No harm to guests', []],
  ])('reads the absence "%s"', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    'Every probe answers',
    'Performance within agreed limits',
    'A break-in of any kind',
    'deploy over the weekend',
    'Error rate exceeds the threshold',
  ])('finds no threshold in "%s"', (text) => {
    expect(readConditions(text)).toEqual({ conditions: [], unread: false })
  })

  it.each(['Error rate < TBD', 'Latency > baseline', 'Uptime at least __%', 'Node < 18.2.1', 'Latency < 20xyz'])(
    'says that the number of "%s" cannot be read',
    (text) => {
      expect(readConditions(text)).toEqual({ conditions: [], unread: true })
    },
  )

  it('keeps what is to be done apart from the condition', () => {
    expect(readConditions('Refund rate > 4% → roll back within 5 min')).toMatchObject({
      conditions: [{ text: 'Refund rate > 4%' }],
      action: 'roll back within 5 min',
    })
  })

  it('takes a percentile of a time for one of latencies, and no other percentile', () => {
    expect(readConditions('p95 > 2 s').conditions).toMatchObject([
      { condition: { metric: 'latency', comparator: '>', value: 2, unit: 's', percentile: 95 } },
    ])
    expect(readConditions('p99 of checkout < 300ms').conditions).toMatchObject([
      { condition: { metric: 'checkout', percentile: 99 } },
    ])
    expect(readConditions('p95 > 5 %').conditions).toEqual([])
  })

  it('stays linear on text made to be slow', () => {
    const started = performance.now()
    for (const unit of ['(', 'a ', '< ', '5-', 'p9', '1,', ' of ', 'no more ', '<a', '≥ ('])
      readConditions(unit.repeat(4_000 / unit.length))
    expect(performance.now() - started).toBeLessThan(1_500)
  })
})
