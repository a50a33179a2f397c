/** What of a register is right and still wants somebody's attention. */
import type { FlagRegister } from './flag-register.ts'

export interface RegisterWarning {
  kind: 'expired' | 'noOwner'
  flag: string
  message: string
}

/** `today`: a date such as `2027-03-01`. */
export function reviewRegister({ flags }: FlagRegister, today: string): RegisterWarning[] {
  return Object.entries(flags).flatMap(([flag, { owner, expires }]) => {
    const found: RegisterWarning[] = []
    if (expires !== undefined && expires < today)
      found.push({
        kind: 'expired',
        flag,
        message: `"${flag}" expired on ${expires}: take it out of the code, then out of here, or give it a later date`,
      })
    if (owner === undefined)
      found.push({ kind: 'noOwner', flag, message: `"${flag}" has no owner: say with \`owner\` who is asked about it` })
    return found
  })
}
