/** What the writer of YAML plans makes facts of: plain values, without what is absent or empty, and with the lines that state them. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'

export type Written = string | number | boolean | readonly Written[] | { readonly [key: string]: Written | undefined }
export type WrittenMap = { readonly [key: string]: Written | undefined }

/** `at` of a fact; empty where no other document states it. */
export type LinesOf = (source: SourceRange | undefined) => { at?: Written }

/** Lines as `at` names them. `from` is the document that needs no name; `isOwn` says that sources without an origin are lines of it. */
export function linesWriter(from: string | undefined, isOwn: boolean): LinesOf {
  return (source) => {
    if (!source) return {}
    const stated = source.origin ?? (isOwn ? source : undefined)
    if (!stated) return {}
    const { file, start, end } = stated
    const prefix = file === undefined || file === from ? '' : `${file}:`
    const lines = end > start ? `${start}-${end}` : start
    return { at: prefix === '' ? lines : `${prefix}${lines}` }
  }
}

/** Without what is absent and without empty lists. */
export function given(map: WrittenMap): WrittenMap {
  return Object.fromEntries(
    Object.entries(map).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  )
}

/** The value of `key` alone where the map says nothing else. */
export function shortest(key: string, map: WrittenMap): Written {
  const all = given(map)
  const alone = all[key]
  return Object.keys(all).length === 1 && alone !== undefined && alone !== '' ? alone : all
}
