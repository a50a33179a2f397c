/** Who may sign what. Pure and enumerable: every answer comes from the plan's roles and the people in them. */
import type { Plan } from '../plan/plan.ts'

/** May this person sign for this role? Never the plan's own author, and only a holder of the role. */
export function maySign(
  plan: Plan,
  personId: string,
  role: string,
): { allowed: true } | { allowed: false; because: string } {
  if (personId === plan.author)
    return { allowed: false, because: `${personId} wrote this plan, and authors do not sign their own plans` }
  const holders = plan.roles[role] ?? []
  if (!holders.includes(personId)) {
    const others = holders.filter((holder) => holder !== plan.author)
    return {
      allowed: false,
      because: `only ${role} signs this (${others.length > 0 ? others.join(', ') : 'nobody holds that role'})`,
    }
  }
  return { allowed: true }
}

/** May this person steer a release: promote, skip, retry, override, reassign, supersede? Whoever is asked when it is undecided, but not its author. */
export function maySteer(plan: Plan, personId: string): { allowed: true } | { allowed: false; because: string } {
  return maySign(plan, personId, plan.asks)
}
