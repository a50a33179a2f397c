/** A flag server of one file: what the file says is served, and again when it changes, as long as it is right. */
import { type FSWatcher, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, formatFault } from '../core/flags/fault.ts'
import { FlagStore } from './flag-store.ts'
import { type OfrepOptions, serveOfrep } from './ofrep-server.ts'
import { serveSync } from './sync-server.ts'

const maximumBytes = 16_777_216
/** Notices of changes get lost on some file systems, and behind links; then this finds them. */
const lookMs = 1_000
/** Whoever writes in several steps is let finish. */
const settleMs = 20

export interface FlagFileServer {
  url: string
  /** Of the sync protocol, without a scheme. */
  syncAddress: string
  flags: number
  close(): Promise<void>
}

export interface FlagFileOptions extends OfrepOptions {
  path: string
  /** Of the sync protocol, on the same host; 0: any that is free. */
  syncPort: number
  /** A change that is served now, or what is wrong with the file that is not; one or more lines. */
  tell(lines: string[]): void
}

/** Faults when the file is not right to begin with. Throws when the address cannot be had. */
export async function serveFlagFile(options: FlagFileOptions): Promise<FlagFileServer | { faults: Fault[] }> {
  const store = new FlagStore()
  const faults = await readInto(store, options)
  if (faults.length > 0) return { faults }
  const ending = new AbortController()
  const sync = await serveSync(store, { host: options.host, port: options.syncPort })
  const server = await serveOfrep(store, options).catch(async (error: Error) => {
    await sync.close()
    throw error
  })
  const watching = keepReading(store, options, ending.signal)
  const close = async () => {
    ending.abort()
    await Promise.all([server.close(), sync.close(), watching])
  }
  return { url: server.url, syncAddress: sync.address, flags: store.served?.set.flags.size ?? 0, close }
}

async function readInto(store: FlagStore, { path, nowSec }: FlagFileOptions): Promise<Fault[]> {
  try {
    return store.put(await readBounded(path), nowSec())
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return [{ path: [], message: code === 'ENOENT' ? 'there is no such file' : message }]
  }
}

async function readBounded(path: string): Promise<string> {
  await using file = await open(path, 'r')
  const stat = await file.stat()
  if (!stat.isFile()) throw new Error('this is no file')
  if (stat.size > maximumBytes) throw new Error(`it is larger than ${maximumBytes} bytes`)
  return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile())
}

/** Tells each new state of the file once. */
async function keepReading(store: FlagStore, options: FlagFileOptions, signal: AbortSignal): Promise<void> {
  using changes = new Changes(options.path)
  let told = ''
  while (!signal.aborted) {
    await changes.next(signal)
    if (signal.aborted) return
    const before = store.served?.version
    const faults = await readInto(store, options)
    const lines = faults.map(formatFault)
    const isRight = faults.length === 0
    const isNews = isRight ? store.served?.version !== before || told !== '' : lines.join('\n') !== told
    told = lines.join('\n')
    if (!isNews) continue
    options.tell(
      isRight
        ? [`${store.served?.set.flags.size} flags are served now`]
        : ['the last good flags are still served, because this is wrong:', ...lines],
    )
  }
}

/** The folder is watched, since a file is often replaced by another of its name. */
class Changes {
  readonly #watcher: FSWatcher
  #isDue = false
  #wake = () => {}

  constructor(path: string) {
    const name = basename(path)
    this.#watcher = watch(dirname(path), { persistent: false })
    this.#watcher.on('change', (_, file) => {
      if (file !== name) return
      this.#isDue = true
      this.#wake()
    })
    // The regular look goes on.
    this.#watcher.on('error', () => {})
  }

  /** Resolves after a change, or after a while. */
  async next(signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    if (!this.#isDue) await pause(lookMs, AbortSignal.any([signal, woken.signal]))
    if (this.#isDue) await pause(settleMs, signal)
    this.#isDue = false
  }

  [Symbol.dispose](): void {
    this.#watcher.close()
  }
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
