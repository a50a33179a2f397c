import { describe, expect, it } from 'vitest'
import { CohortMatch } from '../core/plan/cohort-match.ts'
import { cohortVersion } from './cohort-route.ts'

const routes = {
  staff: { match: { header: 'X-Staff', value: 'yes' }, version: 'v2' },
  partners: { match: { cookie: 'cohort', value: 'partners' }, version: 'v3' },
}

describe('cohortVersion', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['a header', { 'x-staff': 'yes' }, 'v2'],
    ['a cookie among others', { cookie: 'a=b; cohort=partners; c=d' }, 'v3'],
    ['both: the first', { 'x-staff': 'yes', cookie: 'cohort=partners' }, 'v2'],
    ['nothing', {}, undefined],
    ['another value', { 'x-staff': 'yes, yes', cookie: 'cohort=partners2' }, undefined],
    ['another cookie', { cookie: 'mycohort=partners' }, undefined],
  ])('knows people by %s', (_, headers, version) => {
    expect(cohortVersion(routes, headers)).toBe(version)
  })
})

it.each([
  { header: 'x y', value: 'a' },
  { header: 'x', value: 'a b' },
  { cookie: 'x', value: 'a;b' },
  { cookie: 'x', value: '' },
  { cookie: 'x', header: 'x', value: 'a' },
  { value: 'a' },
])('takes no %j as what people are known by', (match) => {
  expect(CohortMatch.safeParse(match).success).toBe(false)
})
