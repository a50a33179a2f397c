/** `if`, `?:`, `and`, `or`, `!` and `!!`. Only the operands that decide are evaluated. */
import {
  asOperand,
  constant,
  invalidOperands,
  lazyOperands,
  literal,
  type Operator,
  type Rule,
  type Scope,
} from './rule.ts'
import { truthy } from './truthy.ts'

const nothing: Rule = () => null

/** Its own results, and not those of its conditions, become the outcome. */
const conditional: Operator = (operands, scope, compile) => {
  if (!Array.isArray(operands)) throw invalidOperands
  const hasElse = operands.length % 2 === 1
  const isResult = (index: number) => index % 2 === 1 || (hasElse && index === operands.length - 1)
  const rules = operands.map((operand, index) => compile(operand, isResult(index) ? scope : asOperand(scope)))
  const known = operands.map(literal).map((found) => found && { value: outcomeOf(found.value, scope) })
  const absent = outcomeOf(null, scope)
  let otherwise = (hasElse ? rules.at(-1) : undefined) ?? constant(absent)
  let last = hasElse ? known.at(-1) : { value: absent }
  for (let at = 2 * Math.floor(rules.length / 2) - 2; at >= 0; at -= 2) {
    const [condition = nothing, then = nothing] = rules.slice(at)
    const chosen = known[at + 1]
    otherwise = chosen && last ? chooseValue(condition, chosen.value, last.value) : choose(condition, then, otherwise)
    last = undefined
  }
  return otherwise
}

const outcomeOf = (result: unknown, { outcome }: Scope): unknown => (outcome ? outcome(result) : result)

function choose(condition: Rule, then: Rule, otherwise: Rule): Rule {
  return (data, frame) => (truthy(condition(data, frame)) ? then(data, frame) : otherwise(data, frame))
}

/** What most rules end with. */
function chooseValue(condition: Rule, then: unknown, otherwise: unknown): Rule {
  return (data, frame) => (truthy(condition(data, frame)) ? then : otherwise)
}

/** The first operand that is (`or`), or is not (`and`), true; else the last. */
function firstThat(isTrue: boolean): Operator {
  return (operands, scope, compile) => {
    const rules = lazyOperands(operands, scope, compile)
    const last = rules.pop()
    if (last === undefined) return nothing
    const [only] = rules
    if (only === undefined) return last
    if (rules.length === 1)
      return (data, frame) => {
        const value = only(data, frame)
        return truthy(value) === isTrue ? value : last(data, frame)
      }
    return (data, frame) => {
      for (const rule of rules) {
        const value = rule(data, frame)
        if (truthy(value) === isTrue) return value
      }
      return last(data, frame)
    }
  }
}

function whether(isTrue: boolean): Operator {
  return (operands, scope, compile) => {
    const rule = compile(Array.isArray(operands) ? (operands[0] ?? null) : operands, scope)
    return (data, frame) => truthy(rule(data, frame)) === isTrue
  }
}

export const controlOperators: Readonly<Record<string, Operator>> = {
  if: conditional,
  '?:': conditional,
  and: firstThat(false),
  or: firstThat(true),
  '!': whether(false),
  '!!': whether(true),
}
