/** What every command is given: where to write, how to end, and how to reach a controller. Wired in `main.ts`. */
import type { Command } from 'commander'
import type { Fault } from '../core/flags/fault.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { FlagOffer } from '../core/plan/flag.ts'
import type { MetricOffer } from '../core/plan/metric.ts'
import type { Operator } from '../core/plan/operator.ts'
import type {
  Answer,
  Checkup,
  ControllerApi,
  ControllerPurpose,
  RehearsalReport,
  RehearsalRequest,
  StartRequest,
} from '../server/contract.ts'
import type { AuditTools } from './audit-tools.ts'

/** Exit codes of every command. `undecided`: held, or weaknesses found. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, undecided: 3, notAuthorised: 4 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface CliContext {
  /** Data: what a script would read. One line, without its newline. */
  out(line: string): void
  /** Chatter: progress, warnings, errors. One line, without its newline. */
  err(line: string): void
  /** The streams as they are, for views that redraw themselves. */
  isTty: boolean
  columns(): number
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /**
   * A controller for the state folder: the running one over its socket, else this process takes the store's lock and is the controller until `close`.
   * Throws a `UserError` when neither is possible. A local controller for `record` moves nothing: a look or a word from another terminal must
   * not start what nobody stays to follow. `operatorFile` is what it works with; without it, the one last used.
   */
  connect(stateDir: string, purpose: ControllerPurpose, operatorFile?: string): Promise<Connection>
  /** What an operator lends, and what its metric and flag sources offer now. Opens no store, moves nothing. `operatorFile`: as for `connect`. */
  survey(stateDir: string, operatorFile?: string): Promise<Survey>
  /** Rehearses a plan, in this process: nothing outside is asked or moved. Diagnostics where there is nothing to rehearse. */
  rehearse(request: RehearsalRequest): Promise<RehearsalReport | { diagnostics: Diagnostic[] }>
  /** Looks at all that a controller stands on, for `tidegate doctor`. */
  checkUp(request: CheckupRequest): Promise<Checkup[]>
  /** Logs, checkpoint files and keys, for `tidegate audit`. */
  audit(): Promise<AuditTools>
  /** Serves a file of flags until `close`; faults where it is not right to begin with. Throws a `UserError` when the address cannot be had. */
  serveFlags(options: FlagServerOptions): Promise<FlagServer | { faults: Fault[] }>
  /** The demo's world in a state folder of its own; throws a `UserError` when another controller is alive there. */
  openDemo(options: DemoOptions): Promise<DemoWorld>
  /** Calls back once on the first SIGINT or SIGTERM instead of ending the process; the second ends it. Gives the way to stop listening. */
  onInterrupt(callback: () => void): () => void
  /** Ends the command with this code once its output is written. */
  exit(code: ExitCode): void
}

/** `plan`: one whose bindings are checked too. */
export interface CheckupRequest {
  stateDir: string
  operatorFile?: string | undefined
  /** All snapshots are dropped first, and made anew: the store is opened for it. */
  rebuildSnapshots?: boolean
  plan?: Pick<StartRequest, 'document' | 'companions' | 'bindings'>
}

export interface Connection {
  api: ControllerApi
  /** `local`: this process is the controller until `close`. */
  served: 'remote' | 'local'
  close(): Promise<void>
}

export interface Survey {
  operator: Operator
  /** `problem`: why a source could not be asked. `omitted`: families beyond the limit. */
  sources: { source: string; offers: MetricOffer[]; omitted: number; problem?: string }[]
  flagSources: { source: string; offers: FlagOffer[]; problem?: string }[]
}

export interface FlagServerOptions {
  path: string
  host: string
  /** 0: any that is free. */
  port: number
  syncPort: number
  /** Web pages of these may ask. */
  origins: readonly string[]
  /** Names by which it may be asked, besides its addresses and `localhost`. */
  allowedHosts: readonly string[]
  /** Of a register that has several: which one is served. */
  environment?: string | undefined
  /** Of a register: whoever bears the token in it may change the register. */
  adminTokenFile?: string | undefined
  /** What becomes of the file while it is served. */
  tell(lines: string[]): void
}

export interface FlagServer {
  url: string
  /** `HOST:PORT` of flagd's sync protocol. */
  syncAddress: string
  /** How many. */
  flags: number
  close(): Promise<void>
}

export interface DemoOptions {
  stateDir: string
  /** Paths in messages and reports are told from here. */
  cwd: string
  scenario: string
  /** What the new version breaks. */
  fault: string
  portBase: number
  /** Folder of the example; the one that comes with Tidegate when absent. */
  example?: string
}

export interface DemoWorld {
  api: ControllerApi
  /** The release of this scenario that was interrupted and can go on. */
  interrupted: string | null
  /** Stops every process and makes everything new: no data, the baseline with all traffic, users arriving. */
  reset(): Promise<void>
  /** Takes up the processes of an interrupted run, starting those that died. */
  resume(): Promise<void>
  start(speed: number): Promise<Answer<{ releaseId: string }>>
  /** Lets the demo people sign until the signal aborts. */
  signAsDemoPeople(releaseId: string, signal: AbortSignal): Promise<void>
  /** Writes the report and gives its path. */
  writeReport(releaseId: string, markdown: string): Promise<string>
  /** Where users arrive. */
  url: string
  /** Aborts a release and waits, for a bounded time, until it is over. */
  takeBack(releaseId: string): Promise<void>
  /** Stops the controller and every process of the demo; the next demo starts afresh. */
  close(): Promise<void>
}

/** Adds one command to the program; each command is a file of `cli/` that exports one of these. */
export type RegisterCommand = (program: Command, context: CliContext) => void

/** A mistake of the user or the surroundings: printed as one clear message without a stack, with what to do about it. */
export class UserError extends Error {
  readonly exitCode: ExitCode
  constructor(message: string, exitCode: ExitCode = exitCodes.usage) {
    super(message)
    this.name = 'UserError'
    this.exitCode = exitCode
  }
}
