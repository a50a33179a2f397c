/** An evaluator under measurement. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Case, User } from './cases.ts'

export interface Subject<Context = unknown> {
  /** The user in the evaluator's own form. Not measured. */
  context(user: User): Context
  /** Whether the flag is on, after everything that the evaluator tells of its answer was read. */
  isOn(flag: Case, context: Context): boolean | Promise<boolean>
  close?(): unknown
}

const require = createRequire(join(import.meta.dirname, 'package.json'))

/** A package of `bench/flags/package.json`. Its types are not at hand where it is not installed. */
export const load = <T>(name: string): T => require(name) as T

/** How many answers told less than they should; read so that nothing is optimised away. */
let untold = 0

/** Takes two, and no list of them: what this costs, the fastest pay for most. */
export function told(detail: unknown, other: unknown): void {
  if (detail === undefined || detail === null) untold += 1
  if (other === undefined || other === null) untold += 1
}

export const untoldDetails = (): number => untold
