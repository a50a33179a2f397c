/** Cohorts as conditions in flagd's JSON Logic. */
import type { AttributeTest, Cohort } from './flag-register.ts'

/** What stands in a rule: an operator with its operands, or a value. */
export type Logic = { [operator: string]: unknown }

/** True for whoever belongs to it. */
export const cohortRule = (cohort: Cohort): Logic =>
  anyOf(cohort.map((tests) => allOf(Object.entries(tests).map(testRule))))

/** Of at least one. */
export const anyOf = ([first, ...others]: readonly Logic[]): Logic =>
  first !== undefined && others.length === 0 ? first : { or: [first, ...others] }

const allOf = ([first, ...others]: readonly Logic[]): Logic =>
  first !== undefined && others.length === 0 ? first : { and: [first, ...others] }

function testRule([attribute, test]: [string, AttributeTest]): Logic {
  const value = { var: attribute }
  if ('equals' in test) return { '===': [value, test.equals] }
  if ('oneOf' in test) return { in: [value, test.oneOf] }
  return 'startsWith' in test ? { starts_with: [value, test.startsWith] } : { ends_with: [value, test.endsWith] }
}
