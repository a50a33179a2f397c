/** Takes secrets out of what programs print, before it is kept. */

const secretName = /secret|token|passw|credential|private|api_?key|auth(?!or)|dsn/i
const urlWithPassword = /:\/\/[^/\s]*:[^/\s]*@/
/** Shorter values are no secrets, and too common in any text. */
const minimumLength = 6

/** The text without the values of variables that look like secrets by their name, or hold a URL with a password. */
export function redactSecrets(text: string, environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .filter(([name, value]) => value.length >= minimumLength && (secretName.test(name) || urlWithPassword.test(value)))
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((redacted, [name, value]) => redacted.replaceAll(value, `[${name}]`), text)
}
