/** One flag in one environment, as the admin API shows it and the driver reads it back. */
import { z } from 'zod'
import { Duration } from '../../plan/duration.ts'
import { type FlagRegister, flagStates, Holder, member, settingOf } from './flag-register.ts'
import { reachOf } from './reach-of.ts'

export const FlagView = z.object({
  key: z.string(),
  environment: z.string(),
  state: z.enum(flagStates),
  share: z.number(),
  cohorts: z.array(z.string()),
  /** Who has it: absent for a flag with targeting of its own, of which only an evaluation tells. */
  reach: z.object({ percent: z.number(), cohorts: z.array(z.string()), blockedBy: z.string().optional() }).optional(),
  heldBy: Holder.optional(),
  /** Of a rollback toggle: the flag that it takes back, and how soon that has to hold. */
  undoes: z.string().optional(),
  deadlineMs: z.number().optional(),
})
export type FlagView = z.infer<typeof FlagView>

/** `undefined` where there is no such flag. The register has no faults, and the environment is one of it. */
export function flagView(register: FlagRegister, environment: string, key: string): FlagView | undefined {
  const flag = member(register.flags, key)
  if (flag === undefined) return undefined
  const { state = 'on', share = 0, cohorts = [], heldBy } = settingOf(flag, environment)
  const reach = reachOf(register, environment, key)
  const { undoes, deadline } = flag
  return {
    key,
    environment,
    state,
    share,
    cohorts,
    ...(reach && { reach }),
    ...(heldBy && { heldBy }),
    ...(undoes !== undefined && { undoes }),
    ...(deadline !== undefined && { deadlineMs: Duration.parse(deadline) }),
  }
}
