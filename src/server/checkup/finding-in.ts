/** Makes the findings of one area of `tidegate doctor`. */
import type { Checkup } from '../contract.ts'

export type MakeFinding = (state: Checkup['state'], what: string, message: string, hint?: string) => Checkup

export const findingIn =
  (area: Checkup['area']): MakeFinding =>
  (state, what, message, hint) => ({ area, what, state, message, ...(hint !== undefined && { hint }) })
