/** `+`, `-`, `*`, `/`, `%`, `max` and `min`. What is no number, and a division by zero, is an error. */
import { eager, invalidOperands, notANumber, type Operator } from './rule.ts'

/** Texts and booleans count as the numbers they spell, nothing as 0. */
function numberOf(value: unknown): number {
  if (typeof value === 'object' && value !== null) throw notANumber
  const number = Number(value)
  if (Number.isNaN(number)) throw notANumber
  return number
}

/** Folds from the first operand on; with one alone, `alone` says what it is. */
function folding(
  step: (a: number, b: number) => number,
  { none, alone }: { none: () => number; alone: (only: number) => number },
): Operator {
  return eager((values) => {
    if (values.length === 0) return none()
    let result = numberOf(values[0])
    if (values.length === 1) return finite(alone(result))
    for (let at = 1; at < values.length; at++) result = step(result, numberOf(values[at]))
    return finite(result)
  })
}

const refuse = (): never => {
  throw invalidOperands
}

function finite(value: number): number {
  if (Number.isNaN(value)) throw notANumber
  return value
}

function divide(a: number, b: number): number {
  if (b === 0) throw notANumber
  return a / b
}

function extreme(isBeyond: (a: number, b: number) => boolean): Operator {
  return eager((values) => {
    const numbers = values.map((value) => (typeof value === 'number' ? value : refuse()))
    return numbers.length === 0 ? refuse() : numbers.reduce((best, next) => (isBeyond(next, best) ? next : best))
  })
}

/** One operand that turns out to be a list is taken for the operands. */
function spreading(operator: Operator): Operator {
  return (operands, scope, compile) => {
    const isAlone = Array.isArray(operands) && operands.length === 1 && !Array.isArray(operands[0])
    return operator(isAlone ? operands[0] : operands, scope, compile)
  }
}

export const arithmeticOperators: Readonly<Record<string, Operator>> = {
  '+': spreading(folding((a, b) => a + b, { none: () => 0, alone: (only) => only })),
  '-': spreading(folding((a, b) => a - b, { none: refuse, alone: (only) => -only })),
  '*': folding((a, b) => a * b, { none: () => 1, alone: (only) => only }),
  '/': folding(divide, { none: refuse, alone: (only) => divide(1, only) }),
  '%': folding((a, b) => a % b, { none: refuse, alone: refuse }),
  max: extreme((a, b) => a > b),
  min: extreme((a, b) => a < b),
}
