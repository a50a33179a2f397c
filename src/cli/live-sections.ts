/** The sections of the live view with numbers in them: shares and bake, verdicts, waits, the rollback and its clock. */
import { formatDuration } from '../core/plan/duration.ts'
import type { ReleaseView, StatementView, WaitView } from '../server/contract.ts'
import { bar, flow, label, type Section } from './live-parts.ts'
import { shapeSpan, statementShape } from './status-shapes.ts'
import { fitText, type Line, type Span, type Tone, wrapText } from './styled-line.ts'

const count = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 0 })
const percent = (value: number | null): string => (value === null ? 'not yet' : `${Number(value.toPrecision(3))} %`)

/** What was asked for, what the router says, what really arrives: three facts that may differ. */
export function shareSection({ shares, stage, rollback }: ReleaseView, width: number): Section {
  if (shares.desired === null && shares.observed === null) return []
  const agrees = shares.desired === shares.observed
  const items: Line[] = [
    [{ text: `asked for ${percent(shares.desired)}` }],
    [{ text: `${agrees ? '●' : '▲'} read back ${percent(shares.observed)}`, tone: agrees ? 'good' : 'warning' }],
  ]
  if (stage) {
    const received =
      stage.receivedPercent === null
        ? 'received nothing yet'
        : `received ${percent(stage.receivedPercent)} of ${count(stage.receivedRequests)} requests`
    items.push([
      { text: stage.split ? `▲ ${received}` : received, ...(stage.split ? { tone: 'warning' as const } : {}) },
    ])
  }
  const lines = flow(items, width - label.width, 3).map(
    (line, index): Line => [label(index === 0 ? 'Share' : ''), ...line],
  )
  for (const line of wrapText(stage?.split ? `The split is broken: ${stage.split}` : '', width - label.width))
    if (line !== '') lines.push([label(''), { text: line, tone: 'warning' }])
  return stage && stage.bakeMs > 0 && !rollback ? [...lines, bakeLine(stage, width)] : lines
}

function bakeLine({ bakedMs, bakeMs }: NonNullable<ReleaseView['stage']>, width: number): Line {
  const fraction = Math.min(1, bakedMs / bakeMs)
  const barWidth = Math.min(38, Math.max(8, width - label.width - 36))
  const numbers = `  ${Math.floor(fraction * 100)} %, ${formatDuration(Math.min(bakedMs, bakeMs))} of ${formatDuration(bakeMs)}`
  return [label('Bake'), ...bar(fraction, barWidth, fraction === 1 ? 'good' : 'active'), { text: numbers }]
}

export function statementSections({ stage }: ReleaseView, width: number): Section[] {
  if (!stage) return []
  const rows = (statements: StatementView[], kind: 'criterion' | 'trigger', title: string): Section =>
    statements.map((statement, index) => [
      label(index === 0 ? title : ''),
      ...statementRow(statement, kind, width - label.width),
    ])
  return [[...rows(stage.criteria, 'criterion', 'Criteria'), ...rows(stage.triggers, 'trigger', 'Triggers')]]
}

function statementRow(statement: StatementView, kind: 'criterion' | 'trigger', width: number): Span[] {
  const { condition, text, display, baseline, samples, needed } = statement
  const { text: word, tone } = shapeSpan(statementShape(statement, kind))
  const enough = samples >= needed
  const seen = enough ? `${count(samples)} samples` : `${count(samples)} of ${count(needed)} samples`
  const withBaseline = width >= 84
  const conditionWidth = Math.min(40, Math.max(12, width - 12 - 11 - (withBaseline ? 17 : 0) - 18))
  return [
    { text: fitText(word, 12), ...(tone === undefined ? {} : { tone }) },
    { text: fitText(condition ?? text, conditionWidth) },
    { text: ` ${fitText(display, 10)}`, tone: 'strong' },
    ...(withBaseline
      ? [{ text: fitText(baseline === undefined ? '' : `baseline ${baseline}`, 17), tone: 'quiet' as const }]
      : []),
    { text: seen, tone: enough ? 'quiet' : 'warning' },
  ]
}

/** More than this many waits are counted, not listed. */
const maximumWaits = 3

export function waitSection({ waits, elapsedMs, releaseId }: ReleaseView, width: number): Section {
  const room = width - label.width - 2
  const lines = waits.slice(0, maximumWaits).flatMap((wait) => waitLines(wait, elapsedMs, room))
  const more = waits.length - maximumWaits
  if (more > 0) lines.push([{ text: `+ ${more} more: tidegate status ${releaseId} --json`, tone: 'quiet' }])
  return lines.map((line, index) => [label(index === 0 ? 'Waits for' : ''), ...line])
}

function waitLines({ what, sinceMs, who, command, otherwise }: WaitView, elapsedMs: number, room: number): Section {
  const waitedMs = elapsedMs - sinceMs
  const since = waitedMs < 1_000 ? '' : ` (for ${formatDuration(waitedMs)})`
  const lines: Section = wrapText(what + since, room).map((text, index) => [
    { text: index === 0 ? '○ ' : '  ' },
    { text },
  ])
  if (who !== null) lines.push([{ text: '  ' }, { text: `unblocked by ${who}` }])
  if (command !== null) {
    const parts = wrapText(command, room - 2, 4, ' \\')
    lines.push(...parts.map((text, index): Line => [{ text: index === 0 ? '  $ ' : '    ' }, { text, tone: 'active' }]))
  }
  if (otherwise !== null)
    lines.push(...wrapText(`otherwise ${otherwise}`, room).map((text): Line => [{ text: `  ${text}`, tone: 'quiet' }]))
  return lines
}

/** The clock counts from the trigger to share 0 read back, against the plan's deadline. */
export function rollbackSection(view: ReleaseView, width: number): Section {
  const { rollback, elapsedMs, stage } = view
  if (!rollback) return []
  const { cause, by, triggeredMs, detectionMs, readBackMs, quietMs, deadlineMs } = rollback
  const room = width - label.width
  const lines: Section = wrapText(`⟲ ${cause}`, room).map((text) => [{ text, tone: 'warning' }])
  const spentMs = readBackMs ?? (triggeredMs === undefined ? null : elapsedMs - triggeredMs)
  if (spentMs !== null && (stage || readBackMs !== null)) {
    const { text, tone } = rollbackClock(view, spentMs)
    lines.push([
      { text: `${text}  `, tone },
      ...bar(spentMs / deadlineMs, Math.max(6, Math.min(20, room - text.length - 2)), tone),
    ])
  }
  const facts = [
    `decided by ${by}`,
    ...(detectionMs === null ? [] : [`detected ${formatDuration(detectionMs)} after the first breach`]),
    ...(quietMs === null ? [] : [`the service saw its last request within ${formatDuration(quietMs)}`]),
  ]
  lines.push(
    ...flow(
      facts.map((text, index) => [{ text: index === 0 ? text : `· ${text}`, tone: 'quiet' }]),
      room,
      1,
    ),
  )
  return lines.map((line, index) => [label(index === 0 ? 'Rollback' : ''), ...line])
}

function rollbackClock({ status, rollback }: ReleaseView, spentMs: number): { text: string; tone: Tone } {
  const deadlineMs = rollback?.deadlineMs ?? 0
  const spent = `${formatDuration(spentMs)} of ${formatDuration(deadlineMs)}`
  const late = spentMs > deadlineMs ? ', over the deadline' : ''
  if (typeof rollback?.readBackMs === 'number') {
    return { text: `${late ? '✖' : '●'} share 0 % read back after ${spent}${late}`, tone: late ? 'bad' : 'good' }
  }
  if (status === 'Degraded') return { text: `✖ share 0 % never read back in ${spent}${late}`, tone: 'bad' }
  return { text: `◐ going back for ${spent}${late}`, tone: late ? 'bad' : 'active' }
}
