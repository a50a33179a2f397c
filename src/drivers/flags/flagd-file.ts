/**
 * Flags of a file in flagd's JSON format (https://flagd.dev/reference/flag-definitions/): which there are, for `tidegate bind`. It writes
 * nothing: setting flags is the flag backend's work and comes with it.
 */
import { resolve } from 'node:path'
import { z } from 'zod'
import type { FlagOffer } from '../../core/plan/flag.ts'
import type { FlagdFile } from '../../core/plan/operator.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, FlagSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { decodeUtf8, readBoundedFile } from '../read-bounded-file.ts'

const maximumFlags = 5_000

/** What is looked at of a flag; targeting and metadata are the evaluator's. */
const Flag = z
  .looseObject({
    state: z.enum(['ENABLED', 'DISABLED']),
    variants: z
      .record(z.string(), z.unknown())
      .refine((variants) => Object.keys(variants).length > 0, 'a flag needs a variant'),
    defaultVariant: z.string().nullish(),
  })
  .refine(({ variants, defaultVariant }) => defaultVariant == null || Object.hasOwn(variants, defaultVariant), {
    path: ['defaultVariant'],
    message: 'it is none of the variants',
  })
const Flags = z.record(z.string().min(1), z.unknown())
const Definitions = z.looseObject({ flags: Flags })

/** Relative paths start at `folder`. */
export function createFlagdFileSource(
  files: Readonly<Record<string, FlagdFile>>,
  { folder }: { folder: string },
): FlagSource {
  async function offers(source: string, context: DriverContext): Promise<Outcome<FlagOffer[]>> {
    const found = findByName('flag source', files, source)
    if (!found.ok) return found
    const path = resolve(folder, found.value.file)
    const file = await readBoundedFile(
      { path, maximumMebibytes: 1, expected: "a file in flagd's JSON format" },
      context,
    )
    const text = file.ok ? decodeUtf8(file.value.bytes, path) : file
    return text.ok ? flagsOf(text.value, path) : text
  }
  return {
    name: 'flagd-file',
    async ping(source, context) {
      const outcome = await offers(source, context)
      return outcome.ok ? succeed(undefined) : outcome
    },
    offers,
  }
}

function flagsOf(text: string, path: string): Outcome<FlagOffer[]> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return fail('rejected', `${path} is not JSON: ${(error as SyntaxError).message.slice(0, 200)}`)
  }
  const definitions = Definitions.safeParse(json)
  if (!definitions.success) return misshapen(path, definitions.error)
  const entries = Object.entries(definitions.data.flags)
  if (entries.length > maximumFlags)
    return fail('rejected', `${path} has ${entries.length} flags; at most ${maximumFlags} are read`)
  const found: FlagOffer[] = []
  for (const [key, definition] of entries) {
    const flag = Flag.safeParse(definition)
    if (!flag.success) return misshapen(path, flag.error, ['flags', key])
    found.push({ key, state: flag.data.state, variants: Object.keys(flag.data.variants) })
  }
  return succeed(found.sort((a, b) => (a.key < b.key ? -1 : 1)))
}

function misshapen(path: string, { issues }: z.ZodError, above: string[] = []): Outcome<FlagOffer[]> {
  const [first] = issues
  const place = [...above, ...(first?.path ?? []).map(String)].join(' / ')
  return fail('rejected', `${path} is not in flagd's format: at ${place || 'its top'}, ${first?.message ?? 'unknown'}`)
}
