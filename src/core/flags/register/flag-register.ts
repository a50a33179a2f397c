/**
 * The flag register: flags as a team speaks of them, in one file in YAML or JSON. It is published as flagd definitions, one set an environment.
 * Members that are left out stay left out, so that a file is written back as its people wrote it; the functions below know what that means.
 */
import { z } from 'zod'
import { Duration } from '../../plan/duration.ts'
import type { Json } from '../resolution.ts'

/** Weights of shares add up to this: steps of 0.001 %. It never changes, or raising a share would move users. */
export const totalWeight = 100_000
export const shareStepPercent = 100 / totalWeight

export const maximumFlags = 5_000
const maximumEnvironments = 20
const maximumCohorts = 100

/** Not what YAML or JavaScript take for something else. */
export const Name = z.string().regex(/^(?!__proto__$|<<$)[^\p{Cc}]{1,200}$/u, 'a name of 1 to 200 characters')
const Line = z.string().regex(/^[^\p{Cc}]{1,500}$/u, 'a line of 1 to 500 characters')
const Scalar = z.union([z.string(), z.number(), z.boolean()])
/** JSON Logic, as flagd has it. What is in it is checked where it stands. */
const Targeting = z.looseObject({})
const Metadata = z.record(Name, Scalar)

/** Whether `percent` is a share that weights can express. */
export const isShare = (percent: number): boolean =>
  percent >= 0 && percent <= 100 && Math.abs(percent - weightOf(percent) / 1_000) < 1e-9

/** Of `totalWeight`. */
export const weightOf = (percent: number): number => Math.round(percent * (totalWeight / 100))

export const SharePercent = z
  .number()
  .refine(isShare, `a share from 0 to 100 in steps of ${shareStepPercent}`)
  .describe(`Percent of users, in steps of ${shareStepPercent}`)

/** What an attribute has to be. Texts compare exactly. */
export const AttributeTest = z.union([
  z.strictObject({ equals: Scalar }),
  z.strictObject({ oneOf: z.array(Scalar).min(1).max(1_000) }),
  z.strictObject({ startsWith: z.string().min(1) }),
  z.strictObject({ endsWith: z.string().min(1) }),
])
export type AttributeTest = z.infer<typeof AttributeTest>

const Attribute = z
  .string()
  .regex(/^[^$\p{Cc}][^\p{Cc}]{0,199}$/u, 'the name of an attribute, with dots for what is inside of another')
/** Whoever meets any of the entries; of one entry, all of its tests. */
export const Cohort = z
  .array(z.record(Attribute, AttributeTest).refine((tests) => Object.keys(tests).length > 0, 'at least one attribute'))
  .min(1)
  .max(50)
export type Cohort = z.infer<typeof Cohort>

/** The effect of a release that sets a flag. Once there is one, those with a lower fence are refused. */
export const Holder = z.strictObject({ fence: z.int().nonnegative(), effect: Name })
export type Holder = z.infer<typeof Holder>

export const flagStates = ['on', 'off', 'disabled'] as const

/** How a flag is set in one environment. */
export const EnvironmentSetting = z.strictObject({
  state: z
    .enum(flagStates)
    .optional()
    .describe("off: nobody has it, whatever stands beside; disabled: the default in the code's call is the answer"),
  share: SharePercent.optional(),
  cohorts: z.array(Name).max(maximumCohorts).optional().describe('They have it whatever the share is'),
  targeting: Targeting.optional().describe("A rule in flagd's format, in place of share and cohorts"),
  otherwise: Name.nullable()
    .optional()
    .describe("The variant where the targeting gives none; null: the default in the code's call"),
  heldBy: Holder.optional().describe(
    'The effect of a release that set it last: older ones are refused. Take it out to begin anew',
  ),
})
export type EnvironmentSetting = z.infer<typeof EnvironmentSetting>

export const RegisteredFlag = z.strictObject({
  description: Line.optional(),
  owner: Line.optional(),
  ticket: Line.optional(),
  expires: z.iso.date('a date such as 2027-03-01').optional().describe('When it should be gone from the code'),
  variants: z.record(Name, z.json()).optional().describe('on: true and off: false where none are given'),
  onVariant: Name.optional().describe('What those get who have the flag'),
  offVariant: Name.optional().describe('What the others get'),
  seed: Name.optional().describe(
    'Users are spread by it and their targeting key; the key of the flag, where none is given',
  ),
  requires: z
    .record(Name, Name)
    .refine((required) => Object.keys(required).length <= 10, 'at most 10 flags')
    .optional()
    .describe('Nobody has it who has not these variants of other flags'),
  undoes: Name.optional().describe('The flag that is off for everybody who has this one: its rollback toggle'),
  deadline: z
    .string()
    .refine((text) => Duration.safeParse(text).success, 'a duration such as 500ms, 10s or 1m')
    .optional()
    .describe('Of a rollback toggle: within this time it has to be set and read back'),
  metadata: Metadata.optional(),
  environments: z.record(Name, EnvironmentSetting).optional(),
})
export type RegisteredFlag = z.infer<typeof RegisteredFlag>

export const FlagRegister = z.strictObject({
  tidegateFlags: z.literal(1),
  environments: z
    .array(Name)
    .min(1)
    .max(maximumEnvironments)
    .refine((names) => new Set(names).size === names.length, 'names that are all different'),
  cohorts: z
    .record(Name, Cohort)
    .refine((cohorts) => Object.keys(cohorts).length <= maximumCohorts, `at most ${maximumCohorts} cohorts`)
    .optional(),
  flags: z
    .record(Name, RegisteredFlag)
    .refine((flags) => Object.keys(flags).length <= maximumFlags, `at most ${maximumFlags} flags`),
  evaluators: z.record(Name, Targeting).optional().describe('Rules that targeting refers to by $ref'),
  metadata: Metadata.optional(),
})
export type FlagRegister = z.infer<typeof FlagRegister>

/** Of a record that came from a file, where names such as `constructor` may stand. */
export function member<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}

const onOff: Readonly<Record<string, Json>> = { on: true, off: false }

export const variantsOf = ({ variants }: RegisteredFlag): Readonly<Record<string, Json>> => variants ?? onOff
export const onVariantOf = ({ onVariant }: RegisteredFlag): string => onVariant ?? 'on'
export const offVariantOf = ({ offVariant }: RegisteredFlag): string => offVariant ?? 'off'

/** A flag that says nothing of an environment is off there. */
export const settingOf = ({ environments }: RegisteredFlag, environment: string): EnvironmentSetting =>
  member(environments, environment) ?? {}

/** The rollback toggle of each flag that has one, by the flag's key. */
export function togglesOf({ flags }: FlagRegister): Map<string, string> {
  const toggles = new Map<string, string>()
  for (const [key, { undoes }] of Object.entries(flags)) if (undoes !== undefined) toggles.set(undoes, key)
  return toggles
}
