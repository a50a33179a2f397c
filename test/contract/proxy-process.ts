/** The embedded proxy as a real process, for tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './loopback-server.ts'

const entry = join(import.meta.dirname, '../../src/proxy/main.ts')

export interface ProxyProcess extends AsyncDisposable {
  /** Where users ask. */
  url: string
  admin: string
  pid: number
  environment: Record<string, string>
  put(change: object, headers?: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }>
  /** Exit code after the signal. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
  /** The same ports and the same state file, a new process. */
  restart(): Promise<void>
}

/** Runs `main.ts` on free ports with a state file of its own, and waits until it is healthy. */
export async function startProxy(extra: Record<string, string> = {}): Promise<ProxyProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-proxy-'))
  const [listenPort, adminPort] = [await freePort(), await freePort()]
  const environment = {
    LISTEN_PORT: `${listenPort}`,
    ADMIN_PORT: `${adminPort}`,
    STATE_FILE: join(folder, 'proxy.json'),
    ...extra,
  }
  const admin = `http://127.0.0.1:${adminPort}`
  let child = await spawnReady(environment, admin)
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    }
    return child.exitCode
  }
  return {
    url: `http://127.0.0.1:${listenPort}`,
    admin,
    get pid() {
      return child.pid ?? 0
    },
    environment,
    put: async (change, headers = {}) => {
      const answer = await fetch(`${admin}/shares`, { method: 'PUT', body: JSON.stringify(change), headers })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
    stop,
    restart: async () => {
      await stop()
      child = await spawnReady(environment, admin)
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function spawnReady(environment: Record<string, string>, admin: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await isHealthy(admin)) return child
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(`the proxy did not become healthy (exit code ${child.exitCode})`)
}

async function isHealthy(admin: string): Promise<boolean> {
  try {
    return (await fetch(`${admin}/health`)).ok
  } catch {
    return false
  }
}

/** Runs the proxy where it is expected not to start; gives its exit code and what it said. */
export async function runProxyToExit(
  environment: Record<string, string>,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await once(child, 'close')
  return { code: child.exitCode, stderr }
}
