/** Runs the demo as a process of its own and gives what it printed; state and ports are the caller's, so that runs do not meet. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface DemoRun {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** The JSON object of the last line, when there is one. */
  result: DemoResult | null
}

export interface DemoResult {
  scenario: string
  outcome: string
  shares: number[]
  detectionMs: number | null
  rollbackMs: number | null
  quietMs: number | null
  events: number
  report: string
}

export const checkout = join(import.meta.dirname, '..', '..')
/** A run that hangs is a failure; the slowest may take 90 s by the product's own promise. */
const limitMs = 120_000

export function runProgram(entry: string, args: readonly string[], env: Record<string, string> = {}): Promise<DemoRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(checkout, entry), ...args], {
      cwd: checkout,
      env: { ...process.env, ...env },
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const last = stdout.trimEnd().split('\n').at(-1) ?? ''
      resolve({ code, signal, stdout, stderr, result: last.startsWith('{') ? (JSON.parse(last) as DemoResult) : null })
    })
  })
}

export const demoArguments = (scenario: string, stateDir: string, portBase: number): string[] => [
  '--state',
  stateDir,
  'demo',
  '--scenario',
  scenario,
  '--exit',
  '--json',
  '--port-base',
  `${portBase}`,
]
