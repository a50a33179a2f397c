/**
 * `==`, `===`, `!=`, `!==`, `<`, `<=`, `>` and `>=`. Texts compare as texts, everything else as numbers; what is no number then is an error.
 * With more than two operands, each must hold for its neighbour: `{"<": [1, {"var": "x"}, 9]}` is "between".
 */

import { attributeReader } from './attribute-readers.ts'
import { invalidOperands, lazyOperands, literal, notANumber, type Operator, type Rule } from './rule.ts'
import { attributeName } from './variables.ts'

type Compare = (a: unknown, b: unknown) => boolean

const isText = (value: unknown): boolean => typeof value === 'string' || value === null

/** `null` as a number is 0. Throws for lists, objects and texts that are no number. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw notANumber
    return value
  }
  if (typeof value === 'object' && value !== null) throw notANumber
  const number = Number(value)
  if (Number.isNaN(number)) throw notANumber
  return number
}

function looseEquals(a: unknown, b: unknown): boolean {
  return isText(a) && isText(b) ? a === b : numberOf(a) === numberOf(b)
}

/** `texts` also gets `null`, which as elsewhere in JavaScript is 0 beside a text. */
function ordered(texts: (a: string, b: string) => boolean, numbers: (a: number, b: number) => boolean): Compare {
  return (a, b) => (isText(a) && isText(b) ? texts(a as string, b as string) : numbers(numberOf(a), numberOf(b)))
}

function comparing(compare: Compare): Operator {
  return (operands, scope, compile) => {
    const rules = lazyOperands(operands, scope, compile)
    const [first, second, ...others] = rules
    if (first === undefined || second === undefined) throw invalidOperands
    if (others.length === 0) return (data, frame) => compare(first(data, frame), second(data, frame))
    return (data, frame) => {
      let before = first(data, frame)
      for (let at = 1; at < rules.length; at++) {
        const value = (rules[at] as Rule)(data, frame)
        if (!compare(before, value)) return false
        before = value
      }
      return true
    }
  }
}

/** Most rules ask whether an attribute is one text; that needs no look at types. */
function equality(compare: Compare, isEqual: boolean): Operator {
  const general = comparing(compare)
  return (operands, scope, compile) => {
    if (!Array.isArray(operands) || operands.length !== 2) return general(operands, scope, compile)
    const known = operands.map(literal).findIndex((found) => typeof found?.value === 'string')
    if (known === -1) return general(operands, scope, compile)
    const text = operands[known] as string
    const name = attributeName(operands[1 - known], scope)
    const other = compile(operands[1 - known], scope)
    if (name !== undefined) {
      const read = attributeReader(name)
      return (data, frame) => {
        const value = read(data)
        return typeof value === 'string' ? (value === text) === isEqual : compare(other(data, frame), text)
      }
    }
    return (data, frame) => {
      const value = other(data, frame)
      return typeof value === 'string' ? (value === text) === isEqual : compare(value, text)
    }
  }
}

export const comparisonOperators: Readonly<Record<string, Operator>> = {
  '==': equality(looseEquals, true),
  '!=': equality((a, b) => !looseEquals(a, b), false),
  '===': equality((a, b) => a === b, true),
  '!==': equality((a, b) => a !== b, false),
  '<': comparing(
    ordered(
      (a, b) => a < b,
      (a, b) => a < b,
    ),
  ),
  '<=': comparing(
    ordered(
      (a, b) => a <= b,
      (a, b) => a <= b,
    ),
  ),
  '>': comparing(
    ordered(
      (a, b) => a > b,
      (a, b) => a > b,
    ),
  ),
  '>=': comparing(
    ordered(
      (a, b) => a >= b,
      (a, b) => a >= b,
    ),
  ),
}
