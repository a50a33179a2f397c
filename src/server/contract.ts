/** The controller's API: the one contract of socket, HTTP and in-process use, and all that clients may know. */
import { z } from 'zod'
import type { UnfinishedBindings } from '../core/plan/bindings.ts'
import { Diagnostic, SourceRange } from '../core/plan/diagnostic.ts'
import { DocumentTree } from '../core/plan/document-tree.ts'
import type { PlanDraft } from '../core/plan/draft.ts'
import type { Operator } from '../core/plan/operator.ts'
import { ReleaseCommand } from '../core/release/commands.ts'
import { DocumentNote, DocumentStatus } from '../core/release/document-status.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { EvidenceSubject } from '../core/release/evidence.ts'

export const maximumDocumentBytes = 256 * 1024
export const maximumCompanions = 20

const SentText = z.strictObject({ path: z.string(), text: z.string().max(maximumDocumentBytes) })

/** Texts travel, not paths: the controller need not see the client's disk. `actor` is a key of the operator's people. */
export const StartRequest = z.strictObject({
  document: SentText,
  /** The documents that it names, by the names it uses. Without this nobody has looked for them. */
  companions: z.array(SentText).max(maximumCompanions).optional(),
  bindings: SentText,
  actor: z.string(),
  speed: z.number().positive().default(1),
  /** Warnings accepted by rule name; `*` accepts all that the documents give, not those about the surroundings. */
  acknowledge: z.array(z.string()).default([]),
  /** A running release that goes back and ends first. Until it has, the answer is a problem with `waitsFor`: ask again. */
  supersedes: z.strictObject({ releaseId: z.string(), reason: z.string().min(1) }).optional(),
})
export type StartRequest = z.infer<typeof StartRequest>

export const CommandRequest = z.strictObject({ actor: z.string(), command: ReleaseCommand })
export type CommandRequest = z.infer<typeof CommandRequest>

/** What an outside system says: for the release it names, else for each one that waits for its hook. */
export const HookCall = z.strictObject({
  releaseId: z.string().optional(),
  verdict: z.enum(['passed', 'failed']),
  summary: z.string().min(1).max(500),
  details: z.array(z.string().max(500)).max(50).default([]),
  subject: EvidenceSubject.optional(),
})
export type HookCall = z.infer<typeof HookCall>

/** Who heard it. */
export interface HookAnswer {
  heard: { releaseId: string; gateIds: string[] }[]
}

/** RFC 9457 problem details, with the diagnostics of a plan where there are any. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  hint: z.string().optional(),
  diagnostics: z.array(Diagnostic).optional(),
  /** The release that has to end before the same request can be granted. */
  waitsFor: z.string().optional(),
})
export type Problem = z.infer<typeof Problem>

/** A statement with its latest verdict, ready to show. `display` and `baseline` are values with their units; `condition` is the text as it is judged. */
export const StatementView = z.strictObject({
  id: z.string(),
  text: z.string(),
  condition: z.string().optional(),
  baseline: z.string().optional(),
  verdict: z.enum(['Successful', 'Failed', 'Inconclusive', 'Error']).nullable(),
  display: z.string(),
  samples: z.number(),
  needed: z.number(),
  explanation: z.string(),
})
export type StatementView = z.infer<typeof StatementView>

/** Why something waits: since when, who can unblock it, the command that does, and what happens otherwise. */
export const WaitView = z.strictObject({
  what: z.string(),
  sinceMs: z.number(),
  who: z.string().nullable(),
  command: z.string().nullable(),
  otherwise: z.string().nullable(),
  /** Set for sign-offs: what `approve` and `reject` name. */
  gateId: z.string().optional(),
  role: z.string().optional(),
})
export type WaitView = z.infer<typeof WaitView>

export const ReleaseView = z.strictObject({
  releaseId: z.string(),
  projectId: z.string(),
  planName: z.string(),
  planVersion: z.string(),
  digest: z.string(),
  status: z.enum([
    'Pending',
    'Progressing',
    'Held',
    'Paused',
    'RollingBack',
    'Succeeded',
    'RolledBack',
    'Degraded',
    'Superseded',
  ]),
  version: z.int(),
  speed: z.number(),
  startedAt: z.string(),
  elapsedMs: z.number(),
  /** The service in focus: the one that goes back, else the one that climbs. `stage` and `shares` below are its. */
  rollout: z.strictObject({ service: z.string(), candidate: z.string(), baseline: z.string() }).optional(),
  /** Every service of the release, in the order of the train. */
  services: z
    .array(
      z.strictObject({
        service: z.string(),
        candidate: z.string(),
        baseline: z.string(),
        observedPercent: z.number().nullable(),
        stage: z.string().nullable(),
        wentBack: z.boolean(),
      }),
    )
    .default([]),
  phases: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      status: z.enum(['waiting', 'active', 'completed', 'stopped']),
      stages: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          percent: z.number(),
          status: z.enum(['waiting', 'active', 'passed', 'rolledBack']),
        }),
      ),
    }),
  ),
  /** The stage that carries traffic now, or did when the release ended. Times in release milliseconds. */
  stage: z
    .strictObject({
      id: z.string(),
      name: z.string(),
      percent: z.number(),
      enteredMs: z.number(),
      bakedMs: z.number(),
      bakeMs: z.number(),
      criteria: z.array(StatementView),
      triggers: z.array(StatementView),
      /** Candidate share the service itself received since the stage began, in percent. */
      receivedPercent: z.number().nullable(),
      receivedRequests: z.number(),
      /** That the service does not receive what the share asks for, where that was found. */
      split: z.string().optional(),
    })
    .nullable(),
  shares: z.strictObject({ desired: z.number().nullable(), observed: z.number().nullable() }),
  confirmedPercents: z.array(z.number()),
  waits: z.array(WaitView),
  /** One sentence: what Tidegate does next, when, and why. */
  next: z.string(),
  rollback: z
    .strictObject({
      cause: z.string(),
      by: z.string(),
      /** Release time of the trigger. The three spans below count: first breach to trigger, trigger to share 0 read back, trigger to quiet. */
      triggeredMs: z.number().optional(),
      detectionMs: z.number().nullable(),
      readBackMs: z.number().nullable(),
      quietMs: z.number().nullable(),
      deadlineMs: z.number(),
    })
    .nullable(),
})
export type ReleaseView = z.infer<typeof ReleaseView>

export const ReleaseSummary = z.strictObject({
  releaseId: z.string(),
  planName: z.string(),
  planVersion: z.string(),
  status: ReleaseView.shape.status,
  startedAt: z.string(),
  over: z.boolean(),
})
export type ReleaseSummary = z.infer<typeof ReleaseSummary>

/** The plan's document with its release: what each statement stands at, and the document as a tree with the notes to show at its lines. */
export const ReleaseDocument = z.strictObject({
  status: DocumentStatus,
  /** Null for a release that kept no document, or one that is no Markdown. */
  document: z.strictObject({ tree: DocumentTree, notes: z.array(DocumentNote) }).nullable(),
})
export type ReleaseDocument = z.infer<typeof ReleaseDocument>

/** What is rehearsed, with what is bound of it. The same request gives the same report. */
export interface RehearsalRequest {
  draft: PlanDraft
  bindings?: { value: UnfinishedBindings; locate(path: readonly string[]): SourceRange }
  operator?: Operator
  seed: number
  /** Distinct scenarios to reach. */
  scenarios: number
  /** When the rehearsed release starts: wall time in milliseconds since 1970. */
  startWallMs: number
  onProgress?(tried: number): void
}

/** One thing that a rehearsal found. `timeline` is there for scenarios: what happened, a line each, with the time since the start. */
export const RehearsalFinding = z.strictObject({
  kind: z.enum(['unsafe', 'weakness']),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  source: SourceRange.optional(),
  /** What went wrong in the scenario. */
  faults: z.array(z.string()).optional(),
  timeline: z.array(z.string()).optional(),
})
export type RehearsalFinding = z.infer<typeof RehearsalFinding>

/** Times in real milliseconds from a trigger to share 0 read back. */
export const RehearsalReport = z.strictObject({
  plan: z.string(),
  seed: z.int(),
  /** Distinct scenarios: ways that the release went, each counted once. */
  scenarios: z.int(),
  /** Scenarios lived through, and single faults among their causes. */
  tried: z.int(),
  singleFaults: z.int(),
  unsafe: z.int(),
  weaknesses: z.int(),
  /** How the release ends when nothing goes wrong, and after how much plan time. */
  goodPath: z.strictObject({ status: ReleaseView.shape.status, planMs: z.number() }),
  worstRollbackMs: z.number().nullable(),
  medianRollbackMs: z.number().nullable(),
  /** The worst with nothing wrong on the way back. */
  worstLiveRollbackMs: z.number().nullable(),
  budgetMs: z.number(),
  slowestRollback: z.strictObject({ faults: z.array(z.string()), timeline: z.array(z.string()) }).nullable(),
  findings: z.array(RehearsalFinding),
  /** What the rehearsal supposed because no file says it. */
  imagined: z.array(z.strictObject({ what: z.string(), reason: z.string(), source: SourceRange.optional() })),
})
export type RehearsalReport = z.infer<typeof RehearsalReport>

/** What `tidegate doctor` looked at, and what it found. `hint` says what to do. */
export interface Checkup {
  area: 'places' | 'store' | 'clock' | 'operator' | 'secrets' | 'drivers' | 'plan' | 'audit'
  what: string
  state: 'ok' | 'warning' | 'failed'
  message: string
  hint?: string
}

export const ControllerInfo = z.strictObject({ pid: z.int(), version: z.string(), startedAt: z.string() })
export type ControllerInfo = z.infer<typeof ControllerInfo>

/** A controller runs releases, or only records what people say until one runs them. */
export type ControllerPurpose = 'run' | 'record'

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem }

/** What a controller does for its clients; every method answers with a value or a problem, and throws only when the connection is lost. */
export interface ControllerApi {
  info(): Promise<Answer<ControllerInfo>>
  start(request: StartRequest): Promise<Answer<{ releaseId: string; diagnostics: Diagnostic[] }>>
  releases(): Promise<Answer<ReleaseSummary[]>>
  release(releaseId: string): Promise<Answer<ReleaseView>>
  command(releaseId: string, request: CommandRequest): Promise<Answer<ReleaseView>>
  events(releaseId: string, fromVersion: number): Promise<Answer<EventEnvelope[]>>
  report(releaseId: string): Promise<Answer<{ markdown: string }>>
  document(releaseId: string): Promise<Answer<ReleaseDocument>>
}
