/** The secrets in an operator's file: references to where they are kept, and those that stand in it, such as in environments of programs. */
import type { Operator } from './operator.ts'
import { SecretRef } from './secret-ref.ts'

const secretName = /secret|token|passw|credential|private|api_?key|auth(?!or)|authorization|cookie|dsn/i
const passwordInUrl = /:\/\/[^/\s:@]*:([^/\s@]+)@/
/** Shorter values are no secrets, and too common in any text. */
const minimumLength = 6

/** Whether a variable or header is a secret by its name, or holds a URL with a password. */
export const holdsSecret = (name: string, value: string): boolean =>
  value.length >= minimumLength && (secretName.test(name) || passwordInUrl.test(value))

/** Every reference, with its path in the file. An object that is nothing but a reference is one, wherever it stands. */
export function secretRefsIn(value: unknown, path = ''): { path: string; ref: SecretRef }[] {
  const ref = SecretRef.safeParse(value)
  if (ref.success) return [{ path, ref: ref.data }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => secretRefsIn(inner, path === '' ? key : `${path}.${key}`))
}

/** The secrets that stand in the file itself, each in the forms in which somebody may repeat it. */
export function plainSecretsIn(operator: Operator): string[] {
  return [...new Set(formsOf(operator))].filter(({ length }) => length >= minimumLength)
}

function formsOf(value: unknown): string[] {
  if (typeof value === 'string') return passwordsOf(value)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'env' || name === 'headers')
      return Object.entries(inner ?? {}).flatMap(([key, text]) => spoken(key, text))
    return formsOf(inner)
  })
}

/** A header says how its secret is meant before it: `Bearer …`. */
function spoken(name: string, value: unknown): string[] {
  if (typeof value !== 'string' || !holdsSecret(name, value)) return []
  return [value, ...value.split(/\s+/).slice(1), ...passwordsOf(value)]
}

function passwordsOf(text: string): string[] {
  const [, password] = passwordInUrl.exec(text) ?? []
  return password === undefined ? [] : [password]
}
