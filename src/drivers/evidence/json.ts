/** Values in a JSON report, from a file or by HTTP: coverage, progress, whatever a program writes down. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { JsonCheck } from '../../core/plan/operator-report-checks.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { decodeUtf8, readBoundedFile } from '../read-bounded-file.ts'
import { resolveHeaders } from '../resolve-headers.ts'
import { checkRunnerOf } from './check-runner-of.ts'
import { httpFailure } from './http-failure.ts'
import { judgeJson } from './judge-json.ts'
import { oneLine } from './word-evidence.ts'

const maximumMebibytes = 1

/** Relative paths start at `folder`. No redirect is followed. */
export function createJsonCheckRunner(
  checks: Readonly<Record<string, JsonCheck>>,
  { folder }: { folder: string },
): CheckRunner {
  return checkRunnerOf('json', checks, {
    async gather(spec, context) {
      const { place, bytes } = await readReport(spec, folder, context)
      if (!bytes.ok) return bytes
      const document = parse(bytes.value, place)
      if (!document.ok) return document
      const digest = createHash('sha256').update(bytes.value).digest('hex')
      return succeed({ ...judgeJson(spec, document.value), digest })
    },
  })
}

async function readReport(
  { file, url, headers }: JsonCheck,
  folder: string,
  context: DriverContext,
): Promise<{ place: string; bytes: Outcome<Buffer> }> {
  if (url === undefined) {
    const path = resolve(folder, file ?? '')
    const content = await readBoundedFile({ path, maximumMebibytes, expected: 'a JSON report' }, context)
    return { place: path, bytes: content.ok ? succeed(content.value.bytes) : content }
  }
  if (!URL.canParse(url)) return { place: url, bytes: fail('rejected', `${url} is no URL`) }
  // A query may hold a key of its own.
  const { origin, pathname } = new URL(url)
  const place = `${origin}${pathname}`
  const resolved = await resolveHeaders(headers, { folder, signal: context.signal })
  if (!resolved.ok) return { place, bytes: resolved }
  const asked = Object.entries(resolved.value).map(([name, value]) => [name.toLowerCase(), value])
  const sent = { accept: 'application/json', ...Object.fromEntries(asked) }
  const answer = await exchangeHttp({ url, headers: sent, maximumBytes: maximumMebibytes * 1_048_576 }, context)
  if (answer.ok) return { place, bytes: httpFailure(answer.value, place) ?? succeed(answer.value.body) }
  const { code, message, cause } = answer.error
  return { place, bytes: fail(code, message.replaceAll(url, place), cause) }
}

function parse(bytes: Buffer, place: string): Outcome<unknown> {
  const text = decodeUtf8(bytes, place)
  if (!text.ok) return text
  try {
    return succeed(JSON.parse(text.value))
  } catch (error) {
    return fail('rejected', `${place} is not JSON: ${oneLine((error as SyntaxError).message)}`)
  }
}
