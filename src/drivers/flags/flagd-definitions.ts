/** Definitions in flagd's JSON format (https://flagd.dev/reference/flag-definitions/), read from a file and checked. */
import type { z } from 'zod'
import { FlagDefinition, FlagDefinitions } from '../../core/flags/flag-definition.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { readTextFile } from '../read-text-file.ts'

const maximumFlags = 5_000

export interface FlagdDefinitions {
  /** As the file has it. */
  text: string
  flags: Map<string, FlagDefinition>
}

/** `rejected` says where the file is wrong; at most 1 MiB and 5,000 flags are read. */
export async function readDefinitions(path: string, context: DriverContext): Promise<Outcome<FlagdDefinitions>> {
  const text = await readTextFile(path, "a file in flagd's JSON format", context)
  return text.ok ? parseDefinitions(text.value, path) : text
}

function parseDefinitions(text: string, path: string): Outcome<FlagdDefinitions> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return fail('rejected', `${path} is not JSON: ${(error as SyntaxError).message.slice(0, 200)}`)
  }
  const definitions = FlagDefinitions.safeParse(json)
  if (!definitions.success) return misshapen(path, definitions.error)
  const entries = Object.entries(definitions.data.flags)
  if (entries.length > maximumFlags)
    return fail('rejected', `${path} has ${entries.length} flags; at most ${maximumFlags} are read`)
  const flags = new Map<string, FlagDefinition>()
  for (const [key, definition] of entries) {
    const flag = FlagDefinition.safeParse(definition)
    if (!flag.success) return misshapen(path, flag.error, ['flags', key])
    flags.set(key, flag.data)
  }
  return succeed({ text, flags })
}

function misshapen(path: string, { issues }: z.ZodError, above: string[] = []): Outcome<never> {
  const [first] = issues
  const place = [...above, ...(first?.path ?? []).map(String)].join(' / ')
  return fail('rejected', `${path} is not in flagd's format: at ${place || 'its top'}, ${first?.message ?? 'unknown'}`)
}
