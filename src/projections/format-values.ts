/** How many, and who, as people read it. */
import { formatCount } from '../core/plan/format-value.ts'
import type { Actor } from '../core/release/events.ts'

/** `1 sign-off`, `3 sign-offs` */
export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`

/** Demo people are labelled wherever they appear. */
export const formatActor = ({ name, demo }: Pick<Actor, 'name' | 'demo'>): string =>
  demo ? `${name} (demo person)` : name
