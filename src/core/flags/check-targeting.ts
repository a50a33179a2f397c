/**
 * Holds targeting rules to flagd's schema (https://flagd.dev/schema/v0/targeting.json): what is outside of it, other evaluators of the format read
 * differently, or not at all.
 */
import type { Fault } from './fault.ts'
import { parseVersion, semVerRelations } from './rules/sem-ver.ts'

/** Where a value stands: its name or number under what is above. */
interface Place {
  above: Place | undefined
  key: string | number
}

interface Check {
  evaluators: Readonly<Record<string, unknown>>
  report(place: Place | undefined, message: string): void
}

const many = Number.POSITIVE_INFINITY
/** How many operands there are at least and at most. */
const operandCounts: Readonly<Record<string, readonly [least: number, most: number]>> = {
  if: [1, many],
  '==': [2, 2],
  '===': [2, 2],
  '!=': [2, 2],
  '!==': [2, 2],
  '>': [2, 2],
  '>=': [2, 2],
  '<': [2, 3],
  '<=': [2, 3],
  '%': [2, 2],
  '/': [2, 2],
  '*': [2, many],
  '+': [1, many],
  '-': [1, many],
  max: [1, many],
  min: [1, many],
  and: [1, many],
  or: [1, many],
  map: [2, 2],
  filter: [2, 2],
  all: [2, 2],
  none: [2, 2],
  some: [2, 2],
  reduce: [3, 3],
  merge: [1, many],
  in: [2, 2],
  cat: [1, many],
  substr: [2, 3],
}

type Checker = (operands: unknown, place: Place, check: Check) => void

const special: Readonly<Record<string, Checker>> = {
  '!': (operands, place, check) => checkArgument(operands, place, check),
  '!!': (operands, place, check) => checkArgument(operands, place, check),
  var: checkVariable,
  missing: checkNames,
  missing_some: checkMissingSome,
  starts_with: checkAffix,
  ends_with: checkAffix,
  sem_ver: checkSemVer,
  fractional: checkFractional,
  $ref: checkReference,
}

/** Adds to `faults` what is wrong with the rule that stands at `path`. */
export function checkTargeting(
  rule: unknown,
  path: readonly string[],
  { evaluators, faults }: { evaluators: Readonly<Record<string, unknown>>; faults: Fault[] },
): void {
  const report: Check['report'] = (place, message) => {
    const below: (string | number)[] = []
    for (let at = place; at !== undefined; at = at.above) below.unshift(at.key)
    faults.push({ path: [...path, ...below], message })
  }
  checkRule(rule, undefined, { evaluators, report })
}

function checkRule(rule: unknown, place: Place | undefined, check: Check): void {
  if (!isRecord(rule)) {
    check.report(place, 'a rule is an object with one operator')
    return
  }
  const [name, other] = Object.keys(rule)
  if (name === undefined) {
    check.report(place, 'a rule needs an operator')
    return
  }
  if (other !== undefined) {
    check.report(place, `a rule has one operator, not both "${name}" and "${other}"`)
    return
  }
  const inside = { above: place, key: name }
  const checker = Object.hasOwn(special, name) ? special[name] : undefined
  if (checker !== undefined) {
    checker(rule[name], inside, check)
    return
  }
  const counts = Object.hasOwn(operandCounts, name) ? operandCounts[name] : undefined
  if (counts === undefined) {
    check.report(place, `flagd has no operator "${name}"`)
    return
  }
  const [least, most] = counts
  const operands = rule[name]
  if (!Array.isArray(operands) || operands.length < least || operands.length > most) {
    const wanted = least === most ? `${least}` : most === many ? `at least ${least}` : `${least} or ${most}`
    check.report(inside, `"${name}" takes a list of ${wanted}`)
  }
  checkArgument(operands, inside, check)
}

function checkArgument(value: unknown, place: Place, check: Check): void {
  if (Array.isArray(value))
    for (const [key, inner] of value.entries()) checkArgument(inner, { above: place, key }, check)
  else if (typeof value === 'object' && value !== null) checkRule(value, place, check)
}

function checkVariable(operands: unknown, place: Place, check: Check): void {
  const name = Array.isArray(operands) ? operands[0] : operands
  if (Array.isArray(operands) && typeof name !== 'string')
    check.report(place, '"var" takes a name, and maybe a default')
  if (typeof name === 'string' && /^\$flagd\.(?!(timestamp|flagKey)$)/.test(name))
    check.report(place, `there is no "${name}", only "$flagd.timestamp" and "$flagd.flagKey"`)
  checkArgument(operands, place, check)
}

function checkNames(operands: unknown, place: Place, check: Check): void {
  if (!Array.isArray(operands) || operands.some((name) => typeof name !== 'string'))
    check.report(place, '"missing" takes a list of names')
}

function checkMissingSome(operands: unknown, place: Place, check: Check): void {
  const [least, names, ...others] = Array.isArray(operands) ? operands : []
  const isWhole = typeof least === 'number' && Array.isArray(names) && names.every((name) => typeof name === 'string')
  if (!isWhole || others.length > 0) check.report(place, '"missing_some" takes a number and a list of names')
}

function checkAffix(operands: unknown, place: Place, check: Check): void {
  const fits = Array.isArray(operands) && operands.length === 2 && operands.every((one) => isText(one) || isRecord(one))
  if (!fits) check.report(place, `"${place.key}" takes two texts, or rules that give them`)
  checkArgument(operands, place, check)
}

function checkSemVer(operands: unknown, place: Place, check: Check): void {
  const [version, relation, other, ...more] = Array.isArray(operands) ? operands : []
  const isVersion = (value: unknown) => (isText(value) ? parseVersion(value) !== undefined : isRecord(value))
  if (!isVersion(version) || !isVersion(other) || more.length > 0)
    check.report(place, '"sem_ver" takes a version such as "1.2.3" or a rule that gives one, a relation, and another')
  else if (!semVerRelations.includes(relation))
    check.report({ above: place, key: 1 }, `the relation is one of ${semVerRelations.join(' ')}`)
  checkArgument(operands, place, check)
}

function checkFractional(operands: unknown, place: Place, check: Check): void {
  if (!Array.isArray(operands) || operands.length === 0) {
    check.report(place, '"fractional" takes a list of shares')
    return
  }
  const buckets = [...operands.entries()].filter(([key, operand]) => key > 0 || !isRecord(operand))
  for (const [key, bucket] of buckets) checkBucket(bucket, { above: place, key }, check)
  const weights = buckets.map(([, bucket]) => (Array.isArray(bucket) ? (bucket[1] ?? 1) : 0))
  const total = weights.reduce((sum: number, weight) => sum + (typeof weight === 'number' ? weight : 0), 0)
  if (total > 2_147_483_647) check.report(place, 'the weights add up to more than 2147483647')
  checkArgument(operands, place, check)
}

function checkBucket(bucket: unknown, place: Place, check: Check): void {
  if (!Array.isArray(bucket) || bucket.length === 0 || bucket.length > 2) {
    check.report(place, 'a share is a list of a variant and maybe its weight')
    return
  }
  const [, weight = 1] = bucket
  if (isRecord(weight) || (Number.isInteger(weight) && weight >= 0)) return
  check.report({ above: place, key: 1 }, 'a weight is a whole number from 0 on, or a rule that gives one')
}

function checkReference(name: unknown, place: Place, check: Check): void {
  if (!isText(name) || !Object.hasOwn(check.evaluators, name))
    check.report(place.above, `there is no evaluator ${JSON.stringify(name)} under "$evaluators"`)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
