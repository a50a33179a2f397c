/** A source text with a bug in it. */
import type { PlantedBug } from './bugs.ts'

/** Throws unless the text to change is there exactly once. */
export function withBug(source: string, { name, file, find, replace }: PlantedBug): string {
  const [before, after, ...more] = source.split(find)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`the bug '${name}' wants one '${find}' in ${file}, which has ${source.split(find).length - 1}`)
  return `${before}${replace}${after}`
}
