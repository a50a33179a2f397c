/** Flags of the plan: each entry has to be a flag that the document has, in a source that the operator lends. Nothing sets them yet. */
import { nearestNames } from '../../nearest-names.ts'
import type { Binder } from './binder.ts'

export function bindFlags(binder: Binder): void {
  const { bindings, draft, operator } = binder.input
  const sources = Object.keys(operator.flagSources)
  // Unlike words, keys of flags are exact: `new.basket` and `newBasket` are two flags.
  const flags = new Map(draft.flags.toReversed().map((flag) => [flag.key, flag]))
  const keys = [...new Set(draft.flags.map((flag) => flag.key))]
  for (const [name, { source, key }] of Object.entries(bindings.flags)) {
    const flag = flags.get(name)
    const hasSource = sources.includes(source)
    if (!hasSource) binder.unknown(['flags', name, 'source'], 'flag source', source, nearestFirst(source, sources))
    if (!flag) binder.unknown(['flags', name], 'flag of the plan', name, nearestFirst(name, keys))
    else if (hasSource) {
      const message = `flag "${name}" (${key} in ${source}) is set by a person until a flag backend is bound`
      binder.report('note', 'FLAG_MOVED_BY_A_PERSON', flag.source, message)
    }
  }
}

/** Letters compared for one name; a list that is longer stays as it is. */
const maximumComparisons = 1_000_000

function nearestFirst(name: string, known: readonly string[]): readonly string[] {
  const letters = known.reduce((sum, { length }) => sum + length, 0)
  return name.length * letters > maximumComparisons ? known : nearestNames(name, known, known.length)
}
