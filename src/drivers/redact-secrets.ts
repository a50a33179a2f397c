/** Takes secrets out of what programs print, before it is kept. */
import { holdsSecret } from '../core/plan/operator-secrets.ts'

/** The text without the values of variables that look like secrets by their name, or hold a URL with a password. */
export function redactSecrets(text: string, environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .filter(([name, value]) => holdsSecret(name, value))
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((redacted, [name, value]) => redacted.replaceAll(value, `[${name}]`), text)
}
