/** What the proxy must still know after a restart: backends, who owns which users, and the newest fence. Kept in one file, replaced whole. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { CohortRoutes } from './cohort-route.ts'
import { bucketCount, type Owners } from './move-buckets.ts'
import { Version } from './version.ts'

export const BackendUrl = z.string().regex(/^https?:\/\/[^\s]+$/, 'an http or https URL')

const StoredState = z.strictObject({
  fence: z.int().nonnegative(),
  effectId: z.string(),
  /** The first is the baseline: it takes the rest. */
  backends: z.record(Version, BackendUrl),
  /** Owners of the buckets as runs of equal ones. */
  buckets: z.array(z.tuple([z.string(), z.int().min(1).max(bucketCount)])),
  cohorts: CohortRoutes.default({}),
})

export interface ProxyState {
  fence: number
  effectId: string
  backends: Readonly<Record<string, string>>
  owners: Owners
  cohorts: CohortRoutes
}

const untouched: ProxyState = {
  fence: 0,
  effectId: '',
  backends: {},
  owners: Array<null>(bucketCount).fill(null),
  cohorts: {},
}

/** The state file cannot be used; the message says what to do. */
export class StateFileError extends Error {}

export class StateFile {
  readonly #path: string
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** The state as last saved; without a file, a proxy whose shares were never set. Throws a `StateFileError`. */
  async load(): Promise<ProxyState> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw new StateFileError(`cannot read ${this.#path}: ${error.message}`)
    })
    if (text === null) return untouched
    const stored = StoredState.safeParse(parseJson(text))
    const owners = stored.data?.buckets.flatMap(([version, length]) => Array<string>(length).fill(version))
    if (!stored.success || owners?.length !== bucketCount) {
      throw new StateFileError(`${this.#path} is damaged; restore it, or remove it to start without shares`)
    }
    const { fence, effectId, backends, cohorts } = stored.data
    return { fence, effectId, backends, owners, cohorts }
  }

  /** Settles once the state is on disk; saves are done in the order asked for. */
  save(state: ProxyState): Promise<void> {
    const saved = this.#writing.then(() => this.#write(state))
    this.#writing = saved.catch(() => undefined)
    return saved
  }

  async #write({ owners, ...rest }: ProxyState): Promise<void> {
    const folder = dirname(this.#path)
    await mkdir(folder, { recursive: true })
    const temporary = `${this.#path}.new`
    await using file = await open(temporary, 'w', 0o600)
    await file.writeFile(JSON.stringify({ ...rest, buckets: runsOf(owners) }))
    await file.sync()
    await rename(temporary, this.#path)
    await using place = await open(folder)
    await place.sync()
  }
}

function runsOf(owners: Owners): [string, number][] {
  const runs: [string, number][] = []
  for (const owner of owners) {
    if (owner === null) continue
    const run = runs.at(-1)
    if (run?.[0] === owner) run[1]++
    else runs.push([owner, 1])
  }
  return runs
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
