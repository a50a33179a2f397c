/** What the parts of a random plan share: the rhythm of its time, its people, and how it names things. */
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'

/** Time between two looks; everything that a plan waits for is a few of them. */
export const intervalMs = 1_000

/** `ada` writes the plans; `rina` holds two roles; only managers can steer. */
export const roles = { Manager: ['ada', 'rina', 'ola'], Lead: ['lena', 'rina', 'ada'], Security: ['sam'] }

/** Roles that are asked to sign, the likely ones more than once. */
export const signing = ['Manager', 'Manager', 'Lead', 'Security']

export const source = { start: 1, end: 1 }
export const statement = (id: string) => ({ id, text: id, source })

/** Some of a list, in its order, at most `most`. */
export function some<T>(random: Seeded, list: readonly T[], most: number): T[] {
  const wanted = random.int(most + 1)
  return list.filter((_, index) => random.chance(wanted / (list.length - index || 1))).slice(0, most)
}
