/** A file of flagd definitions as a register with one environment. What the register has no words for stays as it was, as targeting. */
import { z } from 'zod'
import type { Fault } from '../fault.ts'
import { FlagDefinition, FlagDefinitions } from '../flag-definition.ts'
import { readFlagSet } from '../read-flag-set.ts'
import type { Json } from '../resolution.ts'
import { checkRegister } from './check-register.ts'
import { type EnvironmentSetting, FlagRegister, isShare, type RegisteredFlag } from './flag-register.ts'

export type ImportResult =
  | {
      register: FlagRegister
      /** Keys of flags whose targeting stayed as it was. */
      untranslated: string[]
      /** What of the file is not in the register, in words. */
      dropped: string[]
    }
  | { faults: Fault[] }

/** Users keep what they had: the register's flags give everybody the same variants. Faults where the definitions have any. */
export function importDefinitions(text: string, environment: string): ImportResult {
  const { set, faults } = readFlagSet(text)
  if (set === undefined || faults.length > 0) return { faults }
  const { flags, $evaluators, metadata, $schema: _schema, ...others } = FlagDefinitions.parse(JSON.parse(text))
  const dropped = Object.keys(others).map((name) => `"${name}" at the top of the file`)
  const untranslated: string[] = []
  const isVersion2 = metadata?.tidegateFractional !== 3
  const imported = Object.entries(flags).map(([key, definition]) => {
    const { flag, setting, unknown } = importFlag(key, FlagDefinition.parse(definition), isVersion2)
    dropped.push(...unknown.map((name) => `"${name}" of flag "${key}"`))
    if (setting.targeting !== undefined) untranslated.push(key)
    return [key, { ...flag, environments: { [environment]: setting } }]
  })
  const parsed = FlagRegister.safeParse({
    tidegateFlags: 1,
    environments: [environment],
    flags: Object.fromEntries(imported),
    ...($evaluators && { evaluators: $evaluators }),
    ...(metadata && { metadata }),
  })
  if (!parsed.success)
    return { faults: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message })) }
  const wrong = checkRegister(parsed.data)
  return wrong.length > 0 ? { faults: wrong } : { register: parsed.data, untranslated, dropped }
}

interface ImportedFlag {
  flag: RegisteredFlag
  setting: EnvironmentSetting
  unknown: string[]
}

const Words = z
  .object({ owner: z.string(), ticket: z.string(), expires: z.iso.date(), description: z.string() })
  .partial()
const Held = z.object({ tidegateFence: z.int().nonnegative(), tidegateEffect: z.string().min(1).max(200) })

function importFlag(key: string, definition: FlagDefinition, isVersion2: boolean): ImportedFlag {
  const { state, variants, defaultVariant, targeting = {}, metadata = {}, ...others } = definition
  const { on, off } = roles(variants, defaultVariant)
  const { words, rest, heldBy } = wordsOf(metadata)
  const split = splitOf(key, { targeting, on, off, defaultVariant, isVersion2 })
  const isPlain = on === 'on' && off === 'off' && Object.keys(variants).length === 2
  const setting: EnvironmentSetting = {
    ...(state === 'DISABLED' && { state: 'disabled' as const }),
    ...(split ? { share: split.share } : { targeting, otherwise: defaultVariant || null }),
    ...(heldBy && { heldBy }),
  }
  const flag: RegisteredFlag = {
    ...words,
    ...(!isPlain && { variants: variants as Record<string, Json> }),
    ...(on !== 'on' && { onVariant: on }),
    ...(off !== 'off' && { offVariant: off }),
    seed: split?.seed ?? key,
    ...(Object.keys(rest).length > 0 && { metadata: rest }),
  }
  return { flag, setting, unknown: Object.keys(others) }
}

/** Of a switch its two sides; another flag has the one value that everybody gets without targeting. */
function roles(variants: Readonly<Record<string, unknown>>, defaultVariant: string | null | undefined) {
  const names = Object.keys(variants)
  const of = (value: boolean) => names.filter((name) => variants[name] === value)
  const [[on, ...otherOn], [off, ...otherOff]] = [of(true), of(false)]
  if (on !== undefined && off !== undefined && otherOn.length + otherOff.length === 0) return { on, off }
  const only = defaultVariant || (names[0] ?? '')
  return { on: only, off: only }
}

function wordsOf(metadata: Readonly<Record<string, unknown>>) {
  const { tidegateFence, tidegateEffect, ...plain } = metadata
  const held = Held.safeParse({ tidegateFence, tidegateEffect })
  const words: z.infer<typeof Words> = {}
  const rest: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(plain)) {
    const word = Words.safeParse({ [name]: value })
    if (word.success && Object.hasOwn(Words.shape, name) && value !== '') Object.assign(words, { [name]: value })
    else rest[name] = value as string | number | boolean
  }
  const heldBy = held.success ? { fence: held.data.tidegateFence, effect: held.data.tidegateEffect } : undefined
  return { words, rest, heldBy }
}

const weight = z.int().nonnegative()
const TargetingKey = z.strictObject({ var: z.union([z.literal('targetingKey'), z.tuple([z.literal('targetingKey')])]) })

/** The share of a switch, where its rule says nothing else. */
function splitOf(
  key: string,
  {
    targeting,
    on,
    off,
    defaultVariant,
    isVersion2,
  }: { targeting: object; on: string; off: string; defaultVariant: string | null | undefined; isVersion2: boolean },
): { share: number; seed: string } | undefined {
  if (Object.keys(targeting).length === 0) {
    if (!defaultVariant) return undefined
    return { share: defaultVariant === on && on !== off ? 100 : 0, seed: key }
  }
  if (on === off || defaultVariant !== off) return undefined
  const buckets = [z.tuple([z.literal(on), weight]), z.tuple([z.literal(off), weight])] as const
  // Version 3 of the hash has another form where no seed is given.
  const usual = z.strictObject({ fractional: z.tuple([...buckets]) }).safeParse(targeting)
  if (usual.success && isVersion2) return shareOf(usual.data.fractional[0][1], usual.data.fractional[1][1], key)
  const seeded = z.tuple([z.strictObject({ cat: z.tuple([z.string().min(1), TargetingKey]) }), ...buckets])
  const own = z
    .strictObject({
      if: z.tuple([
        z.strictObject({ '!!': z.tuple([TargetingKey]) }),
        z.strictObject({ fractional: seeded }),
        z.literal(off),
      ]),
    })
    .safeParse(targeting)
  if (!own.success) return undefined
  const [{ cat }, [, onWeight], [, offWeight]] = own.data.if[1].fractional
  return shareOf(onWeight, offWeight, cat[0])
}

function shareOf(onWeight: number, offWeight: number, seed: string): { share: number; seed: string } | undefined {
  const share = (100 * onWeight) / (onWeight + offWeight)
  // At its ends the rule answers only those with a targeting key, and a share everybody.
  if (!isShare(share) || share === 0 || share === 100) return undefined
  return { share: Math.round(share * 1_000) / 1_000, seed }
}
