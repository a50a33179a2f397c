/** `if`, `?:`, `and`, `or`, `!` and `!!`. Only the operands that decide are evaluated. */
import { lazyOperands, type Operator, type Rule } from './rule.ts'
import { truthy } from './truthy.ts'

const nothing: Rule = () => null

const conditional: Operator = (operands, scope, compile) => {
  const rules = lazyOperands(operands, scope, compile)
  const [first] = rules
  if (first === undefined) return nothing
  if (rules.length === 1) return first
  let otherwise: Rule = rules.length % 2 === 1 ? (rules.at(-1) ?? nothing) : nothing
  for (let at = 2 * Math.floor(rules.length / 2) - 2; at >= 0; at -= 2)
    otherwise = choose(rules[at] ?? nothing, rules[at + 1] ?? nothing, otherwise)
  return otherwise
}

function choose(condition: Rule, then: Rule, otherwise: Rule): Rule {
  return (data, frame) => (truthy(condition(data, frame)) ? then(data, frame) : otherwise(data, frame))
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
