/** A running release drawn for a terminal: verdict, what comes next, where it is, what it measured, what it waits for. */
import { formatDuration } from '../core/plan/duration.ts'
import type { ReleaseView } from '../server/contract.ts'
import { bar, flow, label, type Section } from './live-parts.ts'
import { rollbackSection, shareSection, statementSections, waitSection } from './live-sections.ts'
import { phaseShapes, releaseShapes, shapeSpan, stageShapes } from './status-shapes.ts'
import { type Line, plainText, renderLine, type Span, textWidth, wrapText } from './styled-line.ts'

/** No line is wider than `width` columns. Without `colour` there are no escape sequences, and nothing is lost but colour. */
export function renderLive(view: ReleaseView, width: number, colour: boolean): string[] {
  const inner = Math.max(20, width - 2)
  const sections: Section[] = [
    header(view, inner),
    nextSection(view, inner),
    rollbackSection(view, inner),
    [...phaseSection(view, inner), ...ladderSection(view, inner)],
    shareSection(view, inner),
    ...statementSections(view, inner),
    waitSection(view, inner),
  ]
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, []])
  return lines.slice(0, -1).map((line) => renderLine(line.length > 0 ? [{ text: ' ' }, ...line] : [], width, colour))
}

function header(view: ReleaseView, width: number): Section {
  const { planName, planVersion, releaseId, rollout, elapsedMs, speed, startedAt } = view
  const status = shapeSpan(releaseShapes[view.status])
  const name = planName.includes(planVersion) ? planName : `${planName} ${planVersion}`
  const facts = [
    releaseId,
    ...(rollout ? [`${rollout.service} ${rollout.baseline} → ${rollout.candidate}`] : []),
    `${formatDuration(elapsedMs)} since ${startedAt.slice(0, 19).replace('T', ' ')} UTC`,
    ...(speed === 1 ? [] : [`speed ${speed}×: ${formatDuration(elapsedMs * speed)} of plan time`]),
  ]
  return [
    between({ text: name, tone: 'strong' }, status, width),
    ...flow(
      facts.map((text, index) => [{ text: index === 0 ? text : `· ${text}`, tone: 'quiet' }]),
      width,
      1,
    ),
    [{ text: '─'.repeat(width), tone: 'quiet' }],
  ]
}

/** The left text gives way, the right one is kept. */
function between(left: Span, right: Span, width: number): Line {
  const room = Math.max(0, width - textWidth(right.text) - 2)
  const [text = ''] = wrapText(left.text, room, 1)
  return [{ ...left, text }, { text: ' '.repeat(Math.max(2, width - textWidth(text) - textWidth(right.text))) }, right]
}

function nextSection({ next }: ReleaseView, width: number): Section {
  return wrapText(next, width - label.width).map((text, index) => [
    label(index === 0 ? 'Next' : ''),
    { text, tone: 'strong' },
  ])
}

/** The active phase looks as the release does: held, paused, rolled back. */
function phaseSection({ phases, status }: ReleaseView, width: number): Section {
  const items = phases.map((phase): Line => {
    const shape = phase.status === 'active' ? releaseShapes[status] : phaseShapes[phase.status]
    const [word = ''] = shape.word.split(':')
    return [{ text: `${shape.symbol} ${plainText(phase.name)}: ${word}`, tone: shape.tone }]
  })
  return flow(items, width - label.width, 3).map((line, index) => [label(index === 0 ? 'Phases' : ''), ...line])
}

function ladderSection({ phases, stage, rollback }: ReleaseView, width: number): Section {
  const barWidth = Math.min(30, Math.max(8, width - label.width - 34))
  return phases
    .flatMap(({ stages }) => stages)
    .map(({ id, percent, status }, index) => {
      const { symbol, tone } = stageShapes[status]
      const active = status === 'active'
      const word =
        active && rollback ? 'going back' : active && stage?.id === id ? bakeWord(stage) : stageShapes[status].word
      return [
        label(index === 0 ? 'Ladder' : ''),
        { text: `${symbol} ${`${percent} %`.padEnd(6)}`, tone },
        ...bar(percent / 100, barWidth, tone, status === 'waiting' ? '░' : '█'),
        { text: `  ${word}`, tone },
      ]
    })
}

function bakeWord({ bakedMs, bakeMs }: NonNullable<ReleaseView['stage']>): string {
  if (bakedMs >= bakeMs) return 'baked, being judged'
  return `baking, ${formatDuration(bakeMs - bakedMs)} left`
}
