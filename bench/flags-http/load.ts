/** The client: asks one server one kind of question for a while, over all connections, each asking again as soon as it is answered: `load.ts JOB`. */
import { sharePercent } from '../flags/cases.ts'
import {
  connections,
  type Figures,
  flagKey,
  frontendToken,
  type Job,
  type Kind,
  userCount,
  userCountUnderLoad,
} from './cases.ts'
import { load } from './packages.ts'

interface Request {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

type Autocannon = (options: object) => Promise<{ errors: number; timeouts: number }> & {
  on(event: 'response', listener: (_: unknown, status: number, bytes: number, ms: number) => void): void
}

const autocannon = load<Autocannon>('autocannon')
const warmUpSeconds = 2
/** How far the share of the users that are on may be from what it should be, in percent of all. */
const tolerance = 4

const { kind, url, seconds } = JSON.parse(process.argv[2] ?? '') as Job
const expected = kind === 'held' ? 304 : 200
const requests = Array.from({ length: userCount }, (_, at) => requestOf(kind, `user-${at}`))
await prepare()
await run(warmUpSeconds)
process.send?.('warm')
process.send?.(await run(seconds))

function requestOf(of: Kind, id: string): Request {
  if (of === 'unleash')
    return { method: 'GET', path: `/api/frontend?userId=${id}`, headers: { authorization: frontendToken } }
  const user = { targetingKey: id, email: `${id}@mail.example`, country: 'US' }
  return {
    method: 'POST',
    path: `/ofrep/v1/evaluate/flags${of === 'single' ? `/${flagKey}` : ''}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ context: user }),
  }
}

/** Asks for everyone once: the answers have to be right, and who wants to be told that nothing changed needs to know what of. */
async function prepare(): Promise<void> {
  let on = 0
  for (const request of requests) {
    const { path, ...rest } = request
    const response = await fetch(`${url}${path}`, rest)
    if (!response.ok) throw new Error(`${path} is answered with ${response.status}: ${await response.text()}`)
    if (isOn(await response.json())) on += 1
    if (kind === 'held') request.headers = { ...request.headers, 'if-none-match': response.headers.get('etag') ?? '' }
  }
  const percent = (on / userCount) * 100
  if (Math.abs(percent - sharePercent) > tolerance) throw new Error(`${kind}: the flag is on for ${percent} %`)
}

function isOn(answer: unknown): boolean {
  const { value, toggles, flags } = answer as {
    value?: boolean
    toggles?: { name: string }[]
    flags?: { key: string; value: boolean }[]
  }
  if (toggles) return toggles.some(({ name }) => name === flagKey)
  return flags ? flags.some((flag) => flag.key === flagKey && flag.value) : value === true
}

/** Throws where anything but the expected answer came. */
async function run(forSeconds: number): Promise<Figures> {
  const times: number[] = []
  let [firstMs, lastMs] = [Number.NaN, Number.NaN]
  const others = new Map<number, number>()
  const running = autocannon({
    url,
    connections,
    duration: forSeconds,
    requests: requests.slice(0, userCountUnderLoad),
  })
  running.on('response', (_, status, __, ms) => {
    times.push(ms)
    lastMs = performance.now()
    if (times.length === 1) firstMs = lastMs
    if (status !== expected) others.set(status, (others.get(status) ?? 0) + 1)
  })
  const { errors, timeouts } = await running
  if (errors + timeouts + others.size > 0)
    throw new Error(`${kind}: ${errors} errors, ${timeouts} timeouts, answers ${JSON.stringify([...others])}`)
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { perSec: (times.length - 1) / ((lastMs - firstMs) / 1_000), p50: at(0.5), p99: at(0.99), max: at(1) }
}
