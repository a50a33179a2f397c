/** A file of flag definitions, read into flags that are ready to answer, with all that is wrong in it. */
import type { z } from 'zod'
import { checkTargeting } from './check-targeting.ts'
import { type CompiledFlag, checkMetadata, compileFlag, type SharedDefinitions } from './compile-flag.ts'
import type { Fault } from './fault.ts'
import { FlagDefinition, FlagDefinitions } from './flag-definition.ts'
import { lineOf } from './line-of.ts'
import type { FlagMetadata } from './resolution.ts'

const maximumLength = 8_388_608
const maximumFlags = 10_000
const maximumFaults = 20
/** In the flag set's metadata: 3 distributes users as the next version of flagd will. */
const versionName = 'tidegateFractional'

export interface FlagSet {
  readonly flags: ReadonlyMap<string, CompiledFlag>
  readonly metadata: FlagMetadata
  /** What all flags depend on, as JSON. */
  readonly sharedSource: string
}

export interface FlagSetReading {
  /** Absent where not even its form is right. One with faults is for those who have to live with it; others keep the last good one. */
  set: FlagSet | undefined
  /** At most 20. */
  faults: Fault[]
}

/** Flags that are as they were in `previous` are taken over from it. At most 8 Mi characters and 10,000 flags are read. */
export function readFlagSet(text: string, previous?: FlagSet): FlagSetReading {
  if (text.length > maximumLength) return refuse(`it has more than ${maximumLength} characters`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return refuse(`this is no JSON: ${(error as SyntaxError).message.slice(0, 200)}`)
  }
  const { set, faults } = readDefinitions(json, previous)
  const located = faults.slice(0, maximumFaults).map((fault) => ({ ...fault, line: lineOf(text, fault.path) }))
  return { set, faults: located }
}

function refuse(message: string): FlagSetReading {
  return { set: undefined, faults: [{ path: [], message }] }
}

function readDefinitions(json: unknown, previous: FlagSet | undefined): FlagSetReading {
  const definitions = FlagDefinitions.safeParse(json)
  if (!definitions.success) return { set: undefined, faults: faultsOf(definitions.error, []) }
  const entries = Object.entries(definitions.data.flags)
  if (entries.length > maximumFlags)
    return { set: undefined, faults: [{ path: ['flags'], message: `at most ${maximumFlags} flags are read` }] }
  const faults: Fault[] = []
  const shared = sharedOf(definitions.data, faults)
  const sharedSource = JSON.stringify(shared)
  const known = previous?.sharedSource === sharedSource ? previous.flags : undefined
  const flags = new Map<string, CompiledFlag>()
  let isWhole = true
  for (const [key, value] of entries) {
    const flag = readFlag(key, value, { known: known?.get(key), shared })
    if (Array.isArray(flag)) isWhole = false
    else flags.set(key, flag)
    faults.push(...(Array.isArray(flag) ? flag : flag.faults))
  }
  return { set: isWhole ? { flags, metadata: shared.metadata, sharedSource } : undefined, faults }
}

/** Faults alone where it is no flag. */
function readFlag(
  key: string,
  value: unknown,
  { known, shared }: { known: CompiledFlag | undefined; shared: SharedDefinitions },
): CompiledFlag | Fault[] {
  const source = JSON.stringify(value)
  if (known?.source === source) return known
  const definition = FlagDefinition.safeParse(value)
  if (!definition.success) return faultsOf(definition.error, ['flags', key])
  return compileFlag(key, definition.data, { source, shared })
}

function sharedOf({ $evaluators = {}, metadata = {} }: FlagDefinitions, faults: Fault[]): SharedDefinitions {
  checkMetadata(metadata, ['metadata'], faults)
  for (const [name, rule] of Object.entries($evaluators))
    checkTargeting(rule, ['$evaluators', name], { evaluators: $evaluators, faults })
  const version = Object.hasOwn(metadata, versionName) ? metadata[versionName] : 2
  if (version !== 2 && version !== 3) faults.push({ path: ['metadata', versionName], message: 'it is 2 or 3' })
  return {
    evaluators: $evaluators,
    metadata: Object.freeze({ ...metadata }) as FlagMetadata,
    fractionalVersion: version === 3 ? 3 : 2,
  }
}

function faultsOf({ issues }: z.ZodError, above: string[]): Fault[] {
  return issues.map(({ path, message }) => ({
    path: [...above, ...path.map((step) => (typeof step === 'number' ? step : String(step)))],
    message,
  }))
}
