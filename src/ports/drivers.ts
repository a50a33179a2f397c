/** What Tidegate asks of the outside world. Each driver is small, reports and never judges, and fails with an `Outcome`, not an exception. */
import type { FlagOffer } from '../core/plan/flag.ts'
import type { ArmSelector, MetricOffer, MetricQuery } from '../core/plan/metric.ts'
import type {
  CheckEvidence,
  Cohorts,
  CommandResult,
  FlagSetting,
  Message,
  MetricReading,
  RunningVersions,
  Shares,
} from '../core/release/evidence.ts'
import type { Outcome } from '../core/release/outcome.ts'

/** Given to every call. `signal` aborts it; a driver must settle within `timeoutMs` all the same. */
export interface DriverContext {
  signal: AbortSignal
  timeoutMs: number
}

/**
 * Given to calls that change something. Repeating a call with the same `effectId` is harmless. `fence` only grows: a target that
 * can hold a condition refuses a write whose fence is lower than one it has seen.
 */
export interface EffectContext extends DriverContext {
  effectId: string
  fence: number
  /**
   * Somebody may have called for this effect before: it was asked for when this controller took the release up. A driver whose target can neither
   * be asked nor told twice without harm answers `unknown`.
   */
  isTakenUp?: boolean
}

export interface Driver {
  /** Vendor and kind, such as `embedded-proxy`. */
  readonly name: string
  /** Reachable, authorised, and knows this target (or source, check, command); its error says what to do. */
  ping(target: string, context: DriverContext): Promise<Outcome<void>>
  close?(): Promise<void>
}

export interface TrafficRouter extends Driver {
  readonly capabilities: {
    /** Smallest share step in percent. */
    resolutionPercent: number
    /** Refuses writes with an older fence. */
    conditional: boolean
    /** A user stays on the version it was given while shares rise. */
    sticky: boolean
    /** By target: the cohorts that can be told apart there. */
    cohorts: Readonly<Record<string, readonly string[]>>
  }
  /**
   * Moves traffic and gives the shares read back after the change; the cohorts are read back too. Cohorts that were routed and are not named any
   * more are dropped. One that the target does not have is `unsupported`.
   */
  setShares(target: string, shares: Shares, context: EffectContext, cohorts?: Cohorts): Promise<Outcome<Shares>>
  readShares(target: string, context: DriverContext): Promise<Outcome<Shares>>
}

export interface Deployer extends Driver {
  /** Brings a version to the target and waits until it is healthy; gives what runs there then. */
  deploy(target: string, version: string, context: EffectContext): Promise<Outcome<RunningVersions>>
  readVersion(target: string, context: DriverContext): Promise<Outcome<RunningVersions>>
}

export interface MetricRead {
  query: MetricQuery
  arms: ArmSelector
  /** The cursor of the last reading; without one the reading starts here, with counts of zero. */
  cursor?: MetricReading['cursor']
}

/** `omitted` counts the families beyond the limit. */
export interface MetricOffers {
  families: MetricOffer[]
  omitted: number
}

export interface MetricSource extends Driver {
  /** Counts since the cursor, both arms in the same window, counter resets handled. No data is `notFound`, unreachable is `unavailable`. */
  read(source: string, request: MetricRead, context: DriverContext): Promise<Outcome<MetricReading>>
  /** What there is to choose from, by name, for `tidegate bind`; nothing that runs depends on it. */
  offers?(source: string, context: DriverContext): Promise<Outcome<MetricOffers>>
}

export interface FlagSource extends Driver {
  /** The flags there are, by key, for `tidegate bind`; nothing that runs depends on it. */
  offers(source: string, context: DriverContext): Promise<Outcome<FlagOffer[]>>
}

export interface FlagBackend extends Driver {
  readonly capabilities: {
    /** Smallest step of a share of users in percent. */
    resolutionPercent: number
    /** Refuses writes with an older fence. */
    conditional: boolean
    /** A user for whom the flag is on keeps it while the share rises. */
    sticky: boolean
    /** By backend: the cohorts that can be told apart there. */
    cohorts: Readonly<Record<string, readonly string[]>>
  }
  /**
   * Turns a flag on for a percentage of users, and for these cohorts whole, and gives the setting read back after the change. Cohorts that had it
   * and are not named any more lose it. One that the backend does not have is `unsupported`.
   */
  setFlag(backend: string, flag: string, setting: FlagSetting, context: EffectContext): Promise<Outcome<FlagSetting>>
  readFlag(backend: string, flag: string, context: DriverContext): Promise<Outcome<FlagSetting>>
}

export interface CheckRunner extends Driver {
  runCheck(check: string, context: EffectContext): Promise<Outcome<CheckEvidence>>
}

export interface CommandRunner extends Driver {
  run(
    commandId: string,
    parameters: Readonly<Record<string, string>>,
    context: EffectContext,
  ): Promise<Outcome<CommandResult>>
}

export interface Notifier extends Driver {
  notify(channel: string, message: Message, context: EffectContext): Promise<Outcome<void>>
}

/** A call from outside, as it came. Header names are in lower case. */
export interface SignedCall {
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
  /** When it came, milliseconds since 1970. */
  receivedMs: number
}

/** `messageId` stays the same when a message is sent again; `sentMs` (since 1970) is of this attempt. */
export interface VerifiedCall {
  messageId: string
  sentMs: number
}

export interface HookVerifier extends Driver {
  /** `unauthorized` says why it was not this hook that called, or not now; `unavailable`: nobody can tell. */
  verify(hook: string, call: SignedCall, context: DriverContext): Promise<Outcome<VerifiedCall>>
}

/** The drivers of one operator: which one serves which target, source, check, command, channel or hook. */
export interface DriverSet {
  router(target: string): TrafficRouter | undefined
  deployer(target: string): Deployer | undefined
  metricSource(source: string): MetricSource | undefined
  flagSource(source: string): FlagSource | undefined
  flagBackend(backend: string): FlagBackend | undefined
  checkRunner(check: string): CheckRunner | undefined
  commandRunner(command: string): CommandRunner | undefined
  hookVerifier(hook: string): HookVerifier | undefined
  notifiers(): { channel: string; notifier: Notifier }[]
  close(): Promise<void>
}
