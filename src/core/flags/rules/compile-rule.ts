/** JSON Logic (https://jsonlogic.com) with flagd's operators, compiled to closures. */
import { arithmeticOperators } from './arithmetic.ts'
import { comparisonOperators } from './comparison.ts'
import { controlOperators } from './control.ts'
import { fractional } from './fractional.ts'
import { listOperators } from './lists.ts'
import {
  asOperand,
  type Compile,
  constant,
  finished,
  literal,
  type Operator,
  type Rule,
  RuleError,
  type Scope,
} from './rule.ts'
import { semVer } from './sem-ver.ts'
import { textOperators } from './texts.ts'
import { variableOperators } from './variables.ts'

const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...controlOperators,
    ...comparisonOperators,
    ...arithmeticOperators,
    ...listOperators,
    ...textOperators,
    ...variableOperators,
    fractional,
    sem_ver: semVer,
  }),
)
/** Those whose results are results of their operands. */
const choosing: ReadonlySet<string> = new Set(['if', '?:'])
const maximumDepth = 64
/** With what is referred to, once for every reference. */
const maximumNodes = 20_000

export interface RuleSettings<Result> extends Pick<Scope, 'flagKey' | 'fractionalVersion'> {
  /** Shared rules, by the names that `$ref` refers to. */
  evaluators: Readonly<Record<string, unknown>>
  /** What a result of JSON Logic becomes. Where the rule is an `if` that names its results, each of them becomes it only once. */
  outcome: (result: unknown) => Result
}

/** Throws `RuleError` where `logic` can never be evaluated: unknown operators and references, circles, nesting over 64 levels. */
export function compileRule<Result>(logic: unknown, { evaluators, ...scope }: RuleSettings<Result>): Rule<Result> {
  let [nodes, depth] = [0, 0]
  const referred: string[] = []

  const compile: Compile = (inner, at) => {
    nodes += 1
    depth += 1
    if (nodes > maximumNodes) throw new RuleError(`it has more than ${maximumNodes} parts, with what it refers to`)
    if (depth > maximumDepth) throw new RuleError(`it is nested more than ${maximumDepth} levels deep`)
    const rule = compileNode(inner, at)
    depth -= 1
    return rule
  }

  function compileNode(inner: unknown, at: Scope): Rule {
    const known = literal(inner)
    if (known) return constant(at.outcome ? at.outcome(known.value) : known.value)
    if (Array.isArray(inner)) return finished(compileList(inner.map((element) => compile(element, asOperand(at)))), at)
    const [[name, operands] = ['', null], ...others] = Object.entries(inner as object)
    if (others.length > 0) throw new RuleError(`a rule has one operator, not both "${name}" and "${others[0]?.[0]}"`)
    if (name === '$ref') return follow(operands, at)
    const operator = operators.get(name)
    if (operator === undefined) throw new RuleError(`there is no operator "${name}"`)
    return choosing.has(name)
      ? operator(operands, at, compile)
      : finished(operator(operands, asOperand(at), compile), at)
  }

  function follow(name: unknown, at: Scope): Rule {
    if (typeof name !== 'string' || !Object.hasOwn(evaluators, name))
      throw new RuleError(`there is no evaluator ${JSON.stringify(name)}`)
    if (referred.includes(name)) throw new RuleError(`evaluators refer in a circle: ${[...referred, name].join(' → ')}`)
    referred.push(name)
    const rule = compile(evaluators[name], at)
    referred.pop()
    return rule
  }

  return compile(logic, { ...scope, isTop: true }) as Rule<Result>
}

function compileList(rules: Rule[]): Rule {
  return (data, frame) => rules.map((rule) => rule(data, frame))
}
