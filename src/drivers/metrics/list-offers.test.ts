import { expect, it } from 'vitest'
import { listOffers } from './list-offers.ts'
import { parseExposition } from './parse-exposition.ts'

function offersOf(text: string) {
  const page = parseExposition(text)
  if ('problem' in page) throw new Error(page.problem)
  return listOffers(page.samples, page.described)
}

it('gathers buckets, sums and counts under the name of their histogram, described or not', () => {
  const { families } = offersOf(
    [
      '# HELP a_seconds How long it took',
      '# TYPE a_seconds histogram',
      'a_seconds_bucket{le="1",path="/x"} 1',
      'a_seconds_bucket{le="+Inf",path="/y"} 1',
      'a_seconds_sum{path="/x"} 1',
      'a_seconds_count{path="/x"} 1',
      'b_bucket{le="+Inf"} 1',
      'b_sum 3',
      'c_count 4',
    ].join('\n'),
  )
  expect(families).toEqual([
    { name: 'a_seconds', type: 'histogram', help: 'How long it took', labels: { path: ['/x', '/y'] } },
    { name: 'b', type: 'histogram', help: '', labels: {} },
  ])
})

it('knows a counter by its type, or by its name where no type is given, and offers nothing else', () => {
  const { families } = offersOf(
    '# TYPE a counter\na 1\n# TYPE b_total gauge\nb_total 1\nc_total 1\n# TYPE d_total counter\nd 1\n# TYPE e summary\ne{quantile="0.5"} 1\n',
  )
  expect(families.map(({ name, type }) => `${type} ${name}`)).toEqual([
    'counter a',
    'counter c_total',
    'counter d_total',
  ])
})

it('takes the description of OpenMetrics, whose name has no _total, for the series that has it', () => {
  expect(offersOf('# HELP jobs Jobs done\n# TYPE jobs counter\njobs_total{queue="a"} 1\n').families).toEqual([
    { name: 'jobs_total', type: 'counter', help: 'Jobs done', labels: { queue: ['a'] } },
  ])
})

it('shows some values of some labels of some families, and counts the families left out', () => {
  const wide = Array.from({ length: 60 }, (_, i) => `a_total{l="${100 + i}"} 1\n`).join('')
  const labels = Array.from({ length: 40 }, (_, i) => `l${100 + i}="x"`).join(',')
  const many = Array.from({ length: 5_000 }, (_, i) => `z${10_000 + i}_total 1\n`).join('')
  const { families, omitted } = offersOf(`${wide}b_total{${labels}} 1\n${many}`)
  expect(families[0]?.labels.l).toHaveLength(50)
  expect(Object.keys(families[1]?.labels ?? {})).toHaveLength(30)
  expect([families.length, omitted]).toEqual([5_000, 2])
})
