/** Settings of one environment, by name. Values are hashed as they are read: what compares, shows and keeps them sees none. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { canonicalJson } from '../../core/canonical.ts'
import type { SettingsSource } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { readTextFile } from '../read-text-file.ts'
import { resolveHeaders } from '../resolve-headers.ts'

/** SHA-256 of each value as text, hexadecimal. */
export type Settings = ReadonlyMap<string, string>

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
export const hashOfNothing = hashOf('')

const maximumBytes = 1_048_576
const maximumSettings = 10_000
const maximumDepth = 32

/** Relative paths start at `folder`. No error quotes what was read. A source without any setting is `rejected`: it is not what was meant. */
export async function readSettings(
  source: SettingsSource,
  folder: string,
  context: DriverContext,
): Promise<Outcome<Settings>> {
  const place = 'envFile' in source ? source.envFile : 'json' in source ? source.json : source.url
  const text = await readSource(source, folder, context)
  if (!text.ok) return text
  const values = 'envFile' in source ? succeed(Object.entries(parseEnv(text.value))) : valuesOf(text.value, place)
  if (!values.ok) return values
  const { length } = values.value
  if (length === 0) return fail('rejected', `${place} holds no setting; is it the right one?`)
  if (length > maximumSettings)
    return fail('rejected', `${place} holds ${length} settings; at most ${maximumSettings} are compared`)
  return succeed(new Map(values.value.map(([name, value]) => [name, hashOf(value ?? '')])))
}

async function readSource(source: SettingsSource, folder: string, context: DriverContext): Promise<Outcome<string>> {
  if ('envFile' in source) return readTextFile(resolve(folder, source.envFile), 'a file of NAME=value lines', context)
  if ('json' in source) return readTextFile(resolve(folder, source.json), 'a JSON file', context)
  const { url } = source
  const headers = await resolveHeaders(source.headers, { folder, signal: context.signal })
  if (!headers.ok) return headers
  const given = { accept: 'application/json', ...headers.value }
  const answer = await exchangeHttp({ url, headers: given, maximumBytes }, context)
  if (!answer.ok) return answer
  const { status, body } = answer.value
  if (status === 401 || status === 403)
    return fail('unauthorized', `${url} answered ${status}; give it the header it asks for`)
  if (status >= 500) return fail('unavailable', `${url} answered ${status}`)
  return status === 200
    ? succeed(body.toString('utf8'))
    : fail('rejected', `${url} answered ${status}, not 200; name the address that gives the settings`)
}

function valuesOf(text: string, place: string): Outcome<[string, string][]> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    // Its message quotes the text; only the place in it may be told.
    const at = /\(line \d+ column \d+\)/.exec((error as SyntaxError).message)?.[0] ?? ''
    return fail('rejected', `${place} is not JSON ${at}`.trimEnd())
  }
  if (!isObject(json)) return fail('rejected', `${place} is no JSON object; settings are its members`)
  if (isDeeper(json, maximumDepth)) return fail('rejected', `${place} is nested more than ${maximumDepth} deep`)
  return succeed(flatten(json, ''))
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((member) => isDeeper(member, depth - 1)))

/** A list is one value. Text is as it stands, so that `8080` of a file and 8080 of JSON are the same. */
function flatten(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([key, member]): [string, string][] => {
    const name = prefix + key
    if (isObject(member) && Object.keys(member).length > 0) return flatten(member, `${name}.`)
    return [[name, typeof member === 'string' ? member : canonicalJson(member)]]
  })
}
