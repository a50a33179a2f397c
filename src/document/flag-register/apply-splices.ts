/** Exchanges parts of a text. */

export interface Splice {
  start: number
  end: number
  /** What stands there then. */
  text: string
}

/** They do not overlap. Of those that put something in at one place, what comes last in the list stands first. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let written = text
  for (const { start, end, text: put } of splices.toSorted((a, b) => b.start - a.start))
    written = `${written.slice(0, start)}${put}${written.slice(end)}`
  return written
}
