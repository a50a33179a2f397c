/** `cat`, `substr`, `in`, `starts_with` and `ends_with`; and `log`, which answers its operand and writes nothing. */

import { attributeReader } from './attribute-readers.ts'
import { eager, invalidOperands, literal, type Operator, type Rule, tooLarge } from './rule.ts'
import { attributeName } from './variables.ts'

const maximumLength = 65_536

/** What is missing adds nothing. */
export function joined(values: readonly unknown[]): string {
  let text = ''
  for (const value of values) if (value !== null && value !== undefined) text += String(value)
  if (text.length > maximumLength) throw tooLarge
  return text
}

/** A negative start counts from the end; so does a negative length, which says where to stop. */
const substr = eager(([source, start, length]) => {
  if (typeof source !== 'string' && typeof source !== 'number') throw invalidOperands
  const text = String(source)
  const from = Math.trunc(Number(start ?? 0)) || 0
  const begin = from < 0 ? Math.max(0, text.length + from) : from
  if (length === undefined || length === null) return text.slice(begin)
  const size = Math.trunc(Number(length)) || 0
  return size < 0 ? text.slice(begin, Math.max(begin, text.length + size)) : text.slice(begin, begin + size)
})

function isIn(item: unknown, whole: unknown): boolean {
  if (!whole) return false
  if (typeof whole === 'string') return whole.includes(String(item))
  if (!Array.isArray(whole)) throw invalidOperands
  return whole.includes(item)
}

const within: Operator = (operands, scope, compile) => {
  if (!Array.isArray(operands)) return eager(([item, whole]) => isIn(item, whole))(operands, scope, compile)
  const [item, whole] = operands.map((operand) => compile(operand, scope))
  if (item === undefined || whole === undefined) throw invalidOperands
  const known = literal(operands[1])?.value
  if (!Array.isArray(known)) return (data, frame) => isIn(item(data, frame), whole(data, frame))
  const members = new Set(known)
  const name = attributeName(operands[0], scope)
  // Nothing is as much as `null` here.
  if (name !== undefined && !members.has(null)) {
    const read = attributeReader(name)
    return (data) => members.has(read(data))
  }
  return (data, frame) => members.has(item(data, frame))
}

/** No answer, rather than "no", unless both are texts. */
function affix(test: (text: string, part: string) => boolean): Operator {
  const general = eager((values) => {
    const [text, part] = values
    return values.length === 2 && typeof text === 'string' && typeof part === 'string' ? test(text, part) : null
  })
  return (operands, scope, compile) => {
    if (!Array.isArray(operands) || operands.length !== 2 || typeof operands[1] !== 'string')
      return general(operands, scope, compile)
    const part = operands[1]
    const name = attributeName(operands[0], scope)
    if (name !== undefined) {
      const read = attributeReader(name)
      return (data) => {
        const value = read(data)
        return typeof value === 'string' ? test(value, part) : null
      }
    }
    const text: Rule = compile(operands[0], scope)
    return (data, frame) => {
      const value = text(data, frame)
      return typeof value === 'string' ? test(value, part) : null
    }
  }
}

export const textOperators: Readonly<Record<string, Operator>> = {
  cat: eager(joined),
  substr,
  in: within,
  starts_with: affix((text, part) => text.startsWith(part)),
  ends_with: affix((text, part) => text.endsWith(part)),
  log: eager(([value]) => value ?? null),
}
