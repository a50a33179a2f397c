/** The secrets that an operator's file names or holds, as they are now and were a while ago, so that they can be taken out of any text. */
import { redactSecrets } from '../core/find-secrets.ts'
import type { Operator } from '../core/plan/operator.ts'
import { plainSecretsIn, secretRefsIn } from '../core/plan/operator-secrets.ts'
import { resolveSecret } from './resolve-secret.ts'

/** Files are not read again for every text; a rotated secret stays known beside the new one. */
const freshMs = 10_000
/** Values that are remembered. */
const maximumKnown = 1_000
const minimumLength = 6

export class KnownSecrets {
  readonly #operator: Operator
  readonly #folder: string
  /** Longest first: one may hold another. */
  #known: string[] = []
  #readAtMs = Number.NEGATIVE_INFINITY

  /** `folder` is where relative paths start. */
  constructor(operator: Operator, { folder }: { folder: string }) {
    this.#operator = operator
    this.#folder = folder
  }

  /** The value with every text in it free of these secrets, and of what looks like one; keys and whatever is no text stay. */
  async clean<T>(value: T): Promise<T> {
    if (!hasText(value)) return value
    await this.#refresh()
    return mapTexts(value, (text) => this.#cleanText(text)) as T
  }

  #cleanText(text: string): string {
    return redactSecrets(this.#known.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text))
  }

  async #refresh(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs - this.#readAtMs < freshMs) return
    this.#readAtMs = nowMs
    const refs = secretRefsIn(this.#operator).map(({ ref }) => resolveSecret(ref, { folder: this.#folder }))
    const values = (await Promise.all(refs)).flatMap((outcome) => (outcome.ok ? formsOf(outcome.value) : []))
    const all = new Set([...values, ...plainSecretsIn(this.#operator), ...this.#known])
    this.#known = [...all].slice(0, maximumKnown).sort((a, b) => b.length - a.length)
  }
}

/** The value, and what it is without the words before it (`Bearer …`, `whsec_…`). */
const formsOf = (value: string): string[] =>
  [value, ...value.split(/\s+/), value.replace(/^whsec_/, '')].filter(({ length }) => length >= minimumLength)

function hasText(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= minimumLength
  return typeof value === 'object' && value !== null && Object.values(value).some(hasText)
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((inner) => mapTexts(inner, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]))
}
