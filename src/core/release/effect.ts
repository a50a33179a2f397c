/** An effect: an intended driver call that can change the world. It is an event before it is a call. */
import { z } from 'zod'
import { CheckEvidence, Cohorts, CommandResult, FlagSetting, Message, RunningVersions, Shares } from './evidence.ts'
import { DriverError } from './outcome.ts'

export const Effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deploy'), target: z.string(), version: z.string() }),
  z.strictObject({
    kind: z.literal('setShares'),
    target: z.string(),
    shares: Shares,
    /** None where it is absent: those there were are dropped. */
    cohorts: Cohorts.optional(),
  }),
  z.strictObject({ kind: z.literal('runCheck'), check: z.string() }),
  z.strictObject({ kind: z.literal('runCommand'), command: z.string(), parameters: z.record(z.string(), z.string()) }),
  z.strictObject({ kind: z.literal('notify'), message: Message }),
  z.strictObject({ kind: z.literal('setFlag'), backend: z.string(), flag: z.string(), setting: FlagSetting }),
  /** Nothing is changed: the plan of the release is lived through on a virtual clock. It brings the evidence of a check. */
  z.strictObject({ kind: z.literal('rehearse') }),
  /** Nothing is changed: what runs is read, because traffic is about to depend on it. */
  z.strictObject({ kind: z.literal('readVersions'), target: z.string() }),
])
export type Effect = z.infer<typeof Effect>

/** What came back, by the kind of the effect: shares are those read back. */
export const EffectOutcome = z.union([
  z.strictObject({
    ok: z.literal(true),
    value: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('deploy'), versions: RunningVersions }),
      z.strictObject({ kind: z.literal('setShares'), shares: Shares }),
      z.strictObject({ kind: z.literal('runCheck'), evidence: CheckEvidence }),
      z.strictObject({ kind: z.literal('runCommand'), result: CommandResult }),
      z.strictObject({ kind: z.literal('notify') }),
      z.strictObject({ kind: z.literal('setFlag'), setting: FlagSetting }),
      z.strictObject({ kind: z.literal('readVersions'), versions: RunningVersions }),
    ]),
  }),
  z.strictObject({ ok: z.literal(false), error: DriverError }),
])
export type EffectOutcome = z.infer<typeof EffectOutcome>

/** Limits of each kind of call: real milliseconds, and tries before the engine gives up going forward. */
export const effectLimits: Record<Effect['kind'], { timeoutMs: number; attempts: number; backoffMs: number }> = {
  deploy: { timeoutMs: 60_000, attempts: 2, backoffMs: 1_000 },
  setShares: { timeoutMs: 5_000, attempts: 5, backoffMs: 250 },
  runCheck: { timeoutMs: 30_000, attempts: 3, backoffMs: 1_000 },
  rehearse: { timeoutMs: 120_000, attempts: 2, backoffMs: 1_000 },
  runCommand: { timeoutMs: 300_000, attempts: 1, backoffMs: 1_000 },
  notify: { timeoutMs: 10_000, attempts: 3, backoffMs: 2_000 },
  setFlag: { timeoutMs: 5_000, attempts: 5, backoffMs: 250 },
  readVersions: { timeoutMs: 1_000, attempts: 100, backoffMs: 250 },
}
