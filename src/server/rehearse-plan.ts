/** From a document, with or without bindings, to the report of its rehearsal. */
import { bindPlan } from '../core/plan/bind/bind-plan.ts'
import type { Imagined } from '../core/plan/bind/imagine/imagination.ts'
import { imagineWorld } from '../core/plan/bind/imagine/imagine-world.ts'
import type { Weakness } from '../core/plan/bind/imagine/weakness.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { timelineOf } from '../projections/timeline.ts'
import type { Run } from '../runtime/rehearsal/assess.ts'
import { type Exploration, explore } from '../runtime/rehearsal/explore.ts'
import { describeFault } from '../runtime/rehearsal/fault.ts'
import { rehearsedWeaknesses } from '../runtime/rehearsal/rehearsed-weaknesses.ts'
import { rehearsalOf } from '../runtime/rehearsal/setting.ts'
import type { RehearsalFinding, RehearsalReport, RehearsalRequest } from './contract.ts'

/** Diagnostics instead of a report: there is nothing to rehearse, or what is bound is wrong. Linter errors do not block a rehearsal. */
export function rehearsePlan(request: RehearsalRequest): RehearsalReport | { diagnostics: Diagnostic[] } {
  const { draft, bindings, operator, seed, startWallMs, scenarios, onProgress } = request
  const world = imagineWorld(draft, bindings?.value, operator)
  if ('diagnostics' in world) return world
  const locate = bindings?.locate ?? (() => ({ file: draft.file, start: 1, end: 1 }))
  const { plan, diagnostics } = bindPlan({ ...world, locate })
  if (!plan) return { diagnostics: diagnostics.filter(({ severity }) => severity === 'error') }
  const setting = rehearsalOf(plan, startWallMs)
  const exploration = explore(setting, { seed, scenarios, ...(onProgress && { onProgress }) })
  const weaknesses = [
    ...world.weaknesses,
    ...diagnostics.flatMap(unreadCalendar),
    ...rehearsedWeaknesses(setting.start.plan, exploration),
  ]
  return {
    plan: draft.file,
    seed,
    ...figuresOf(exploration, setting.start.speed),
    weaknesses: weaknesses.length,
    budgetMs: plan.rollback.deadlineMs,
    findings: [
      ...exploration.unsafe.map(unsafeFinding),
      ...weaknesses.map((weakness) => weaknessFinding(draft.file, weakness)),
    ],
    imagined: world.imagined.map(imaginedThing),
  }
}

/** Windows that nobody can read hold nothing: on the day somebody would be surprised. */
function unreadCalendar({ ruleId, source, message, hint = '' }: Diagnostic): Weakness[] {
  if (ruleId !== 'CALENDAR_UNREAD') return []
  return [{ code: ruleId, source: source ?? { start: 1, end: 1 }, message, hint }]
}

function figuresOf(exploration: Exploration, speed: number) {
  const { good, rollbackMs, slowest, scenarios, tried, singleFaults, unsafe, worstLiveRollbackMs } = exploration
  return {
    scenarios,
    tried,
    singleFaults,
    unsafe: unsafe.length,
    goodPath: { status: good.release.status, planMs: good.release.elapsedMs * speed },
    worstRollbackMs: rollbackMs.at(-1) ?? null,
    medianRollbackMs: rollbackMs[Math.floor(rollbackMs.length / 2)] ?? null,
    worstLiveRollbackMs,
    slowestRollback: slowest && { faults: slowest.faults.map(describeFault), timeline: timelineLines(slowest) },
  }
}

const unsafeFinding = (run: Run): RehearsalFinding => ({
  kind: 'unsafe',
  code: 'UNSAFE',
  message: run.problems[0] ?? '',
  faults: run.faults.map(describeFault),
  timeline: timelineLines(run),
})

const weaknessFinding = (file: string, { code, source, message, hint }: Weakness): RehearsalFinding => ({
  kind: 'weakness',
  code,
  message,
  hint,
  source: { ...source, file: source.file ?? file },
})

const imaginedThing = ({ in: file, path, value, reason, source }: Imagined) => ({
  what: `${file}${path.length > 0 ? `: ${path.join('.')}` : ''}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}`,
  reason,
  ...(source && { source }),
})

/** What a person wants to read of a scenario, from its start, each line with the time since then. */
function timelineLines(run: Run): string[] {
  const hash = ''
  const envelopes = run.log().map((recorded, index) => ({
    ...recorded,
    stream: run.release.releaseId,
    version: index + 1,
    clock: { bootId: 'rehearsal', monotonicMs: recorded.elapsedMs },
    previousHash: hash,
    hash,
  }))
  const lines = timelineOf(run.release, envelopes)
  return lines.map(({ envelope, text }) => `${formatDuration(envelope.elapsedMs)}  ${text}`)
}
