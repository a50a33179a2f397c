/** JSON pointers (RFC 6901). */

/** The value at the pointer, or undefined where the document has none. */
export function valueAt(document: unknown, pointer: string): unknown {
  const tokens = pointer.split('/').slice(1)
  return tokens.reduce<unknown>((value, token) => {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null) return undefined
    // "Leading zeros" and `-` name no element of an array.
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(key)) return undefined
    return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  }, document)
}
