/** Specifications of small real processes for tests of whatever starts processes. */
import type { ProcessSpec } from '../../src/core/plan/operator.ts'
import { startTimeOf } from '../../src/drivers/deploy/process-identity.ts'

const serve = `
  const respond = (request, response) => response.end(JSON.stringify(process.env))
  require('node:http').createServer(respond).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listens as', process.env.API_TOKEN))
`

/** Runs JavaScript in a process of its own; `serve` in it answers every request with its environment. */
export function tinyService(port: number, { script = 'SERVE', env = {}, readyTimeoutMs = 8_000 } = {}): ProcessSpec {
  return {
    argv: [process.execPath, '-e', script.replace('SERVE', serve)],
    env: { PORT: `${port}`, ...env },
    ready: `http://127.0.0.1:${port}/health`,
    readyTimeout: readyTimeoutMs,
  }
}

/** Whether a process with this pid runs; one that ended and was not collected yet does not. */
export async function runs(pid: number): Promise<boolean> {
  return (await startTimeOf(pid)) !== undefined
}
