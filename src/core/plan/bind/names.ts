/** Matching the team's words: the same name in other letters, marks or spacing is the same name. */

/** Lower case, letters and digits only, single spaces: "✅ Error Rate:" and "error rate" are one name. */
export function nameKey(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%]+/gu, ' ')
    .trim()
}

/** For ids: `phase-2`, `no-critical-bugs-reported`; at most 60 characters. */
export function slugOf(text: string): string {
  const slug = nameKey(text).replaceAll('%', ' percent').replace(/ +/g, '-').slice(0, 60).replace(/-$/, '')
  return slug === '' ? 'unnamed' : slug
}

/** Entries of `tidegate.yaml` looked up by the document's words; those that never matched are mistakes to report. */
export class NamedEntries<T> {
  readonly #entries: Map<string, { name: string; value: T; used: boolean }>

  constructor(entries: Readonly<Record<string, T>>) {
    this.#entries = new Map(
      Object.entries(entries).map(([name, value]) => [nameKey(name), { name, value, used: false }]),
    )
  }

  find(words: string): T | undefined {
    return this.entry(words)?.value
  }

  /** With the name as it is written there. */
  entry(words: string): { name: string; value: T } | undefined {
    const entry = this.#entries.get(nameKey(words))
    if (entry) entry.used = true
    return entry
  }

  unused(): string[] {
    return [...this.#entries.values()].filter(({ used }) => !used).map(({ name }) => name)
  }
}
