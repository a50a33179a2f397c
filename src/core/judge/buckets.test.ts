import { describe, expect, it } from 'vitest'
import { commonEdges, histogramOf, mergedOnto } from './buckets.ts'

const buckets = (...pairs: [le: number | null, count: number][]) => pairs.map(([le, count]) => ({ le, count }))

describe('a histogram', () => {
  it('is what lies in each bucket', () => {
    expect(histogramOf({ total: 10, buckets: buckets([1, 2], [5, 9], [null, 10]) })).toEqual({
      edges: [1, 5],
      counts: [2, 7, 1],
    })
  })

  it.each([
    ['falls', { total: 10, buckets: buckets([1, 9], [5, 2], [null, 10]) }],
    ['counts more below an edge than at all', { total: 3, buckets: buckets([1, 2], [5, 9], [null, 3]) }],
    ['has edges out of order', { total: 3, buckets: buckets([5, 1], [1, 2], [null, 3]) }],
    ['has no edge', { total: 3, buckets: buckets([null, 3]) }],
    ['has no buckets', { total: 3 }],
  ])('that %s is none', (_name, counts) => expect(histogramOf(counts)).toBeUndefined())

  it('is merged onto the edges that two have in common', () => {
    const edges = commonEdges([1, 2, 5, 10], [2, 10, 20])
    expect(edges).toEqual([2, 10])
    expect(mergedOnto(edges, { edges: [1, 2, 5, 10], counts: [1, 2, 4, 8, 16] })).toEqual([3, 12, 16])
    expect(mergedOnto(edges, { edges: [2, 10, 20], counts: [1, 2, 4, 8] })).toEqual([1, 2, 12])
    expect(mergedOnto([], { edges: [2, 10], counts: [1, 2, 4] })).toEqual([7])
  })
})
