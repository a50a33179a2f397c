import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf } from './bucket-of.ts'
import { bucketCount, moveBuckets, type Owners, sharesOf } from './move-buckets.ts'

const nobody: Owners = Array<null>(bucketCount).fill(null)
const versions = ['v1', 'v2', 'v3', 'v4']

/** Shares in steps of 0.01 % that add up to 100. */
const sharesArbitrary = fc
  .array(fc.integer({ min: 0, max: bucketCount }), { minLength: 3, maxLength: 3 })
  .map((cuts) => {
    const [a = 0, b = 0, c = 0] = cuts.sort((x, y) => x - y)
    const counts = [a, b - a, c - b, bucketCount - c]
    return Object.fromEntries(versions.map((version, i) => [version, (counts[i] ?? 0) / 100]))
  })

describe('moveBuckets', () => {
  it('gives each version exactly its share', () => {
    fc.assert(
      fc.property(fc.array(sharesArbitrary, { minLength: 1, maxLength: 4 }), (sequence) => {
        const owners = sequence.reduce<Owners>((held, shares) => moveBuckets(held, shares, versions), nobody)
        expect(sharesOf(owners, versions)).toEqual(sequence.at(-1))
      }),
      { numRuns: 50 },
    )
  })

  it('never moves a user away from a version whose share rises or stays', () => {
    fc.assert(
      fc.property(sharesArbitrary, sharesArbitrary, sharesArbitrary, (first, before, after) => {
        const from = moveBuckets(moveBuckets(nobody, first, versions), before, versions)
        const to = moveBuckets(from, after, versions)
        const moved = new Set(from.filter((owner, bucket) => to[bucket] !== owner))
        for (const version of moved) expect(after[version]).toBeLessThan(before[version] ?? 0)
      }),
      { numRuns: 50 },
    )
  })

  it('brings the same users back when a share goes up and down, or down and up again', () => {
    const set = (owners: Owners, percent: number) =>
      moveBuckets(owners, { v1: 100 - percent, v2: percent }, ['v1', 'v2'])
    const ten = set(set(nobody, 0), 10)
    expect(set(set(ten, 0), 10)).toEqual(ten)
    expect(set(set(ten, 5), 10)).toEqual(ten)
    expect(set(set(ten, 50), 10)).toEqual(ten)
  })

  it('frees the users of a version that is gone', () => {
    const both = moveBuckets(nobody, { v1: 40, v2: 60 }, ['v1', 'v2'])
    const owners = moveBuckets(both, { v1: 70, v3: 30 }, ['v1', 'v3'])
    expect(sharesOf(owners, ['v1', 'v3'])).toEqual({ v1: 70, v3: 30 })
    expect(both.every((owner, bucket) => owner !== 'v1' || owners[bucket] === 'v1')).toBe(true)
  })
})

describe('bucketOf', () => {
  it.each([
    ['random ids', (i: number) => `${i.toString(16).padStart(8, '0')}f00dbabe`.repeat(2)],
    ['numbered users', (i: number) => `user-${i}`],
  ])('spreads %s evenly: no tenth of the buckets is off by more than five standard deviations', (_, keyOf) => {
    const tenths = Array<number>(10).fill(0)
    for (let i = 0; i < 20_000; i++) {
      const tenth = Math.floor(bucketOf(keyOf(i)) / (bucketCount / 10))
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    const deviation = Math.sqrt(20_000 * 0.1 * 0.9)
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(5 * deviation)
  })
})

/** What others suffer from: argoproj/argo-rollouts#2726, fluxcd/flagger#1532. */
describe('case 15: sticky users do not bend the share', () => {
  const keys = Array.from({ length: 100_000 }, (_, user) => `user-${user}@example.org`)

  /** The owners at each rung of a ladder, in percent for `v2`. */
  const climb = (percents: readonly number[]): Owners[] => {
    let owners = nobody
    return [0, ...percents].map((percent) => {
      owners = moveBuckets(owners, { v1: 100 - percent, v2: percent }, ['v1', 'v2'])
      return owners
    })
  }

  it('while its share rises nobody leaves the candidate, and nobody leaves the baseline but for it', () => {
    const ladder = fc
      .uniqueArray(fc.integer({ min: 1, max: bucketCount }), { minLength: 1, maxLength: 6 })
      .map((steps) => steps.toSorted((a, b) => a - b).map((step) => step / 100))
    fc.assert(
      fc.property(ladder, (percents) => {
        const rungs = climb(percents)
        for (let bucket = 0; bucket < bucketCount; bucket++) {
          const met = rungs.map((owners) => owners[bucket]).join(' ')
          if (!/^(v1 ?)+(v2 ?)*$/.test(met)) expect.fail(`bucket ${bucket} goes ${met} over ${percents.join(', ')} %`)
        }
      }),
      { numRuns: 30 },
    )
  })

  it.each([0, 0.1, 1, 5, 10, 25, 50, 99, 100])(
    'of 100,000 users as many meet it as %d %% are, within five standard deviations',
    (percent) => {
      const owners = climb([percent]).at(-1) ?? nobody
      const met = keys.filter((key) => owners[bucketOf(key)] === 'v2').length
      const share = percent / 100
      const deviation = Math.sqrt(keys.length * share * (1 - share))
      expect(Math.abs(met - keys.length * share)).toBeLessThanOrEqual(5 * deviation)
    },
  )

  it('a key alone decides its bucket: another function would move users in the middle of a release', () => {
    expect(['', 'a', 'user-1', 'user-2', 'ü'].map(bucketOf)).toEqual([8923, 1715, 5916, 1105, 8209])
  })
})
