import { expect, it } from 'vitest'
import { readShareChange } from './share-change.ts'

const backends = { v1: 'http://127.0.0.1:1', v2: 'http://127.0.0.1:2' }
const valid = { shares: { v1: 90, v2: 10 }, fence: 3, effectId: 'r1/1', backends }

it('takes a change whose shares add up to 100', () => {
  expect(readShareChange(JSON.stringify(valid))).toEqual({ change: { ...valid, cohorts: {} } })
})

const staff = { match: { cookie: 'staff', value: 'yes' }, version: 'v2' }

it('takes cohorts of its backends', () => {
  const change = { ...valid, cohorts: { staff } }
  expect(readShareChange(JSON.stringify(change))).toEqual({ change })
})

it('takes shares whose sum is 100 but for the error of floating point', () => {
  const shares = { v1: 66.7, v2: 33.3 }
  expect(readShareChange(JSON.stringify({ ...valid, shares }))).toHaveProperty('change.shares', shares)
})

it.each([
  ['{', /not JSON/],
  [JSON.stringify([]), /body: /],
  [JSON.stringify({ ...valid, shares: { v1: 80, v2: 10 } }), /^shares: the shares add up to 90, not to 100$/],
  [JSON.stringify({ ...valid, shares: { v1: 90, v3: 10 } }), /^shares\.v3: no such backend; there are: v1, v2$/],
  [JSON.stringify({ ...valid, shares: { v1: 99.999, v2: 0.001 } }), /shares\.v2: 0\.001 is not a multiple of 0\.01/],
  [JSON.stringify({ ...valid, shares: { v1: 120, v2: -20 } }), /shares\.v1: .*shares\.v2: /],
  [JSON.stringify({ ...valid, fence: 1.5 }), /fence: /],
  [JSON.stringify({ ...valid, backends: { v1: 'file:///etc/passwd' } }), /backends\.v1: an http or https URL/],
  [JSON.stringify({ ...valid, extra: 1 }), /extra/],
  [
    JSON.stringify({ ...valid, cohorts: { staff: { ...staff, version: 'v3' } } }),
    /^cohorts\.staff: no backend v3; there/,
  ],
  [JSON.stringify({ ...valid, cohorts: { staff: { ...staff, match: { value: 'yes' } } } }), /cohorts\.staff\.match/],
  [
    JSON.stringify({ ...valid, cohorts: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`c${i}`, staff])) }),
    /^cohorts: at most 20 cohorts$/,
  ],
])('refuses %s and says where', (text, message) => {
  const read = readShareChange(text)
  expect('problem' in read && read.problem).toMatch(message)
})
