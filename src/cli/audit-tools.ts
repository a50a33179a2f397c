/** What the commands of `tidegate audit` ask of the outside: logs, checkpoint files, keys. No store is opened, and nothing is changed. */
import type { AuditReport } from '../core/audit/log-audit.ts'
import type { StoredEvent } from '../core/audit/stored-event.ts'

/** Where a log is read: an exported file, else the operator's database, else the store of the state folder. */
export interface LogSource {
  stateDir: string
  log?: string | undefined
  operatorFile?: string | undefined
}

/** `checkpoints` and `key` default to the operator's; given both, the operator's file is not read. */
export interface AuditRequest extends LogSource {
  checkpoints: string[]
  /** A verifier key, or a file that holds one. */
  key?: string | undefined
}

/** A proof in the form of c2sp.org/tlog-proof, and the event that it is of. */
export interface EventProof {
  event: StoredEvent
  proof: string
}

export interface AuditTools {
  /** Throws a `UserError` where the log or its checkpoints cannot be read. */
  verify(request: AuditRequest): Promise<AuditReport>
  /** That an event lies under the newest checkpoint. Throws a `UserError` where it does not. */
  prove(request: AuditRequest, event: { releaseId: string; version: number }): Promise<EventProof>
  /** What a witness asks for who has seen the first `since` events (c2sp.org/tlog-witness). Throws a `UserError` where nothing is to be shown. */
  growth(request: AuditRequest, since: number): Promise<string>
  events(source: LogSource): AsyncIterable<StoredEvent>
  makeKeys(name: string): { signer: string; verifier: string }
}
