/** The `tidegate` program. What a command needs is loaded when it runs, so that `--help` is quick. */
import { type CliContext, type ExitCode, exitCodes, UserError } from './cli/context.ts'
import { buildProgram } from './cli/program.ts'
import { redactSecrets } from './core/find-secrets.ts'
import { StoreRefusal } from './ports/store-refusal.ts'

const context: CliContext = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${redactSecrets(line)}\n`),
  isTty: process.stdout.isTTY === true,
  columns: () => process.stdout.columns ?? 80,
  cwd: process.cwd(),
  env: process.env,
  connect: async (stateDir, purpose, operatorFile) =>
    (await import('./wiring.ts')).connect(context, stateDir, purpose, operatorFile),
  survey: async (stateDir, operatorFile) =>
    (await import('./wiring-survey.ts')).surveyOperator(context, stateDir, operatorFile),
  rehearse: async (request) => (await import('./server/rehearse-plan.ts')).rehearsePlan(request),
  checkUp: async (request) => (await import('./wiring-doctor.ts')).checkUp(context, request),
  audit: async () => (await import('./wiring-audit.ts')).auditTools(context),
  serveFlags: async (options) => (await import('./wiring-serve.ts')).serveFlags(options),
  openDemo: async (options) => (await import('./wiring-demo.ts')).openDemoWorld(context, options),
  onInterrupt,
  exit: (code) => {
    process.exitCode = code
  },
}

/** Wrappers pass a signal on that the terminal has sent already: what comes within this time is the same request. */
const sameRequestMs = 1_000

/** The first signal asks to end, a later one ends at once. */
function onInterrupt(callback: () => void): () => void {
  let askedAtMs: number | null = null
  const onSignal = () => {
    const nowMs = performance.now()
    if (askedAtMs !== null && nowMs - askedAtMs > sameRequestMs) process.exit(exitCodes.undecided)
    if (askedAtMs !== null) return
    askedAtMs = nowMs
    callback()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
  }
}

/** A reader that has seen enough (`| head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode)
})

/** One clear message for a mistake, and for a store that refuses; anything else is a bug and shows its stack. */
function report(error: unknown): ExitCode {
  if (error instanceof UserError) {
    context.err(error.message)
    return error.exitCode
  }
  if (error instanceof StoreRefusal) {
    context.err(error.message)
    return exitCodes.failed
  }
  context.err(
    `Tidegate failed in a way it should not. Please report this:\n${error instanceof Error ? error.stack : String(error)}`,
  )
  return exitCodes.failed
}

try {
  await buildProgram(context).parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
