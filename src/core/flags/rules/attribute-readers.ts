/**
 * Reads a property of the data whose name is known when a rule is compiled. V8 remembers where a property lies with the source of the function that reads it,
 * so one function that reads many names looks each of them up anew. There are a few of the same, and each has one name.
 */

type Read = (data: unknown) => unknown
type Fields = Readonly<Record<string, unknown>> | null | undefined

/** Alike on purpose: what they are for is to be several. */
const several: readonly ((name: string) => Read)[] = [
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
  (name) => (data) => (data as Fields)?.[name],
]
const shared =
  (name: string): Read =>
  (data) =>
    (data as Fields)?.[name]

const readers = new Map<string, Read>()

/**
 * What it reads may also be an inherited function, which is no text and no number. The first names that are asked for have one to themselves, whichever flags name them; all others share one.
 */
export function attributeReader(name: string): Read {
  const known = readers.get(name)
  if (known) return known
  const own = several[readers.size]
  if (!own) return shared(name)
  const made = own(name)
  readers.set(name, made)
  return made
}
