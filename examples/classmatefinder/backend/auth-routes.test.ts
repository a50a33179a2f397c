import { expect, test } from 'vitest'
import { isUniversityAddress } from './auth-routes.ts'

test.each([
  ['ada@ubc.ca', true],
  ['ada@cs.ubc.ca', true],
  ['ada@CS.UBC.CA', true],
  ['ada@mit.edu', true],
  ['ada@notubc.ca', false],
  ['ada@ubc.ca.example.com', false],
  ['ada@edu.example.com', false],
])('%s: %s', (email, expected) => {
  expect(isUniversityAddress(email, ['.edu', '.ubc.ca'])).toBe(expected)
})
