/** The flags that are served: the last good set, its version, and who wants to know when it changes. */
import { createHash } from 'node:crypto'
import type { Fault } from '../core/flags/fault.ts'
import { type FlagSet, readFlagSet } from '../core/flags/read-flag-set.ts'

/** What only some ask for is worked out when it is first asked for: who listens to changes waits for nothing that others need. */
export class ServedFlags {
  readonly set: FlagSet
  /** The definitions as they were given. */
  readonly text: string
  /** Seconds since 1970. */
  readonly changedSec: number
  #version: string | undefined
  #isTimed: boolean | undefined

  constructor(set: FlagSet, text: string, changedSec: number) {
    this.set = set
    this.text = text
    this.changedSec = changedSec
  }

  /** The same for the same definitions, also after a restart. */
  get version(): string {
    this.#version ??= createHash('sha256').update(this.text).digest('base64url').slice(0, 22)
    return this.#version
  }

  /** Whether an answer may change although nothing but the time did. */
  get isTimed(): boolean {
    this.#isTimed ??= mayReadTheTime(this.text)
    return this.#isTimed
  }
}

export class FlagStore {
  #served: ServedFlags | undefined
  readonly #listeners = new Set<(served: ServedFlags) => void>()

  /** `undefined` before the first good definitions. */
  get served(): ServedFlags | undefined {
    return this.#served
  }

  /** Takes definitions that are faultless, whole; of others it gives the faults and keeps what it had. */
  put(text: string, nowSec: number): Fault[] {
    if (text === this.#served?.text) return []
    const { set, faults } = readFlagSet(text, this.#served?.set)
    if (set === undefined || faults.length > 0) return faults
    const served = new ServedFlags(set, text, Math.floor(nowSec))
    this.#served = served
    for (const listener of this.#listeners) listener(served)
    return []
  }

  /** Gives the way to stop listening. */
  onChange(listener: (served: ServedFlags) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Also for names that are worked out, or are that of the whole context. Escapes hide a name from this look; then it says yes. */
function mayReadTheTime(text: string): boolean {
  const known = text.replaceAll('"$flagd.flagKey"', '')
  return /\$flagd|\\u|"var"\s*:\s*(\{|""|\[\s*(\{|""|\]))/.test(known)
}
