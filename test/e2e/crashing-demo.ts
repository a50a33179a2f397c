/** The demo, killing its own process where `CRASH_PLAN` (JSON) says; `CRASH_NOTES` is the file of what it leaves to know. */
import { type CliContext, UserError } from '../../src/cli/context.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { connect } from '../../src/wiring.ts'
import { openDemoWorld } from '../../src/wiring-demo.ts'
import { surveyOperator } from '../../src/wiring-survey.ts'
import { type CrashPlan, CrashPoints } from './crash-points.ts'

const plan = JSON.parse(process.env.CRASH_PLAN ?? '{"kind":"none"}') as CrashPlan
const points = new CrashPoints(process.env.CRASH_NOTES ?? '', plan)

const context: CliContext = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  isTty: false,
  columns: () => 100,
  cwd: process.cwd(),
  env: process.env,
  connect: (stateDir, purpose, operatorFile) => connect(context, stateDir, purpose, operatorFile),
  survey: (stateDir, operatorFile) => surveyOperator(context, stateDir, operatorFile),
  rehearse: () => Promise.reject(new Error('not used here')),
  checkUp: () => Promise.reject(new Error('not used here')),
  audit: () => Promise.reject(new Error('not used here')),
  serveFlags: () => Promise.reject(new Error('not used here')),
  openDemo: (options) =>
    openDemoWorld(context, options, {
      store: (store) => points.around(store),
      drivers: (drivers) => points.aroundDrivers(drivers),
    }),
  onInterrupt: () => () => undefined,
  exit: (code) => {
    process.exitCode = code
  },
}

try {
  await buildProgram(context).parseAsync()
} catch (error) {
  process.stderr.write(
    `${error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exitCode = error instanceof UserError ? error.exitCode : 1
}
