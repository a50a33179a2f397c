/** `${NAME}` and `${NAME:-default}` in text, as docker compose has them: `$$` is a dollar, and a lone `$` stays what it is. */

export interface ExpandedText {
  text: string
  /** What is wrong, in plain words; empty when all is well. The text then keeps the reference as it stands. */
  problems: string[]
}

/** The default holds where the variable is unset or empty. Values are inserted once and not expanded again. */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): ExpandedText {
  const problems: string[] = []
  const expanded = text.replace(/\$\$|\$\{([^{}]*)\}?/g, (whole, inside?: string) => {
    if (inside === undefined) return '$'
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside) ?? []
    if (name === undefined || !whole.endsWith('}')) {
      problems.push(`"${whole}" is not understood: write \${NAME}, \${NAME:-default}, or $$ for a dollar`)
      return whole
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value !== undefined && (value !== '' || fallback === undefined)) return value
    if (fallback !== undefined) return fallback
    problems.push(`the variable ${name} is not set: set it, or write \${${name}:-default}`)
    return whole
  })
  return { text: expanded, problems }
}
