/**
 * Flags of a file in flagd's JSON format (https://flagd.dev/reference/flag-definitions/): which there are, for `tidegate bind`. It writes
 * nothing: setting flags is the flag backend's work and comes with it.
 */
import { constants, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { FlagOffer } from '../../core/plan/flag.ts'
import type { FlagdFile } from '../../core/plan/operator.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, FlagSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'

const maximumBytes = 1_048_576
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
    const text = await readText(path, context)
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

async function readText(path: string, context: DriverContext): Promise<Outcome<string>> {
  const { signal } = withDeadline(context)
  if (signal.aborted) return stopped(path, signal)
  // A file system that hangs does not hear a signal.
  const abort = new Promise<Outcome<string>>((settle) => {
    signal.addEventListener('abort', () => settle(stopped(path, signal)), { once: true })
  })
  return Promise.race([abort, readBytes(path).catch((error: NodeJS.ErrnoException) => refused(path, error))])
}

const stopped = (path: string, signal: AbortSignal): Outcome<string> =>
  isTimeout(signal)
    ? fail('timeout', `${path} could not be read in time`)
    : fail('unavailable', `reading ${path} was stopped`)

async function readBytes(path: string): Promise<Outcome<string>> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if (!(await file.stat()).isFile()) return fail('rejected', `${path} is no file; name a file in flagd's JSON format`)
  const bytes = Buffer.alloc(maximumBytes + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (length > maximumBytes) return fail('rejected', `${path} is larger than 1 MiB, the most that is read of flags`)
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)))
  } catch {
    return fail('rejected', `${path} is not UTF-8; save it so`)
  }
}

function refused(path: string, { code = '', message }: NodeJS.ErrnoException): Outcome<string> {
  if (code === 'ENOENT' || code === 'ENOTDIR') return fail('notFound', `there is no file ${path}`)
  if (code === 'EACCES' || code === 'EPERM') return fail('unauthorized', `${path} may not be read (${code})`)
  return fail('unavailable', `${path} cannot be read (${code})`, message)
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
