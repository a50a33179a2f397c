/** Sets flags in a file in flagd's JSON format, which flagd and its providers watch. Everything else in the file stays as it is. */
import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { FlagDefinition } from '../../core/flags/flag-definition.ts'
import type { FlagdFile } from '../../core/plan/operator.ts'
import type { FlagSetting } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, EffectContext, FlagBackend } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { Turns } from '../turns.ts'
import { orAbort, withDeadline } from '../with-deadline.ts'
import { type FlagdDefinitions, readDefinitions } from './flagd-definitions.ts'
import { flagdStepPercent, shareChange, shareOf } from './flagd-share.ts'
import { replaceText } from './replace-text.ts'

/** Relative paths start at `folder`. Writes to one file are done one after another. */
export function createFlagdFileBackend(
  files: Readonly<Record<string, FlagdFile>>,
  { folder }: { folder: string },
): FlagBackend {
  const turns = new Turns()
  const pathOf = (backend: string): Outcome<string> => {
    const found = findByName('flag backend', files, backend)
    return found.ok ? succeed(resolve(folder, found.value.file)) : found
  }

  return {
    name: 'flagd-file',
    capabilities: { resolutionPercent: flagdStepPercent, conditional: true, sticky: true, cohorts: {} },
    async setFlag(backend, key, setting, context) {
      const path = pathOf(backend)
      if (!path.ok) return path
      if (setting.cohorts?.length)
        return fail('unsupported', 'a file of flagd knows no cohorts; write them as targeting')
      const limited = withDeadline(context)
      const set = () => turns.take(path.value, () => setShare(path.value, key, setting, limited))
      return orAbort(set, `setting ${key} in ${path.value}`, limited.signal)
    },
    async readFlag(backend, key, context) {
      const path = pathOf(backend)
      return path.ok ? readShare(path.value, key, context) : path
    },
    async ping(backend, context) {
      const path = pathOf(backend)
      if (!path.ok) return path
      const definitions = await readDefinitions(path.value, context)
      return definitions.ok ? mayReplace(path.value) : definitions
    },
  }
}

async function setShare(
  path: string,
  key: string,
  { percent }: FlagSetting,
  context: EffectContext,
): Promise<Outcome<FlagSetting>> {
  const definitions = await readDefinitions(path, context)
  if (!definitions.ok) return definitions
  const flag = flagIn(definitions.value, key, path)
  if (!flag.ok) return flag
  const { fence, effectId } = context
  const change = located(shareChange(flag.value, { percent, fence, effectId }), key, path)
  if (!change.ok) return change
  const { text } = definitions.value
  const written = await replaceText(path, { before: text, after: edited(text, key, change.value) }, context.signal)
  return written.ok ? readShare(path, key, context) : written
}

async function readShare(path: string, key: string, context: DriverContext): Promise<Outcome<FlagSetting>> {
  const definitions = await readDefinitions(path, context)
  if (!definitions.ok) return definitions
  const flag = flagIn(definitions.value, key, path)
  if (!flag.ok) return flag
  const percent = located(shareOf(flag.value), key, path)
  return percent.ok ? succeed({ percent: percent.value }) : percent
}

function flagIn({ flags }: FlagdDefinitions, key: string, path: string): Outcome<FlagDefinition> {
  const flag = flags.get(key)
  return flag ? succeed(flag) : fail('notFound', `there is no flag "${key}" in ${path}; add it there, turned off`)
}

function located<T>(outcome: Outcome<T>, key: string, path: string): Outcome<T> {
  return outcome.ok ? outcome : fail(outcome.error.code, `flag "${key}" in ${path}: ${outcome.error.message}`)
}

declare global {
  /** https://github.com/tc39/proposal-json-parse-with-source, in Node since 21 and not yet in TypeScript's library. */
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): unknown
    rawJSON(text: string): unknown
  }
}

/** Numbers stay as they are written: some of the file's may be larger than ours. */
function edited(text: string, key: string, change: Partial<FlagDefinition>): string {
  const json = JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source) : value,
  ) as { flags: Record<string, object> }
  Object.assign(json.flags[key] ?? {}, change)
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0]
  return `${JSON.stringify(json, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

/** A file is replaced by another one of its folder. */
async function mayReplace(path: string): Promise<Outcome<void>> {
  try {
    await access(dirname(await realpath(path)), constants.W_OK)
    return succeed(undefined)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return fail(
      'unauthorized',
      `the folder of ${path} may not be written to (${code}); flags are set by replacing the file`,
    )
  }
}
