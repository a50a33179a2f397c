/** The report of a rehearsal for people: how it ended, what is unsafe with a timeline each, what is weak and what to do about it. */
import { formatDuration } from '../core/plan/duration.ts'
import { count } from '../document/fact-lines.ts'
import type { RehearsalFinding, RehearsalReport } from '../server/contract.ts'
import type { CliContext } from './context.ts'
import { type Line, plainText, renderLine, wantsColour, wrapText } from './styled-line.ts'

/** Scenarios of one kind that are shown; `--json` has all. */
const shownScenarios = 3
/** Lines of a timeline: the end is what matters. */
const shownSteps = 12

export function rehearseView(
  report: RehearsalReport,
  context: Pick<CliContext, 'isTty' | 'columns' | 'env'>,
  withImagined: boolean,
): string[] {
  const width = context.isTty ? Math.max(40, context.columns()) : 120
  const unsafe = report.findings.filter(({ kind }) => kind === 'unsafe')
  const weak = report.findings.filter(({ kind }) => kind === 'weakness')
  const lines: Line[] = [
    headline(report),
    [],
    ...figures(report),
    ...unsafeLines(unsafe, width),
    ...weakLines(weak, width),
    ...(withImagined ? imaginedLines(report, width) : []),
    ...(report.imagined.length > 0 && !withImagined
      ? [
          [],
          [
            {
              text: `${count(report.imagined.length, 'thing')} imagined, for nothing binds them: --imagined lists them`,
              tone: 'quiet' as const,
            },
          ],
        ]
      : []),
  ]
  return lines.map((line) => renderLine(line, Number.POSITIVE_INFINITY, wantsColour(context)))
}

function headline({ plan, scenarios, unsafe, weaknesses }: RehearsalReport): Line {
  const tone = unsafe > 0 ? 'bad' : weaknesses > 0 ? 'warning' : 'good'
  const verdict = unsafe > 0 ? 'not safe' : weaknesses > 0 ? 'safe, with weaknesses' : 'safe'
  return [
    { text: `${plan}: `, tone: 'strong' },
    { text: verdict, tone },
    {
      text: `. ${count(scenarios, 'scenario')}, ${unsafe} unsafe, ${weaknesses === 1 ? '1 weakness' : `${weaknesses} weaknesses`}`,
    },
  ]
}

function figures(report: RehearsalReport): Line[] {
  const { goodPath, tried, singleFaults, worstRollbackMs, medianRollbackMs, worstLiveRollbackMs, budgetMs } = report
  const row = (name: string, text: string): Line => [{ text: `  ${name.padEnd(12)}`, tone: 'quiet' }, { text }]
  const rollback =
    worstRollbackMs === null || medianRollbackMs === null
      ? 'nobody ever goes back'
      : `share 0 after ${formatDuration(medianRollbackMs)} (median), ${formatDuration(worstLiveRollbackMs ?? 0)} at worst with a live path, ${formatDuration(worstRollbackMs)} with faults on it; ${formatDuration(budgetMs)} allowed`
  return [
    row('when well', `${goodPath.status} after ${formatDuration(goodPath.planMs)} of plan time`),
    row('faults', `every single one of ${singleFaults}, and pairs: ${tried} releases`),
    row('rollback', rollback),
  ]
}

function unsafeLines(findings: readonly RehearsalFinding[], width: number): Line[] {
  if (findings.length === 0) return []
  const byMessage = [...Map.groupBy(findings, ({ message }) => message)]
  return [
    [],
    [{ text: `Unsafe (${findings.length})`, tone: 'bad' }],
    ...byMessage
      .slice(0, shownScenarios)
      .flatMap(([message, own]): Line[] => [
        ...wrapped(`${message} (${count(own.length, 'scenario')})`, width, 2),
        ...(own[0]?.faults ?? []).map((fault): Line => [{ text: `    when ${plainText(fault)}`, tone: 'warning' }]),
        ...(own[0]?.timeline ?? []).slice(-shownSteps).flatMap((step) => wrapped(step, width, 6)),
      ]),
    ...(byMessage.length > shownScenarios
      ? [[{ text: `  and ${byMessage.length - shownScenarios} more kinds: --json` }]]
      : []),
  ]
}

function weakLines(findings: readonly RehearsalFinding[], width: number): Line[] {
  if (findings.length === 0) return []
  return [
    [],
    [{ text: `Weaknesses (${findings.length})`, tone: 'warning' }],
    ...findings.flatMap(({ code, source, message, hint }): Line[] => [
      [
        { text: `  ${code}`, tone: 'warning' },
        { text: source ? `  ${source.file ?? ''}:${source.start}` : '', tone: 'strong' },
      ],
      ...wrapped(message, width, 4),
      ...(hint ? wrapped(`instead: ${hint}`, width, 4) : []),
    ]),
  ]
}

const imaginedLines = ({ imagined }: RehearsalReport, width: number): Line[] => [
  [],
  [{ text: `Imagined (${imagined.length})`, tone: 'strong' }],
  ...imagined.flatMap(({ what, reason }) => wrapped(`${what}: ${reason}`, width, 2)),
]

const wrapped = (text: string, width: number, indent: number): Line[] =>
  wrapText(plainText(text), width - indent, 4).map((line): Line => [{ text: `${' '.repeat(indent)}${line}` }])
