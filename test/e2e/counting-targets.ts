/**
 * The ends of a release's effects, which count what reaches them: the real proxy through a counting admin interface, a mail server, a receiver of
 * webhooks, the processes' own logs, the file of notices and the migrated databases.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type LoopbackServer, serveLoopback } from '../contract/loopback-server.ts'
import { type MailServer, serveMail } from '../contract/mail-server.ts'

/** What a target saw of one effect: how often it was told, and how often that changed something. */
export interface Seen {
  told: number
  changed: number
}

export class CountingTargets implements AsyncDisposable {
  readonly #admin: LoopbackServer
  readonly #mail: MailServer
  readonly #hook: LoopbackServer
  readonly shares: Map<string, Seen>
  readonly webhooks: Map<string, Seen>
  readonly ports: { admin: number; mail: number; hook: number }

  private constructor(servers: [LoopbackServer, MailServer, LoopbackServer], counts: Map<string, Seen>[]) {
    ;[this.#admin, this.#mail, this.#hook] = servers
    this.shares = counts[0] ?? new Map()
    this.webhooks = counts[1] ?? new Map()
    this.ports = { admin: this.#admin.port, mail: this.#mail.port, hook: this.#hook.port }
  }

  /** `adminPort` is the real proxy's; ports from `firstPort` on are this one's. */
  static async open(adminPort: number, firstPort: number): Promise<CountingTargets> {
    const [shares, webhooks] = [new Map<string, Seen>(), new Map<string, Seen>()]
    const admin = await serveLoopback(async (request, response) => {
      const url = `http://127.0.0.1:${adminPort}${request.url}`
      if (request.method !== 'PUT') {
        const answer = await fetch(url).catch(() => null)
        response.writeHead(answer?.status ?? 502, { 'content-type': 'application/json' }).end(await answer?.text())
        return
      }
      const body = await textOf(request)
      const before = await sharesAt(url)
      const answer = await fetch(url, { method: 'PUT', body }).catch(() => null)
      const hasMoved = answer?.ok === true && (await sharesAt(url)) !== before
      count(shares, (JSON.parse(body) as { effectId: string }).effectId, hasMoved)
      response.writeHead(answer?.status ?? 502, { 'content-type': 'application/json' }).end(await answer?.text())
    }, firstPort)
    const hook = await serveLoopback(async (request, response) => {
      await textOf(request)
      const id = String(request.headers['webhook-id'])
      // A receiver that knows the key again does nothing for it.
      count(webhooks, id, !webhooks.has(id))
      response.writeHead(204).end()
    }, firstPort + 1)
    return new CountingTargets([admin, await serveMail(), hook], [shares, webhooks])
  }

  /** By Message-ID. */
  get mails(): Map<string, Seen> {
    const mails = new Map<string, Seen>()
    for (const { parsed } of this.#mail.mails)
      count(mails, String(parsed.messageId), !mails.has(String(parsed.messageId)))
    return mails
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#admin, this.#mail, this.#hook]) await server[Symbol.asyncDispose]()
  }
}

/** How often each process of the services was really started, by its own log. */
export function startsIn(stateDir: string): Record<string, number> {
  const folder = join(stateDir, 'processes')
  const logs = readdirSync(folder).filter((file) => file.includes('backend') && file.endsWith('.log'))
  return Object.fromEntries(
    logs.map((file) => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n')
      return [
        decodeURIComponent(file.slice(0, -4)),
        lines.filter((line) => line.includes('"event":"listening"')).length,
      ]
    }),
  )
}

/** Effects of the lines in the file of notices, with repeats. */
export function noticesIn(stateDir: string): string[] {
  const file = join(stateDir, 'log.notices.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => (JSON.parse(line) as { effectId: string }).effectId)
}

/** Numbers of the migrations that a database of the example has, in the order applied. */
export function migrationsIn(stateDir: string, database: 'staging' | 'production'): number[] {
  using opened = new DatabaseSync(join(stateDir, 'data', `${database}.db`), { readOnly: true })
  return opened
    .prepare('SELECT number FROM migrations ORDER BY applied_at_ms, number')
    .all()
    .map(({ number }) => Number(number))
}

function count(seen: Map<string, Seen>, key: string, hasChanged: boolean): void {
  const { told, changed } = seen.get(key) ?? { told: 0, changed: 0 }
  seen.set(key, { told: told + 1, changed: changed + (hasChanged ? 1 : 0) })
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function sharesAt(url: string): Promise<string> {
  const { shares } = (await (await fetch(url)).json()) as { shares: object }
  return JSON.stringify(shares)
}
