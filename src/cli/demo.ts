/** `tidegate demo`: the example release in a world of its own: real processes, real traffic, people who are labelled as simulated. */
import type { ReleaseView } from '../server/contract.ts'
import {
  type CliContext,
  type DemoWorld,
  type ExitCode,
  exitCodes,
  type RegisterCommand,
  UserError,
} from './context.ts'

/** What each scenario breaks in the new version, and how its release should end. */
const scenarios = {
  good: { fault: 'none', outcome: 'succeeded' },
  errors: { fault: 'errors', outcome: 'rolledBack' },
  slow: { fault: 'slow', outcome: 'rolledBack' },
  crash: { fault: 'crash', outcome: 'rolledBack' },
  verification: { fault: 'verification', outcome: 'held' },
} as const
type Scenario = keyof typeof scenarios

/** One day of the plan passes in ten seconds. */
const defaultSpeed = 8_640
const dayS = 86_400

interface Options {
  scenario: string
  exit?: boolean
  json?: boolean
  speed: string
  example?: string
  portBase: string
}

export const demoCommand: RegisterCommand = (program, context) => {
  program
    .command('demo')
    .description('run the example release: a real service, real traffic, simulated people')
    .option('--scenario <name>', `what the new version does: ${Object.keys(scenarios).join(', ')}`, 'good')
    .option('--exit', 'end when the release ends or is held')
    .option('--json', 'print one JSON object as the last line')
    .option('--speed <factor>', 'plan time per real time; bakes, waits and schedules only', `${defaultSpeed}`)
    .option('--example <dir>', 'folder of another example: ROLLOUT.md, tidegate.yaml, operator.yaml')
    .option('--port-base <port>', 'first of the ports that the demo uses', '7800')
    .action(async (options: Options) =>
      context.exit(await runDemo(context, program.opts<{ state: string }>().state, options)),
    )
}

async function runDemo(context: CliContext, stateDir: string, options: Options): Promise<ExitCode> {
  const { scenario, speed, portBase } = checked(options)
  const { example } = options
  const world = await context.openDemo({
    stateDir,
    cwd: context.cwd,
    scenario,
    fault: scenarios[scenario].fault,
    portBase,
    ...(example === undefined ? {} : { example }),
  })
  const leave = new AbortController()
  const stopListening = context.onInterrupt(() => leave.abort())
  try {
    const releaseId = await begin(context, world, speed)
    const view = await follow(context, world, releaseId, options, leave.signal)
    const code = leave.signal.aborted ? exitCodes.undecided : await conclude(context, world, view, scenario, options)
    if (!options.exit) await stay(context, world, leave.signal)
    return code
  } finally {
    stopListening()
    await leaveWorld(context, world)
  }
}

function checked(options: Options): { scenario: Scenario; speed: number; portBase: number } {
  const names = Object.keys(scenarios) as Scenario[]
  const scenario = names.find((name) => name === options.scenario)
  if (!scenario) throw new UserError(`there is no scenario "${options.scenario}"; choose one of ${names.join(', ')}`)
  const speed = Number(options.speed)
  if (!(speed > 0 && speed <= 1e6))
    throw new UserError(`--speed takes a number above 0, at most a million, not "${options.speed}"`)
  const portBase = Number(options.portBase)
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_000) {
    throw new UserError(`--port-base takes a port from 1024 to 65000, not "${options.portBase}"`)
  }
  return { scenario, speed, portBase }
}

/** The same command after a crash goes on with the release it had begun; otherwise everything is made new. */
async function begin(context: CliContext, world: DemoWorld, speed: number): Promise<string> {
  if (world.interrupted !== null) {
    context.err(`Going on with release ${world.interrupted}: traffic flowed meanwhile.`)
    await world.resume()
    return world.interrupted
  }
  context.err(`Setting up: mailbox, reverse proxy, the version that runs today, synthetic users at ${world.url}.`)
  await world.reset()
  context.err(`Starting the release at speed ${speed}×: one day of the plan passes in ${(dayS / speed).toFixed(1)} s.`)
  const { unwrap } = await import('./describe-problem.ts')
  return unwrap(await world.start(speed)).releaseId
}

async function follow(
  context: CliContext,
  world: DemoWorld,
  releaseId: string,
  options: Options,
  signal: AbortSignal,
): Promise<ReleaseView> {
  const { watchRelease } = await import('./watch-release.ts')
  const people = new AbortController()
  const signing = world.signAsDemoPeople(releaseId, people.signal)
  try {
    return await watchRelease(context, world.api, releaseId, {
      signal,
      untilHeld: true,
      chatter: options.json === true,
    })
  } finally {
    people.abort()
    await signing
  }
}

/** Says how it ended, writes the report, and tells whether that is what the scenario should give. */
async function conclude(
  context: CliContext,
  world: DemoWorld,
  view: ReleaseView,
  scenario: Scenario,
  options: Options,
): Promise<ExitCode> {
  const outcome = outcomeOf(view)
  const report = await world.api.report(view.releaseId)
  const path = report.ok ? await world.writeReport(view.releaseId, report.value.markdown) : null
  const events = await world.api.events(view.releaseId, 1)
  const expected = scenarios[scenario].outcome
  context.err(
    `Release ${view.releaseId} ${outcome === expected ? 'ended as' : 'should have ended as'} the scenario "${scenario}" says: ${expected}.`,
  )
  context.err(`Report: ${path}`)
  if (options.json) {
    const { rollback, confirmedPercents } = view
    const shares =
      rollback?.readBackMs == null || confirmedPercents.length === 0 ? confirmedPercents : [...confirmedPercents, 0]
    const result = {
      scenario,
      outcome,
      shares,
      detectionMs: rounded(rollback?.detectionMs),
      rollbackMs: rounded(rollback?.readBackMs),
      quietMs: rounded(rollback?.quietMs),
      events: events.ok ? events.value.length : null,
      report: path,
    }
    context.out(JSON.stringify(result))
  }
  return outcome === expected ? exitCodes.ok : exitCodes.failed
}

const rounded = (ms: number | null | undefined): number | null => (ms == null ? null : Math.round(ms))

function outcomeOf({ status }: ReleaseView): 'succeeded' | 'rolledBack' | 'held' | 'degraded' | 'running' {
  const outcomes = { Succeeded: 'succeeded', RolledBack: 'rolledBack', Held: 'held', Degraded: 'degraded' } as const
  return status in outcomes ? outcomes[status as keyof typeof outcomes] : 'running'
}

/** Without --exit traffic keeps flowing, so that one can look around. */
async function stay(context: CliContext, world: DemoWorld, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  context.err(
    `The service keeps running at ${world.url}. Press Ctrl-C to stop everything; tidegate status, report and abort work from another terminal.`,
  )
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** A release that is still under way is taken back before its world goes away; nothing is left half way up. */
async function leaveWorld(context: CliContext, world: DemoWorld): Promise<void> {
  const releases = await world.api.releases()
  for (const { releaseId } of releases.ok ? releases.value.filter(({ over }) => !over) : []) {
    context.err(`Taking release ${releaseId} back before the demo's processes stop.`)
    await world.takeBack(releaseId)
  }
  await world.close()
}
