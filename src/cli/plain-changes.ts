/** A release for logs and pipes: one line for each thing that changed, and the measured values now and then. */
import { formatDuration } from '../core/plan/duration.ts'
import type { ReleaseView, StatementView } from '../server/contract.ts'
import { phaseShapes, releaseShapes, shapeSpan, stageShapes, statementShape } from './status-shapes.ts'
import { plainText } from './styled-line.ts'

/** What is new in `view` since `before`, oldest first; everything that matters when there is no `before`. */
export function changesBetween(before: ReleaseView | null, view: ReleaseView): string[] {
  const lines = [
    ...opening(before, view),
    ...phaseChanges(before, view),
    ...stageChanges(before, view),
    ...verdictChanges(before, view),
    ...rollbackChanges(before, view),
    ...statusChanges(before, view),
    ...waitChanges(before, view),
  ]
  return lines.map((line) => stamp(view, line))
}

/** The stage's values in one line; null while no stage carries traffic. */
export function valuesLine(view: ReleaseView): string | null {
  const { stage, rollback } = view
  if (!stage || rollback) return null
  const values = [...stage.criteria, ...stage.triggers].map(
    ({ condition, text, display, samples }) => `${condition ?? text}: ${display} (${samples})`,
  )
  const baked =
    stage.bakeMs > 0
      ? `, baked ${formatDuration(Math.min(stage.bakedMs, stage.bakeMs))} of ${formatDuration(stage.bakeMs)}`
      : ''
  const received = stage.receivedPercent === null ? '' : `, received ${Number(stage.receivedPercent.toPrecision(3))} %`
  const split = stage.split ? ` (the split is broken: ${stage.split})` : ''
  return stamp(view, `◐ ${stage.name}${baked}${received}${split}; ${values.join('; ')}`)
}

const stamp = ({ elapsedMs }: ReleaseView, line: string): string =>
  `${`+${formatDuration(elapsedMs)}`.padEnd(12)} ${plainText(line)}`

function opening(before: ReleaseView | null, { releaseId, planName, rollout, digest }: ReleaseView): string[] {
  if (before) return []
  const what = rollout ? `, ${rollout.service} ${rollout.baseline} → ${rollout.candidate}` : ''
  return [`release ${releaseId} of ${planName}${what}, plan ${digest.slice(0, 12)}`]
}

function phaseChanges(before: ReleaseView | null, { phases }: ReleaseView): string[] {
  return phases.flatMap(({ id, name, status }) => {
    const was = before?.phases.find((phase) => phase.id === id)?.status ?? 'waiting'
    return was === status
      ? []
      : [`${phaseShapes[status].symbol} phase "${name}" ${status === 'active' ? 'began' : phaseShapes[status].word}`]
  })
}

function stageChanges(before: ReleaseView | null, { phases, stage, shares }: ReleaseView): string[] {
  const old = before?.phases.flatMap(({ stages }) => stages) ?? []
  const changed = phases
    .flatMap(({ stages }) => stages)
    .flatMap(({ id, name, status }) => {
      const was = old.find((rung) => rung.id === id)?.status ?? 'waiting'
      return was === status || status === 'active' ? [] : [`${shapeSpan(stageShapes[status]).text}: stage ${name}`]
    })
  const entered =
    stage && before?.stage?.id !== stage.id
      ? [`◐ entered ${stage.name}: the router reads back ${shares.observed ?? 0} % for the candidate`]
      : []
  return [...changed, ...entered]
}

function verdictChanges(before: ReleaseView | null, { stage }: ReleaseView): string[] {
  const of = (kind: 'criterion' | 'trigger', now: StatementView[], old: StatementView[]) =>
    now.flatMap((statement) => {
      const was = before?.stage?.id === stage?.id ? (old.find(({ id }) => id === statement.id)?.verdict ?? null) : null
      if (statement.verdict === was) return []
      const { condition, text, display, samples, needed } = statement
      return [
        `${shapeSpan(statementShape(statement, kind)).text}: ${kind} ${condition ?? text}, ${display}, ${samples} of ${needed} samples`,
      ]
    })
  if (!stage) return []
  return [
    ...of('criterion', stage.criteria, before?.stage?.criteria ?? []),
    ...of('trigger', stage.triggers, before?.stage?.triggers ?? []),
  ]
}

function rollbackChanges(before: ReleaseView | null, { rollback }: ReleaseView): string[] {
  if (!rollback) return []
  const { cause, by, triggeredMs, readBackMs, quietMs, deadlineMs } = rollback
  const was = before?.rollback?.triggeredMs === triggeredMs ? before?.rollback : null
  const lines = []
  if (!was) lines.push(`⟲ rollback decided by ${by}: ${cause}`)
  if (readBackMs !== null && (was?.readBackMs ?? null) === null) {
    lines.push(`● share 0 % read back after ${formatDuration(readBackMs)} of ${formatDuration(deadlineMs)}`)
  }
  if (quietMs !== null && (was?.quietMs ?? null) === null)
    lines.push(`● the service saw its last request to the candidate within ${formatDuration(quietMs)}`)
  return lines
}

function statusChanges(before: ReleaseView | null, { status, next }: ReleaseView): string[] {
  return before?.status === status ? [] : [`${shapeSpan(releaseShapes[status]).text}. ${next}`]
}

/** Waits that a person can end, each told once. */
function waitChanges(before: ReleaseView | null, { waits }: ReleaseView): string[] {
  const known = new Set(before?.waits.map(({ what }) => what))
  return waits.flatMap(({ what, who, command, otherwise }) => {
    if (command === null || known.has(what)) return []
    return [
      `○ waits for ${what}${who === null ? '' : `; ${who}`}; $ ${command}${otherwise === null ? '' : `; otherwise ${otherwise}`}`,
    ]
  })
}
