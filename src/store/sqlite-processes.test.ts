/** The SQLite store between processes: one writer at a time, nothing acknowledged is lost, and a full disk is said. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstBreak } from '../core/release/chain.ts'
import { openSqliteStore } from './sqlite.ts'

const writer = join(import.meta.dirname, '..', '..', 'test', 'contract', 'sqlite-writer.ts')

let folder = ''
let file = ''
let children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-store-'))
  file = join(folder, 'events.db')
})

afterEach(async () => {
  for (const child of children) await kill(child)
  children = []
  rmSync(folder, { recursive: true })
})

/** A writer process and the lines it has printed; `saw` resolves when it has printed that many, or has ended. */
function startWriter(shell?: string, ...rest: string[]) {
  const node = [process.execPath, writer, file, ...rest]
  const [command = '', ...argv] = shell ? ['sh', '-c', shell, 'sh', ...node] : node
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const ended = once(reader, 'close')
  const saw = (count: number) =>
    new Promise<void>((resolve) => {
      reader.on('line', () => lines.length >= count && resolve())
      reader.on('close', resolve)
    })
  return { child, lines, ended, saw }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function stored() {
  const result = openSqliteStore(file)
  if (!result.ok) throw new Error(result.message)
  const events = await result.store.read('a')
  await result.store.close()
  return events
}

describe('one writer at a time', () => {
  it('refuses this process while another has it, names that one, and is free again at its death', async () => {
    const { child, saw } = startWriter()
    await saw(5)
    const since = new Date().getFullYear()
    const message = expect.stringMatching(new RegExp(`held by process ${child.pid} since ${since}-.*socket`))
    expect(openSqliteStore(file)).toEqual({ ok: false, error: 'held', message })
    await kill(child)
    expect((await stored()).length).toBeGreaterThanOrEqual(4)
  })

  it('refuses another process while this one has it', async () => {
    const mine = openSqliteStore(file)
    const other = startWriter()
    await other.ended
    expect(other.lines).toEqual([expect.stringContaining(`held by process ${process.pid}`)])
    if (mine.ok) await mine.store.close()
    expect(mine.ok).toBe(true)
  })
})

describe('a writer that is killed', () => {
  it('loses nothing it has acknowledged, ten times in a row', { timeout: 60_000 }, async () => {
    for (let round = 1; round <= 10; round++) {
      const { child, lines, ended, saw } = startWriter()
      await saw(2 + round * 7)
      await kill(child)
      await ended
      const acknowledged = Number(lines.at(-1))
      const events = await stored()
      // One append may have become durable without the writer living to say so.
      expect(events.length - acknowledged).toBeOneOf([0, 1])
      expect(firstBreak(events)).toBeNull()
    }
  })
})

const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0

if (!canTrace)
  process.stderr.write('SKIPPED: strace cannot run here, so nothing proves that an append is on disk first\n')

describe.runIf(canTrace)('an acknowledgement, as strace sees it', () => {
  it('comes only after the log is on disk', async () => {
    const trace = join(folder, 'trace')
    const traced = startWriter(`exec strace -f -y -o ${trace} -e trace=write,fsync,fdatasync "$@"`, '1', '30')
    await traced.ended
    const calls = readFileSync(trace, 'utf8').matchAll(
      / (f(?:data)?sync)\(\d+<.*events\.db-wal>\) = 0|write\(1<.*?>, "(\d+)\\n"/g,
    )
    const order = [...calls].map(([, sync, version]) => (sync ? 'sync' : version))
    const acknowledged = order.filter((call) => call !== 'sync')
    expect(acknowledged).toHaveLength(30)
    for (const version of acknowledged) expect(order[order.indexOf(version) - 1]).toBe('sync')
  })
})

describe('a disk that takes no more', () => {
  it('is said, keeps all that was acknowledged, and the store goes on once there is room', async () => {
    // A limit on file size stands in for the end of the disk: no mount and no rights are needed for it.
    const limited = startWriter(`trap '' XFSZ; ulimit -f 1000; exec "$@"`)
    await limited.ended
    const refusal = JSON.parse(limited.lines.at(-1) ?? '')
    expect(refusal).toEqual({ ok: false, error: 'unavailable', message: expect.stringContaining(file) })
    const acknowledged = Number(limited.lines.at(-2))
    expect(acknowledged).toBeGreaterThan(10)
    const events = await stored()
    expect(events.length - acknowledged).toBeOneOf([0, 1])
    const again = startWriter()
    await again.saw(2)
    expect(again.lines).toEqual(expect.arrayContaining(['open', `${events.length + 1}`]))
  })
})
