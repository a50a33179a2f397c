// The newest mails in memory, by recipient, and those who wait for one.

/** A received mail; the time is ISO 8601. */
export interface Message {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly receivedAt: string
}

export interface Limits {
  readonly messages: number
  readonly waiters: number
}

/** Keeps the newest `limits.messages`; at most `limits.waiters` may wait at once. */
export class MailShelf {
  readonly #limits: Limits
  readonly #messages: Message[] = []
  readonly #byRecipient = new Map<string, Message[]>()
  readonly #waiters = new Map<string, Set<() => void>>()
  #waiting = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#messages.length
  }

  add(message: Message): void {
    const recipient = message.to.toLowerCase()
    this.#messages.push(message)
    this.#byRecipient.set(recipient, [...this.read(recipient), message])
    if (this.#messages.length > this.#limits.messages) this.#dropOldest()
    for (const wake of this.#waiters.get(recipient) ?? []) wake()
  }

  /** Oldest first. */
  read(recipient: string): readonly Message[] {
    return this.#byRecipient.get(recipient.toLowerCase()) ?? []
  }

  /** Resolves when a mail for `recipient` is there, or after `waitMs` without one; undefined at once if too many wait already. */
  async wait(recipient: string, waitMs: number): Promise<readonly Message[] | undefined> {
    if (waitMs === 0 || this.read(recipient).length > 0) return this.read(recipient)
    if (this.#waiting >= this.#limits.waiters) return undefined
    const waiters = this.#waiters.get(recipient.toLowerCase()) ?? new Set()
    this.#waiters.set(recipient.toLowerCase(), waiters)
    this.#waiting += 1
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiters.delete(done)
        if (waiters.size === 0) this.#waiters.delete(recipient.toLowerCase())
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      waiters.add(done)
    })
    this.#waiting -= 1
    return this.read(recipient)
  }

  clear(): void {
    this.#messages.length = 0
    this.#byRecipient.clear()
  }

  #dropOldest(): void {
    const oldest = this.#messages.shift()
    if (oldest === undefined) return
    const recipient = oldest.to.toLowerCase()
    const rest = this.read(recipient).slice(1)
    if (rest.length === 0) this.#byRecipient.delete(recipient)
    else this.#byRecipient.set(recipient, rest)
  }
}
