/** Waits for gates that evidence opens, and what a gate's deadline adds to a wait. */
import { formatDuration } from '../core/plan/duration.ts'
import type { Gate } from '../core/plan/gate.ts'
import type { Phase } from '../core/plan/plan.ts'
import type { CalendarGate } from '../core/release/gates/calendar.ts'
import { greenRuns } from '../core/release/gates/checked.ts'
import type { SignedGate } from '../core/release/gates/signatures.ts'
import type { Now, Release } from '../core/release/release.ts'
import { inReleaseTime } from '../core/release/time.ts'
import type { WaitView } from '../server/contract.ts'
import { effectWait } from './effect-wait.ts'

export function evidenceWait(
  release: Release,
  phase: Phase,
  gate: Exclude<Gate, SignedGate | CalendarGate>,
  { sinceMs, otherwise }: { sinceMs: number; otherwise: string },
  now: Now,
): WaitView {
  const state = release.gates[gate.id]
  const newest = state?.runs.at(-1)?.evidence
  const seen = newest && newest.verdict !== 'passed' ? `; last ${newest.verdict}: ${newest.summary}` : ''
  const skip = `tidegate skip ${gate.id} --release ${release.releaseId} --as PERSON --reason WHY`
  const { asks } = release.plan
  if (gate.kind === 'webhook')
    return {
      what: `${gate.hook} to speak for "${gate.text}"${seen}`,
      sinceMs,
      who: gate.hook,
      command: skip,
      otherwise,
    }
  const green = gate.kind === 'streak' ? `; ${greenRuns(release, gate, now)} of ${gate.runs} green in a row` : ''
  const what = `${gate.kind === 'rehearsal' ? 'a clean rehearsal for' : 'check'} "${gate.text}"${green}${seen}`
  if (state && state.run > state.runsDone) {
    const purpose = { kind: 'gate' as const, phaseId: phase.id, gateId: gate.id, run: state.run }
    return { ...effectWait(release, purpose, what, sinceMs, now.elapsedMs), otherwise }
  }
  return { what, sinceMs, who: asks, command: skip, otherwise }
}

/** `; after 2 d Platform Lead is paged and the release is held` */
export function missedText(release: Release, { id, deadline }: Gate): string {
  const openedMs = release.gates[id]?.openedMs
  if (!deadline || openedMs === undefined) return ''
  const { afterMs, escalateTo, onMissed } = deadline
  const whom = escalateTo ?? release.plan.asks
  const then = onMissed === 'abort' ? 'the release goes back' : 'the release is held'
  if (release.gates[id]?.missedMs !== null) return `; its deadline has passed, ${whom} was paged`
  return `; ${formatDuration(inReleaseTime(release, afterMs))} after it was asked for, ${whom} is paged and ${then}`
}
