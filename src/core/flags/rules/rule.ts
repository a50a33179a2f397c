/** What a JSON Logic rule becomes: a closure over whatever is known before an evaluation. */

/** What every rule of one evaluation shares. Reused by the next evaluation: rules keep no reference to it. */
export interface Frame {
  /** Seconds since 1970, as `$flagd.timestamp` has it. */
  timestampSec: number
  /** How many more times lists may call a rule. */
  iterationsLeft: number
}

/** `data` is what `var` reads: the context, or an element of a list. Throws `RuleError`. */
export type Rule<Result = unknown> = (data: unknown, frame: Frame) => Result

/** What a rule is compiled in. */
export interface Scope {
  readonly flagKey: string
  /** Which version of flagd's `fractional` distributes users. */
  readonly fractionalVersion: 2 | 3
  /** False inside `map`, `filter` and their like, where `var` sees an element and not the context. */
  readonly isTop: boolean
  /** What the result of the whole rule becomes. Absent where the result is an operand's; what is the same for everyone becomes it beforehand. */
  readonly outcome?: ((result: unknown) => unknown) | undefined
}

export type Compile = (logic: unknown, scope: Scope) => Rule

/** `operands` is what stands behind the operator's name. Throws `RuleError` for what can never be evaluated. */
export type Operator = (operands: unknown, scope: Scope, compile: Compile) => Rule

/** A rule that cannot be compiled, or has no answer for these data. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
}

/** Made once: evaluating a rule that fails costs no stack trace. */
export const notANumber = new RuleError('an operand is not a number')
export const invalidOperands = new RuleError('the operands do not fit the operator')
export const tooLarge = new RuleError('a value grew beyond its limit')

/** A result of a rule, where it is the same for everyone. */
export function literal(logic: unknown): { value: unknown } | undefined {
  return isLiteral(logic) ? { value: logic } : undefined
}

function isLiteral(logic: unknown): boolean {
  if (Array.isArray(logic)) return logic.every(isLiteral)
  return logic === null || typeof logic !== 'object' || Object.keys(logic).length === 0
}

export const constant =
  (value: unknown): Rule =>
  () =>
    value

/** `rule`, whose result becomes the outcome of `scope`. */
export function finished(rule: Rule, { outcome }: Scope): Rule {
  return outcome ? (data, frame) => outcome(rule(data, frame)) : rule
}

/** Of an operand. */
export const asOperand = (scope: Scope): Scope => (scope.outcome ? { ...scope, outcome: undefined } : scope)

/** Calls `apply` with the operands' values. One operand need not be in a list; if its value is a list, those are the operands. */
export function eager(apply: (values: readonly unknown[]) => unknown): Operator {
  return (operands, scope, compile) => {
    if (!Array.isArray(operands)) {
      const only = compile(operands, scope)
      return (data, frame) => {
        const value = only(data, frame)
        return apply(Array.isArray(value) ? value : [value])
      }
    }
    const rules = operands.map((operand) => compile(operand, scope))
    const [first, second] = rules
    if (first !== undefined && rules.length === 1) return (data, frame) => apply([first(data, frame)])
    if (first !== undefined && second !== undefined && rules.length === 2)
      return (data, frame) => apply([first(data, frame), second(data, frame)])
    return (data, frame) => apply(rules.map((rule) => rule(data, frame)))
  }
}

/** The rules of operands that are evaluated only as far as needed. They must be in a list. */
export function lazyOperands(operands: unknown, scope: Scope, compile: Compile): Rule[] {
  if (!Array.isArray(operands)) throw invalidOperands
  return operands.map((operand) => compile(operand, scope))
}

/** Throws when one evaluation has called rules on too many elements. */
export function countIteration(frame: Frame): void {
  frame.iterationsLeft -= 1
  if (frame.iterationsLeft < 0) throw tooLarge
}
