/**
 * `var`, `missing` and `missing_some`. Only what the data hold themselves is read, never what JavaScript's objects inherit.
 * `$flagd.flagKey` and `$flagd.timestamp` are known in the context, not in elements of lists.
 */
import { attributeReader } from './attribute-readers.ts'
import { eager, type Frame, invalidOperands, literal, type Operator, type Rule, type Scope } from './rule.ts'

/** `undefined` where there is nothing. Functions are inherited ones: JSON has none. */
function member(data: unknown, key: string): unknown {
  if (data === null || data === undefined) return undefined
  // The one inherited property that is no function.
  if (key === '__proto__') return Object.hasOwn(data, key) ? (data as Record<string, unknown>)[key] : undefined
  const value = (data as Record<string, unknown>)[key]
  return typeof value === 'function' ? undefined : value
}

function follow(data: unknown, path: readonly string[]): unknown {
  let value = data
  for (const key of path) value = member(value, key)
  return value
}

/** Dots part the path; a backslash makes a dot, or itself, a part of the name. */
export function pathOf(name: string): string[] {
  if (!name.includes('\\')) return name.split('.')
  const path = ['']
  for (const [part] of name.matchAll(/\\[\\./]|[\s\S]/g)) {
    if (part === '.') path.push('')
    else path[path.length - 1] += part.length === 2 ? part.slice(1) : part
  }
  return path
}

/**
 * The name in `{"var": "name"}`, where that reads one property of the data and nothing else: `attributeReader` reads it. The operators that most rules
 * are made of look there themselves, since a call less is a good part of their time.
 */
export function attributeName(operand: unknown, { isTop }: Scope): string | undefined {
  const [name, ...others] = typeof operand === 'object' && operand !== null ? Object.keys(operand) : []
  if (name !== 'var' || others.length > 0) return undefined
  const { var: named } = operand as { var: unknown }
  const only = Array.isArray(named) && named.length === 1 ? named[0] : named
  const isPlain = typeof only === 'string' && only !== '' && !/[.\\]|^__proto__$/.test(only)
  return isPlain && !(isTop && only === '$flagd') ? only : undefined
}

function lookUp(name: unknown, data: unknown, frame: Frame, scope: Scope): unknown {
  const text = name === null || name === undefined ? '' : String(name)
  return reader(text, scope)(data, frame)
}

/** Gives `undefined` where there is nothing. */
function reader(name: string, scope: Scope): Rule {
  const path = pathOf(name)
  const [first = '', second, ...others] = path
  if (scope.isTop && (name === '' || first === '$flagd')) return ambient(path, scope)
  if (name === '') return (data) => data
  if (second === undefined) {
    if (first === '__proto__') return (data) => member(data, first)
    const read = attributeReader(first)
    return (data) => {
      const value = read(data)
      return typeof value === 'function' ? undefined : value
    }
  }
  if (others.length === 0) return (data) => member(member(data, first), second)
  return (data) => follow(data, path)
}

/** Reads what flagd adds to the context. */
function ambient([first, ...below]: string[], { flagKey }: Scope): Rule {
  const added = (frame: Frame) => ({ flagKey, timestamp: frame.timestampSec })
  if (first !== '$flagd') return (data, frame) => ({ ...(data as object), $flagd: added(frame) })
  if (below.length === 1 && below[0] === 'flagKey') return () => flagKey
  if (below.length === 1 && below[0] === 'timestamp') return (_, frame) => frame.timestampSec
  return (_, frame) => follow(added(frame), below)
}

const variable: Operator = (operands, scope, compile) => {
  const [name, fallback] = Array.isArray(operands) ? operands : [operands]
  const otherwise = fallback === undefined ? undefined : compile(fallback, scope)
  const known = literal(name ?? null)
  const read: Rule = known ? reader(nameOf(known.value), scope) : dynamic(compile(name, scope), scope)
  if (otherwise === undefined) return (data, frame) => read(data, frame) ?? null
  return (data, frame) => {
    const value = read(data, frame)
    return value === undefined ? otherwise(data, frame) : value
  }
}

const nameOf = (value: unknown): string => (value === null ? '' : String(value))

const dynamic =
  (name: Rule, scope: Scope): Rule =>
  (data, frame) =>
    lookUp(name(data, frame), data, frame, scope)

/** Those of `names` that the data do not have. */
function missingOf(names: readonly unknown[], data: unknown): unknown[] {
  return names.filter((name) => follow(data, pathOf(String(name))) === undefined)
}

/** The operands' values are needed together with the data. */
function withData(apply: (values: readonly unknown[], data: unknown) => unknown): Operator {
  return (operands, scope, compile) => {
    const values = eager((all) => all)(operands, scope, compile)
    return (data, frame) => apply(values(data, frame) as readonly unknown[], data)
  }
}

const missing = withData((values, data) => missingOf(Array.isArray(values[0]) ? values[0] : values, data))

const missingSome = withData(([needed, names], data) => {
  if (!Array.isArray(names)) throw invalidOperands
  const absent = missingOf(names, data)
  return names.length - absent.length >= Number(needed) ? [] : absent
})

export const variableOperators: Readonly<Record<string, Operator>> = {
  var: variable,
  missing,
  missing_some: missingSome,
}
