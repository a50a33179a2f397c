/**
 * A flag server of one file, in flagd's format or a register: what the file says is served, and again when it changes, as long as it is right.
 */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, formatFault } from '../core/flags/fault.ts'
import { historyPathOf } from '../core/flags/register/history-entry.ts'
import { isRegister } from '../document/flag-register/read-register.ts'
import { readAdminToken } from './admin-token.ts'
import type { FlagAdmin } from './flag-admin.ts'
import { FlagStore } from './flag-store.ts'
import { type OfrepOptions, serveOfrep } from './ofrep-server.ts'
import { type FlagReading, readFlagText } from './read-flag-text.ts'
import { RegisterFile, type ReplaceText } from './register-file.ts'
import { serveSync } from './sync-server.ts'

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
  /** Of a register: which one is served; not needed where there is one only. */
  environment?: string | undefined
  /** Of a register: it may be changed by whoever bears the token. */
  admin?: { tokenFile: string; replace: ReplaceText } | undefined
  /** A change that is served now, or what is wrong with the file that is not; one or more lines. */
  tell(lines: string[]): void
}

interface OpenedFile {
  /** Serves what it says now; faults where it is not right. */
  read(): Promise<FlagReading>
  admin?: FlagAdmin | undefined
}

/** Faults when the file is not right to begin with. Throws when the address cannot be had. */
export async function serveFlagFile(options: FlagFileOptions): Promise<FlagFileServer | { faults: Fault[] }> {
  const store = new FlagStore()
  const file = await openFile(store, options)
  if ('faults' in file) return file
  const ending = new AbortController()
  const sync = await serveSync(store, { host: options.host, port: options.syncPort })
  const server = await serveOfrep(store, options, file.admin).catch(async (error: Error) => {
    await sync.close()
    throw error
  })
  const watching = keepReading(store, file, { options, signal: ending.signal })
  const close = async () => {
    ending.abort()
    await Promise.all([server.close(), sync.close(), watching])
  }
  return { url: server.url, syncAddress: sync.address, flags: store.served?.set.flags.size ?? 0, close }
}

async function openFile(store: FlagStore, options: FlagFileOptions): Promise<OpenedFile | { faults: Fault[] }> {
  const first = await readFlagText(options.path)
  if ('faults' in first) return first
  if (isRegister(first.text)) return openRegister(store, options)
  if (options.environment !== undefined || options.admin !== undefined) {
    const message = `it is in flagd's format, and only a register has environments and an admin API; make one: tidegate flags import ${basename(options.path)}`
    return { faults: [{ path: [], message }] }
  }
  const read = async (): Promise<FlagReading> => {
    const before = store.served
    const file = await readFlagText(options.path)
    const faults = 'faults' in file ? file.faults : store.put(file.text, options.nowSec())
    return { faults, isNew: store.served !== before }
  }
  const { faults } = await read()
  return faults.length > 0 ? { faults } : { read }
}

async function openRegister(store: FlagStore, options: FlagFileOptions): Promise<OpenedFile | { faults: Fault[] }> {
  const { path, environment, admin, tell } = options
  const file = new RegisterFile(store, { path, environment, tell, nowMs: () => 1_000 * options.nowSec() })
  const { faults } = await file.read()
  if (faults.length > 0) return { faults }
  const read = () => file.read()
  if (admin === undefined) return { read }
  const token = await readAdminToken(admin.tokenFile)
  if ('problem' in token) return { faults: [{ path: [], message: token.problem }] }
  if (token.isOpen) tell([`others on this machine may read the token: chmod 600 ${admin.tokenFile}`])
  const history = await file.keepHistory(historyPathOf(path), admin.replace)
  return { read, admin: { file, history, tokenFile: admin.tokenFile } }
}

/** Tells each new state of the file once. */
async function keepReading(
  store: FlagStore,
  file: OpenedFile,
  { options, signal }: { options: FlagFileOptions; signal: AbortSignal },
): Promise<void> {
  using changes = new Changes(options.path)
  let told = ''
  while (!signal.aborted) {
    await changes.next(signal)
    if (signal.aborted) return
    const { faults, isNew } = await file.read()
    const lines = faults.map(formatFault)
    const isRight = faults.length === 0
    const isNews = isRight ? isNew || told !== '' : lines.join('\n') !== told
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
