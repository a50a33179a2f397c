// For tests: runs a process of this example for real and waits until it listens.
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { z } from 'zod'

const listening = z.object({ event: z.literal('listening'), port: z.number(), smtpPort: z.number().optional() })

/** A process that listens. */
export interface Running {
  readonly url: string
  readonly ports: z.output<typeof listening>
  /** Sends SIGTERM, or another signal, and resolves to the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
  /** The exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>
}

const launched = new Set<ChildProcess>()

/** Starts `node <argv>` in the example's folder with `env` alone; rejects if it ends before it listens. */
export async function startProcess(argv: string[], env: Record<string, string>): Promise<Running> {
  const { child, exited, errors } = launch(argv, env)
  const ports = await new Promise<Running['ports']>((resolve, reject) => {
    let out = ''
    child.stdout?.on('data', (chunk) => {
      out += chunk
      const line = out.split('\n').find((text) => text.includes('"event":"listening"') && text.endsWith('}'))
      if (line !== undefined) resolve(listening.parse(JSON.parse(line)))
    })
    void exited.then((code) => reject(new Error(`${argv.join(' ')} ended with ${code}: ${errors()}`)))
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal)
    return exited
  }
  return { url: `http://127.0.0.1:${ports.port}`, ports, stop, exited }
}

/** Runs `node <argv>` to its end. */
export async function runToEnd(argv: string[], env: Record<string, string> = {}) {
  const { exited, errors } = launch(argv, env)
  return { code: await exited, stderr: errors() }
}

/** Ends whatever a failed test has left running. */
export function killLaunched(): void {
  for (const child of launched) child.kill('SIGKILL')
}

function launch(argv: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, argv, { cwd: dirname(import.meta.dirname), env })
  launched.add(child)
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  void exited.then(() => launched.delete(child))
  return { child, exited, errors: () => errors }
}
