/** Passwords, keys and tokens in `tidegate.yaml`: what stands there is kept with the release for good, and parameters of commands are seen by everybody on the machine. */
import { findSecrets } from '../../find-secrets.ts'
import type { Bindings } from '../bindings.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { BindInput } from './binder.ts'

/** One error a text that seems to hold one; no message repeats it. */
export function findBindingSecrets(bindings: Bindings, locate: BindInput['locate']): Diagnostic[] {
  return textsIn(bindings, []).flatMap(({ text, path }) =>
    findSecrets(text)
      .slice(0, 1)
      .map(({ what }) => ({
        ruleId: 'SECRET_IN_BINDINGS',
        severity: 'error' as const,
        source: locate(path),
        message: `this seems to hold ${what}`,
        hint: "take it out, change it where it is valid, and give it to the program by the operator's file",
      })),
  )
}

/** Keys too: they are the document's words, and some of those are repeated. A value is read with its key, which may say what it is. */
function textsIn(value: unknown, path: readonly string[]): { text: string; path: readonly string[] }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { text: typeof inner === 'string' ? `${key}: ${inner}` : key, path: [...path, key] },
    ...textsIn(inner, [...path, key]),
  ])
}
