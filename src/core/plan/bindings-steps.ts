/** What the steps of a document do, forward and when the release goes back, as `tidegate.yaml` says it. */
import { z } from 'zod'
import { FlagRef } from './bindings-flags.ts'
import { Duration } from './duration.ts'

const Name = z.string().min(1)
const Parameters = z.record(z.string(), z.string()).default({})
const Percent = z.number().min(0).max(100)

/** A command of the operator's catalogue, by its name where it takes no parameters. */
const CallBinding = z.union([Name, z.strictObject({ command: Name, parameters: Parameters })])
export type CallBinding = z.infer<typeof CallBinding>

const MigrationBinding = z.strictObject({
  backup: CallBinding.optional(),
  verifyBackup: CallBinding.optional(),
  dryRun: CallBinding.optional(),
  apply: CallBinding,
  verify: CallBinding.optional(),
  revert: CallBinding.optional(),
  irreversible: z
    .strictObject({ acceptedBy: Name, reason: Name })
    .optional()
    .describe('Of a change that nothing takes back: the group that accepted that, and why'),
})
export type MigrationBinding = z.infer<typeof MigrationBinding>

const order = {
  after: z
    .array(Name)
    .optional()
    .describe('Words of the steps of this phase that must be done first; without it, the step before'),
}

/** What a step of a phase does. `covered` says where the work happens anyway ("judged by the criteria"). */
export const StepBinding = z.union([
  z.strictObject({ deploy: Name, service: Name.optional().describe('Whose candidate, of several services'), ...order }),
  z.strictObject({ check: Name, ...order }),
  z.strictObject({ command: Name, parameters: Parameters, ...order }),
  z.strictObject({ migrate: MigrationBinding, ...order }),
  z.strictObject({ setFlag: FlagRef, percent: Percent, ...order }),
  z.strictObject({ drill: FlagRef, ...order }),
  z.strictObject({ notify: z.array(Name).min(1).describe('Groups that are told'), ...order }),
  z.strictObject({ wait: Duration, ...order }),
  z.strictObject({ confirm: Name, ...order }),
  z.strictObject({ rollout: z.union([Name, z.array(Name).min(1)]), ...order }),
  z.strictObject({ covered: Name }),
])
export type StepBinding = z.infer<typeof StepBinding>

/** What is done once the users are back. `byHand` is the work of people, which Tidegate neither does nor waits for. */
export const RollbackStepBinding = z.union([
  z.strictObject({ deploy: Name, service: Name.optional().describe('Whose baseline, of several services') }),
  z.strictObject({ check: Name }),
  z.strictObject({ command: Name, parameters: Parameters }),
  z.strictObject({ setFlag: FlagRef, percent: Percent }),
  z.strictObject({ byHand: Name }),
  z.strictObject({ covered: Name }),
])
export type RollbackStepBinding = z.infer<typeof RollbackStepBinding>
