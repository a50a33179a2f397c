/** `map`, `filter`, `reduce`, `all`, `none`, `some` and `merge`. Inside the second operand `var` reads the element. */
import {
  countIteration,
  eager,
  type Frame,
  invalidOperands,
  lazyOperands,
  type Operator,
  type Rule,
  tooLarge,
} from './rule.ts'
import { truthy } from './truthy.ts'

const maximumElements = 32_768

/** What is missing is an empty list. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value) throw invalidOperands
  return []
}

function iterating(walk: (list: readonly unknown[], rule: Rule, frame: Frame) => unknown): Operator {
  return (operands, scope, compile) => {
    const [list] = lazyOperands(operands, scope, compile)
    const [, inner] = operands as unknown[]
    if (list === undefined) throw invalidOperands
    const rule = compile(inner ?? null, { ...scope, isTop: false })
    return (data, frame) => walk(listOf(list(data, frame)), rule, frame)
  }
}

function holds(rule: Rule, element: unknown, frame: Frame): boolean {
  countIteration(frame)
  return truthy(rule(element, frame))
}

const reduce: Operator = (operands, scope, compile) => {
  const [list, , start] = lazyOperands(operands, scope, compile)
  const [, inner] = operands as unknown[]
  if (list === undefined) throw invalidOperands
  const rule = compile(inner ?? null, { ...scope, isTop: false })
  return (data, frame) => {
    const elements = listOf(list(data, frame))
    if (start === undefined && elements.length === 0) throw invalidOperands
    let accumulator = start === undefined ? elements[0] : flat(start(data, frame))
    for (let at = start === undefined ? 1 : 0; at < elements.length; at++) {
      countIteration(frame)
      accumulator = flat(rule({ accumulator, current: elements[at] }, frame))
    }
    return accumulator
  }
}

/** What `reduce` carries along holds no lists or objects of its own, so that it cannot grow by nesting. */
function flat(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Object.values(value).some((inner) => typeof inner === 'object' && inner !== null)) throw tooLarge
  return value
}

const merge = eager((values) => {
  const merged: unknown[] = []
  for (const value of values) {
    if (Array.isArray(value)) for (const element of value) merged.push(element)
    else merged.push(value)
    if (merged.length > maximumElements) throw tooLarge
  }
  return merged
})

const some = (list: readonly unknown[], rule: Rule, frame: Frame) => list.some((element) => holds(rule, element, frame))

export const listOperators: Readonly<Record<string, Operator>> = {
  map: iterating((list, rule, frame) =>
    list.map((element) => {
      countIteration(frame)
      return rule(element, frame)
    }),
  ),
  filter: iterating((list, rule, frame) => list.filter((element) => holds(rule, element, frame))),
  all: iterating((list, rule, frame) => list.length > 0 && list.every((element) => holds(rule, element, frame))),
  some: iterating(some),
  none: iterating((list, rule, frame) => !some(list, rule, frame)),
  reduce,
  merge,
}
