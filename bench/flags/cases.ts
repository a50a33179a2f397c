/** What every evaluator of `bench/flags.ts` is asked: the same three flags, of the same users. */

export const cases = ['static', 'target', 'share'] as const
export type Case = (typeof cases)[number]

export const suffix = '@shop.example'
export const countries = ['AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FR', 'IT', 'NL', 'SE']
const otherCountries = ['US', 'BR', 'JP', 'IN', 'CN', 'GB', 'CA', 'AU', 'MX', 'ZA']
export const sharePercent = 10
export const userCount = 262_144

export interface User {
  id: string
  email: string
  country: string
}

/** No two are alike; half are of one of the ten countries, a tenth has the suffix. */
export function makeUsers(): User[] {
  const all = [...countries, ...otherCountries]
  return Array.from({ length: userCount }, (_, at) => ({
    id: `user-${at}`,
    email: `person${at}${at % 10 === 0 ? suffix : '@mail.example'}`,
    country: all[(at * 7) % all.length] ?? '',
  }))
}

/** How many users each flag is on for; of the share, within a twentieth. */
export function expectedOn(users: readonly User[]): Record<Case, number> {
  const isTargeted = ({ email, country }: User) => email.endsWith(suffix) || countries.includes(country)
  return {
    static: users.length,
    target: users.filter(isTargeted).length,
    share: (users.length * sharePercent) / 100,
  }
}
