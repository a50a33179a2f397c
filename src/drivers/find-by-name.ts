/** An operator's entry by its name. */
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'

/** `notFound` names the entries there are; `what` is the kind of thing, such as `metric source`. */
export function findByName<T>(what: string, entries: Readonly<Record<string, T>>, name: string): Outcome<T> {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
  if (entry !== undefined) return succeed(entry)
  return fail('notFound', `there is no ${what} "${name}"; there are: ${Object.keys(entries).join(', ') || 'none'}`)
}
