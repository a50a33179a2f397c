// Sends mails behind the requests that ask for them: a bounded queue, few connections, few retries, everything counted.
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { describeError, writeLog } from '../process/write-log.ts'
import type { ServiceMetrics } from './service-metrics.ts'

const queueLimit = 1000
const senders = 2
const attemptLimit = 3
const firstRetryDelayMs = 250
const networkTimeoutMs = 5000
const from = 'ClassmateFinder <accounts@classmatefinder.com>'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export type SendMail = (mail: Mail) => Promise<unknown>

/** Mails are sent in order by at most two senders, each tried three times. */
export class MailQueue {
  readonly #send: SendMail
  readonly #metrics: ServiceMetrics
  readonly #waiting: Mail[] = []
  readonly #senders = new Set<Promise<void>>()

  constructor(send: SendMail, metrics: ServiceMetrics) {
    this.#send = send
    this.#metrics = metrics
  }

  /** Returns at once. With 1,000 mails waiting, the new one is given up and counted as failed. */
  add(mail: Mail): void {
    if (this.#waiting.length >= queueLimit) {
      this.#giveUp('the queue is full')
      return
    }
    this.#waiting.push(mail)
    if (this.#senders.size >= senders) return
    const sender = this.#sendWaiting().finally(() => this.#senders.delete(sender))
    this.#senders.add(sender)
  }

  /** Resolves when every mail added so far is sent or given up: at most the retries' time for each. */
  async drain(): Promise<void> {
    await Promise.all(this.#senders)
  }

  async #sendWaiting(): Promise<void> {
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) await this.#deliver(mail)
  }

  async #deliver(mail: Mail): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#send(mail)
        this.#metrics.mailsSent.inc()
        return
      } catch (error) {
        if (attempt === attemptLimit) return this.#giveUp(describeError(error))
        await sleep(firstRetryDelayMs * 2 ** (attempt - 1))
      }
    }
  }

  #giveUp(reason: string): void {
    this.#metrics.mailsFailed.inc()
    writeLog('mail given up', { reason })
  }
}

/** Sends through the server at `smtpUrl`; with `drops` every mail is accepted and goes nowhere. `close` ends its connections. */
export function createSmtpSender(smtpUrl: string, drops: boolean): { send: SendMail; close: () => void } {
  const timeouts = {
    connectionTimeout: networkTimeoutMs,
    greetingTimeout: networkTimeoutMs,
    socketTimeout: networkTimeoutMs,
  }
  const transport = drops
    ? createTransport({ jsonTransport: true })
    : createTransport({ url: smtpUrl, pool: true, maxConnections: senders, maxMessages: 10_000, ...timeouts })
  return { send: (mail) => transport.sendMail({ from, ...mail }), close: () => transport.close() }
}
