/** Flags of the plan: each entry has to be a flag that the document has, in a source or backend that the operator lends. */
import { nearestNames } from '../../nearest-names.ts'
import type { FlagRef } from '../bindings-flags.ts'
import type { Binder, BindingsPath } from './binder.ts'

export function bindFlags(binder: Binder): void {
  const { bindings, draft, operator } = binder.input
  // Unlike words, keys of flags are exact: `new.basket` and `newBasket` are two flags.
  const flags = new Map(draft.flags.toReversed().map((flag) => [flag.key, flag]))
  const keys = [...new Set(draft.flags.map((flag) => flag.key))]
  for (const [name, binding] of Object.entries(bindings.flags)) {
    const flag = flags.get(name)
    const [part, holder, lent] =
      'backend' in binding
        ? (['backend', binding.backend, Object.keys(operator.flagBackends)] as const)
        : (['source', binding.source, Object.keys(operator.flagSources)] as const)
    const isLent = lent.includes(holder)
    if (!isLent) binder.unknown(['flags', name, part], `flag ${part}`, holder, nearestFirst(holder, lent))
    if (!flag) binder.unknown(['flags', name], 'flag of the plan', name, nearestFirst(name, keys))
    else if (isLent && part === 'source') {
      const message = `flag "${name}" (${binding.key} in ${holder}) is set by a person until a flag backend is bound`
      binder.report('note', 'FLAG_MOVED_BY_A_PERSON', flag.source, message)
    }
  }
}

const noFlag = { backend: '', flag: '' }

/** The flag that a step or a service sets; empty after a report. */
export function flagOf(binder: Binder, place: BindingsPath, ref: FlagRef): { backend: string; flag: string } {
  const { bindings, operator } = binder.input
  if (typeof ref !== 'string') {
    const lent = Object.keys(operator.flagBackends)
    if (lent.includes(ref.backend)) return ref
    binder.unknown([...place, 'backend'], 'flag backend', ref.backend, nearestFirst(ref.backend, lent))
    return noFlag
  }
  const bound = Object.hasOwn(bindings.flags, ref) ? bindings.flags[ref] : undefined
  if (!bound) {
    binder.unknown(place, 'bound flag', ref, nearestFirst(ref, Object.keys(bindings.flags)))
    return noFlag
  }
  if ('backend' in bound) return { backend: bound.backend, flag: bound.key }
  const message = `flag "${ref}" is bound to source ${bound.source}, which cannot set it`
  binder.report('error', 'FLAG_NOT_SETTABLE', place, message, `bind it to a \`backend\` under flags: ${ref}`)
  return noFlag
}

/** Letters compared for one name; a list that is longer stays as it is. */
const maximumComparisons = 1_000_000

function nearestFirst(name: string, known: readonly string[]): readonly string[] {
  const letters = known.reduce((sum, { length }) => sum + length, 0)
  return name.length * letters > maximumComparisons ? known : nearestNames(name, known, known.length)
}
