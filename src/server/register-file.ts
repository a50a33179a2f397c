/**
 * A register in a file: what one environment of it says is served, and changes are written into it. A change is in the history before it is in the file,
 * and in the file before it is served; what people write into the file themselves is found and put into the history as well.
 */
import type { Fault } from '../core/flags/fault.ts'
import { formatFault } from '../core/flags/fault.ts'
import { changeRegister, type RegisterCommand } from '../core/flags/register/change-register.ts'
import { diffRegisters, type RegisterChange } from '../core/flags/register/diff-registers.ts'
import type { FlagRegister, Holder } from '../core/flags/register/flag-register.ts'
import {
  type ChangeCause,
  type EntryDraft,
  sealDiscovery,
  sealEntry,
  sealWithdrawal,
  versionOf,
} from '../core/flags/register/history-entry.ts'
import { publishRegister } from '../core/flags/register/publish-register.ts'
import type { Outcome } from '../core/release/outcome.ts'
import { isRegister, readRegister, registerLimitBytes } from '../document/flag-register/read-register.ts'
import { RegisterText } from '../document/flag-register/register-text.ts'
import { FlagHistory } from './flag-history.ts'
import type { FlagStore } from './flag-store.ts'
import { type FlagReading, readFlagText } from './read-flag-text.ts'

const maximumWaiting = 100
const writeLimitMs = 5_000

/** Replaces the file's text in one piece where it still is `before`, durably. */
export type ReplaceText = (
  path: string,
  texts: { before: string; after: string },
  signal: AbortSignal,
) => Promise<Outcome<void>>

export interface RegisterFileOptions {
  path: string
  /** Which one is served; not needed where there is one only. */
  environment?: string | undefined
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Told what goes wrong beside the calls. */
  tell(lines: string[]): void
}

export interface AskedChange {
  command: RegisterCommand
  actor: string
  cause?: ChangeCause | undefined
  holder?: Holder | undefined
  /** The version that the change was made for. */
  ifVersion?: string | undefined
  isDryRun: boolean
}

export type ChangeOutcome =
  | { ok: true; register: FlagRegister; version: string; changes: RegisterChange[] }
  | { ok: false; status: 404 | 409 | 412 | 422 | 503; detail: string }

interface Seen {
  text: RegisterText
  register: FlagRegister
  version: string
}

export class RegisterFile {
  readonly #store: FlagStore
  readonly #options: RegisterFileOptions
  #seen: Seen | undefined
  #writing: { replace: ReplaceText; history: FlagHistory } | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(store: FlagStore, options: RegisterFileOptions) {
    this.#store = store
    this.#options = options
  }

  /** The last good one. */
  get current(): { register: FlagRegister; version: string; environment: string } | undefined {
    const seen = this.#seen
    return seen && { ...seen, environment: this.#environmentOf(seen.register) ?? '' }
  }

  /** Serves what the file says now; of one that is not right, the faults, and nothing changes. */
  read(): Promise<FlagReading> {
    return this.#inTurn(async () => {
      const before = this.#seen
      const faults = await this.#read()
      return { faults, isNew: this.#seen !== before }
    })
  }

  /** From now on changes are taken, and put into the history. After the first `read`. Throws what the file system says. */
  async keepHistory(historyPath: string, replace: ReplaceText): Promise<FlagHistory> {
    const history = new FlagHistory(historyPath)
    const { register, version } = this.#seen as Seen
    const last = await history.last()
    if (last && last.after !== version) {
      const wasNotDone = last.kind === 'asked' && last.before === version
      await history.append(() =>
        wasNotDone ? sealWithdrawal(this.#now(), last) : sealDiscovery(this.#now(), register, last),
      )
    }
    this.#writing = { replace, history }
    return history
  }

  /** Done, and served, once it is answered. */
  async change(asked: AskedChange): Promise<ChangeOutcome> {
    if (this.#waiting >= maximumWaiting) return refuse(503, 'too many changes wait; try again in a moment')
    return this.#inTurn(() => this.#change(asked))
  }

  async #read(): Promise<Fault[]> {
    const file = await readFlagText(this.#options.path)
    if ('faults' in file) return file.faults
    const { text } = file
    if (text === this.#seen?.text.text) return []
    if (!isRegister(text))
      return [{ path: [], message: 'this is no register any more: its first line says `tidegateFlags: 1`' }]
    const read = readRegister(text, this.#options.path)
    if ('faults' in read) return read.faults
    const before = this.#seen
    const faults = this.#serve({ text: new RegisterText(text), register: read.register })
    if (faults.length === 0 && before) await this.#noteEdit(before, this.#seen as Seen)
    return faults
  }

  #serve({ text, register }: Pick<Seen, 'text' | 'register'>): Fault[] {
    const environment = this.#environmentOf(register)
    if (environment === undefined) {
      const { environment: wanted } = this.#options
      const names = register.environments.join(', ')
      const message =
        wanted === undefined
          ? `say with --environment which of these is served: ${names}`
          : `there is no environment "${wanted}"; there are: ${names}`
      return [{ path: ['environments'], message }]
    }
    const faults = this.#store.put(
      JSON.stringify(publishRegister(register, environment)),
      this.#options.nowMs() / 1_000,
    )
    if (faults.length === 0) this.#seen = { text, register, version: versionOf(register) }
    return faults
  }

  #environmentOf({ environments }: FlagRegister): string | undefined {
    const { environment } = this.#options
    if (environment === undefined) return environments.length === 1 ? environments[0] : undefined
    return environments.includes(environment) ? environment : undefined
  }

  async #change({ command, actor, cause, holder, ifVersion, isDryRun }: AskedChange): Promise<ChangeOutcome> {
    const faults = await this.#read()
    const [fault] = faults
    if (fault) return refuse(503, `the file is not right, so nothing is written into it: ${formatFault(fault)}`)
    const { text, register, version } = this.#seen as Seen
    if (ifVersion !== undefined && ifVersion !== version)
      return refuse(412, `the register is at version ${version} now; look at it again, and ask with that`)
    const changed = changeRegister(register, command, holder)
    if (!changed.ok) {
      const { code, message } = changed.refusal
      return refuse(code === 'notFound' ? 404 : code === 'stale' ? 409 : 422, message)
    }
    const changes = diffRegisters(register, changed.register)
    const done = { ok: true as const, register: changed.register, version: versionOf(changed.register), changes }
    if (isDryRun || done.version === version) return done
    const written = text.changed(register, changed.register)
    if (written === undefined) return refuse(422, 'some name or value of it cannot stand in the file; use plain names')
    if (Buffer.byteLength(written.text) > registerLimitBytes)
      return refuse(422, `the register would be larger than ${registerLimitBytes / 1024} KiB`)
    const draft: EntryDraft = {
      at: this.#now(),
      actor,
      kind: 'asked',
      cause,
      before: register,
      after: changed.register,
    }
    return (await this.#write({ before: text, after: written }, draft)) ?? done
  }

  /** The reason why it was not done. */
  async #write(
    { before, after }: { before: RegisterText; after: RegisterText },
    draft: EntryDraft,
  ): Promise<ChangeOutcome | undefined> {
    if (!this.#writing) throw new Error('a register is changed before its history is kept')
    const { history, replace } = this.#writing
    try {
      await history.append((last) => sealEntry(draft, last))
    } catch (error) {
      return refuse(
        503,
        `the history cannot be written, so nothing was changed (${(error as NodeJS.ErrnoException).code})`,
      )
    }
    const texts = { before: before.text, after: after.text }
    const replaced = await replace(this.#options.path, texts, AbortSignal.timeout(writeLimitMs))
    if (!replaced.ok) {
      await this.#record(history.append((last) => sealWithdrawal(this.#now(), last as NonNullable<typeof last>)))
      return refuse(503, `nothing was changed: ${replaced.error.message}`)
    }
    const faults = this.#serve({ text: after, register: draft.after })
    if (faults[0]) throw new Error(`a register without faults is published with some: ${formatFault(faults[0])}`)
    return undefined
  }

  /** What was written into the file by others. */
  async #noteEdit(before: Seen, { register, version }: Seen): Promise<void> {
    if (!this.#writing || version === before.version) return
    const draft: EntryDraft = {
      at: this.#now(),
      actor: 'file',
      kind: 'edited',
      before: before.register,
      after: register,
      cause: undefined,
    }
    await this.#record(this.#writing.history.append((last) => sealEntry(draft, last)))
  }

  async #record(appended: Promise<unknown>): Promise<void> {
    await appended.catch((error: NodeJS.ErrnoException) => {
      this.#options.tell([`the history of the register cannot be written (${error.code ?? error.message})`])
    })
  }

  #now(): string {
    return new Date(this.#options.nowMs()).toISOString()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1
    const turn = this.#turn.then(work)
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn.finally(() => {
      this.#waiting -= 1
    })
  }
}

const refuse = (status: 404 | 409 | 412 | 422 | 503, detail: string): ChangeOutcome => ({ ok: false, status, detail })
