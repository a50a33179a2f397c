/** Cycles: what can never begin, because it waits for itself. */

/** Of these names, those in a circle of waits or behind one, in their order. `before` are the names that one waits for. */
export function stuckIn(names: readonly string[], before: (name: string) => readonly string[]): string[] {
  let waiting = [...names]
  for (let left = Number.POSITIVE_INFINITY; waiting.length < left; ) {
    left = waiting.length
    const still = new Set(waiting)
    waiting = waiting.filter((name) => before(name).some((one) => still.has(one)))
  }
  return waiting
}
