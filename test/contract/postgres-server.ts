/** A real PostgreSQL of a test's own: a direct child of this process, in a temporary folder, on a free port, with a password. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

/** Where Debian puts it, newest first, then the path. */
const folders = [
  ...globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  ...(process.env.PATH ?? '').split(delimiter),
]
const binaries = folders.find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')))

export const hasPostgres = binaries !== undefined
if (!hasPostgres)
  process.stderr.write(
    'SKIPPED: there is no PostgreSQL here, so nothing proves its store; apt-get install postgresql\n',
  )

/** A path on which psql is found, too. */
export const postgresPath = [binaries, process.env.PATH].filter(Boolean).join(delimiter)

export const password = 'only for tests'
/** For hooks that start or stop one, on a busy machine. */
export const postgresLimitMs = 60_000
const startTimeoutMs = 40_000
const endTimeoutMs = 20_000

/** PostgreSQL refuses to run as root: then it runs as whoever Debian made for it, or as nobody. */
function lowerUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    return { uid: 65_534, gid: 65_534 }
  }
}

export class PostgresServer {
  readonly folder: string
  readonly port: number
  readonly #user = lowerUser()
  #child: ChildProcess | undefined
  #databases = 0

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  /** Options are `name=value` of `postgresql.conf`. */
  static async start(...options: string[]): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-postgres-'))
    const server = new PostgresServer(folder, await freePort())
    server.#initialise()
    await server.start(...options)
    return server
  }

  #initialise(): void {
    const passwordFile = join(this.folder, 'password')
    writeFileSync(passwordFile, password)
    if (this.#user) for (const path of [this.folder, passwordFile]) chownSync(path, this.#user.uid, this.#user.gid)
    const args = ['--pgdata', this.#data, '--username', 'tidegate', '--pwfile', passwordFile]
    // What initdb itself writes may be lost with the machine; what the server writes later is synced.
    const settings = ['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync']
    execFileSync(join(binaries ?? '', 'initdb'), [...args, ...settings], { ...this.#user, stdio: 'ignore' })
  }

  get #data(): string {
    return join(this.folder, 'data')
  }

  /** Starts it again after `kill`, on the same port, and waits until it answers. */
  async start(...options: string[]): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', ...options]
    const args = ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])]
    let log = ''
    for (const untilMs = performance.now() + startTimeoutMs; performance.now() < untilMs; await pause(50)) {
      if (await this.#answers()) return
      // Right after a kill it may refuse: children of the one before are still ending.
      if (this.isRunning) continue
      const child = spawn(join(binaries ?? '', 'postgres'), args, {
        ...this.#user,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.on('data', (chunk: Buffer) => {
        log = `${log}${chunk}`.slice(-2_000)
      })
      this.#child = child
    }
    throw new Error(`PostgreSQL did not start: ${log}`)
  }

  /** Of the postmaster. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('PostgreSQL does not run')
    return this.#child.pid
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  async #answers(): Promise<boolean> {
    const client = new Client(this.urlOf('postgres'))
    client.on('error', () => undefined)
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    )
  }

  urlOf(database: string, { withPassword = true } = {}): string {
    const user = withPassword ? `tidegate:${encodeURIComponent(password)}` : 'tidegate'
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`
  }

  /** An empty database of its own, by URL. */
  async newDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`
    await this.query('postgres', `CREATE DATABASE ${name}`)
    return this.urlOf(name)
  }

  /** Speaks to a database behind the store's back. */
  async query(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new Client(database.includes('/') ? database : this.urlOf(database))
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  /** Kills the postmaster as a crash would, and waits until its children have ended: one may serve a request more before it sees that. */
  async kill(): Promise<void> {
    const children = this.isRunning ? processes('-o', 'pid=', '--ppid', `${this.pid}`) : []
    await this.#end('SIGKILL')
    if (children.length === 0) return
    const isLeft = () => processes('-o', 'stat=', '-p', children.join(',')).some((state) => !state.startsWith('Z'))
    for (const untilMs = performance.now() + endTimeoutMs; isLeft(); await pause(20))
      if (performance.now() > untilMs)
        throw new Error(`PostgreSQL was killed, and its children did not end: ${children}`)
  }

  /** For good: nothing has to be kept. */
  async stop(): Promise<void> {
    await this.#end('SIGQUIT')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#child || !this.isRunning) return
    this.#child.kill(signal)
    await once(this.#child, 'exit')
  }
}

/** What `ps` says, a line each; nothing of processes that are not there. */
const processes = (...options: string[]): string[] =>
  (spawnSync('ps', options, { encoding: 'utf8' }).stdout ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
