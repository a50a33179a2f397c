/** A flag server of a register, as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The compiled program's source; run by this Node. */
export const program = join(import.meta.dirname, '../../src/main.ts')

const token = 'a-token-that-is-long-enough'
/** What calls of the admin API bear. */
export const authorization = `Bearer ${token}`

export interface FlagServerProcess {
  url: string
  /** At once; harmless when it is gone. */
  kill(): Promise<void>
}

/** Serves `flags.yaml` of the folder, which gets a `token` too. */
export async function startFlagServer(folder: string): Promise<FlagServerProcess> {
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 })
  const options = ['--port', '0', '--sync-port', '0', '--admin-token-file', 'token', '--json']
  const server = spawn(process.execPath, [program, 'serve', '--flags', 'flags.yaml', ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(server, 'exit')
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  const { url } = JSON.parse(String(line)) as { url: string }
  const kill = async () => {
    server.kill('SIGKILL')
    await ended
  }
  return { url, kill }
}
