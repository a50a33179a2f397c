/** The composition root: the only place that knows which store, drivers, clock and server stand behind the ports. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { CliContext, Connection } from './cli/context.ts'
import { exitCodes, UserError } from './cli/context.ts'
import { formatDiagnostic } from './core/plan/diagnostic.ts'
import { Operator } from './core/plan/operator.ts'
import { decodeText } from './document/decode-text.ts'
import { readYaml } from './document/yaml/read-yaml.ts'
import { createCheckpointFile } from './drivers/audit/checkpoint-file.ts'
import { operatorDrivers } from './operator-drivers.ts'
import { openStore } from './operator-store.ts'
import type { DriverSet } from './ports/drivers.ts'
import type { EventStore } from './ports/event-store.ts'
import type { Supervisor } from './ports/supervisor.ts'
import { Checkpointer } from './runtime/checkpointer.ts'
import { systemClock } from './runtime/system-clock.ts'
import type { ControllerPurpose } from './server/contract.ts'
import { Controller } from './server/controller.ts'
import { serve } from './server/http-server.ts'
import { type InboundServer, serveInbound } from './server/inbound-server.ts'
import { connectToController } from './server/socket-client.ts'

/** What a controller works with; kept in the state folder, so that a later command finds the same operator. */
interface Settings {
  operatorFile: string
  variables: Record<string, string>
}

export interface LocalController extends Connection {
  operator: Operator
  drivers: DriverSet
  supervisor: Supervisor
  dataFolder: string
}

const settingsFile = (stateDir: string): string => join(stateDir, 'settings.json')

/** The running controller of a state folder, or this process as its controller. */
export async function connect(
  context: CliContext,
  stateDir: string,
  purpose: ControllerPurpose,
  operatorFile?: string,
): Promise<Connection> {
  const remote = await connectToController(stateDir)
  if (remote) return { api: remote, served: 'remote', close: async () => undefined }
  const settings = await settingsFor(context, stateDir, operatorFile)
  if (settings) return openController(context, stateDir, settings, { purpose })
  throw new UserError(
    `nothing has run in ${stateDir} yet: start a plan with \`tidegate start PLAN --operator FILE\`, or see one with \`tidegate demo\``,
  )
}

/** What stands between the controller and the world: tests of crashes put something there. */
export interface Around {
  store?(store: EventStore): EventStore
  drivers?(drivers: DriverSet): DriverSet
}

interface Opening {
  purpose?: ControllerPurpose
  around?: Around
}

/**
 * Opens the store, and takes its lock where there is one. To run: resumes what is unfinished and serves the socket. To record: neither, for it is gone again in a moment.
 * A `UserError` says who holds the lock or what is missing.
 */
export async function openController(
  context: CliContext,
  stateDir: string,
  settings: Settings,
  { purpose = 'run', around = {} }: Opening = {},
): Promise<LocalController> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const dataFolder = join(stateDir, 'data')
  await mkdir(dataFolder, { recursive: true })
  const operator = await readOperator(context, settings, dataFolder)
  const places = { stateDir, workingFolder: dirname(settings.operatorFile) }
  const opened = await openStore(operator, places)
  await writeFile(settingsFile(stateDir), JSON.stringify(settings), { mode: 0o600 })
  const { drivers: own, supervisor } = operatorDrivers(operator, places)
  const drivers = around.drivers?.(own) ?? own
  const wrapped = around.store?.(opened.store) ?? opened.store
  const { workingFolder } = places
  const sealing = purpose === 'run' ? keepCheckpoints(context, wrapped, { operator, workingFolder }) : null
  const store = sealing?.store ?? wrapped
  const controller = new Controller({
    store,
    leases: opened.leases,
    drivers,
    clock: opened.clock,
    operator,
    purpose,
    version: await ownVersion(),
    onHeldUp: (stream, message) => context.err(`Release ${stream.slice(stream.indexOf('/') + 1)} waits: ${message}.`),
    onStopped: (releaseId, { message }) =>
      context.err(
        `Release ${releaseId} is no longer run, its log is safe: ${message}. ${store.isShared ? 'It goes on by itself once that is mended' : 'The same command takes it up again'}.`,
      ),
  })
  await controller.resume()
  const server = purpose === 'run' ? await serve(controller, stateDir) : null
  const inbound = purpose === 'run' ? await listenForHooks(context, controller, { operator, drivers }) : null
  const close = async () => {
    await inbound?.close()
    await server?.close()
    await controller.close()
    await drivers.close()
    await sealing?.end()
    await store.close()
  }
  return { api: controller, served: 'local', operator, drivers, supervisor, dataFolder, close }
}

/** Releases go on, and back, also when the log cannot be sealed. `end` seals what is left. */
function keepCheckpoints(
  context: CliContext,
  store: EventStore,
  { operator: { audit }, workingFolder }: { operator: Operator; workingFolder: string },
): { store: EventStore; end(): Promise<void> } | null {
  if (!audit) return null
  const checkpoints = createCheckpointFile(audit, { folder: workingFolder })
  const onProblem = (message: string) => context.err(`The event log is not sealed: ${message}`)
  const checkpointer = new Checkpointer({ store, checkpoints, clock: systemClock, onProblem })
  const stop = new AbortController()
  const running = checkpointer.run(stop.signal)
  const end = async () => {
    stop.abort()
    await running
  }
  return { store: checkpointer.watching(store), end }
}

/** Releases go on, and back, also when nothing can be heard: gates that wait for hooks stay shut then. */
async function listenForHooks(
  context: CliContext,
  controller: Controller,
  { operator: { inbound }, drivers }: { operator: Operator; drivers: DriverSet },
): Promise<InboundServer | null> {
  if (!inbound) return null
  try {
    const hear: Controller['hear'] = (...call) => controller.hear(...call)
    const server = await serveInbound({ hear, drivers, clock: systemClock }, inbound)
    context.err(`Hooks are heard at ${server.url}/v1/hooks/NAME`)
    return server
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    context.err(
      `No hooks are heard: ${inbound.listen} cannot be listened at (${code}). Change inbound.listen in the operator's file, and start the controller again.`,
    )
    return null
  }
}

/** Those of the operator's file that is named, else those that a controller last used in this state folder. */
export async function settingsFor(
  { cwd }: CliContext,
  stateDir: string,
  operatorFile: string | undefined,
): Promise<Settings | null> {
  return operatorFile === undefined
    ? lastSettings(stateDir)
    : { operatorFile: resolve(cwd, operatorFile), variables: {} }
}

async function lastSettings(stateDir: string): Promise<Settings | null> {
  try {
    return JSON.parse(await readFile(settingsFile(stateDir), 'utf8')) as Settings
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Throws a `UserError` that locates what is wrong with the file. */
export async function readOperator(context: CliContext, settings: Settings, dataFolder: string): Promise<Operator> {
  const { operatorFile } = settings
  const bytes = await readFile(operatorFile).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`cannot read ${operatorFile} (${error.code}); give the operator's file with --operator FILE`)
  })
  const decoded = decodeText(bytes, operatorFile)
  const variables = {
    ...context.env,
    ...settings.variables,
    NODE: process.execPath,
    TIDEGATE_PROXY: proxyEntry(),
    STATE: resolve(dataFolder),
  }
  const { value, diagnostics } = readYaml(decoded.text, operatorFile, Operator, { variables })
  const errors = [...decoded.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error')
  if (value && errors.length === 0) return value
  throw new UserError(errors.map(formatDiagnostic).join('\n'), exitCodes.failed)
}

/** The reverse proxy beside this file: compiled next to compiled code, as TypeScript next to TypeScript. */
const proxyEntry = (): string =>
  join(import.meta.dirname, 'proxy', import.meta.filename.endsWith('.ts') ? 'main.ts' : 'main.js')

async function ownVersion(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
