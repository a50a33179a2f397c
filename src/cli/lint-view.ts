/** Findings of `tidegate lint` for people and for scripts: grouped by severity and rule, each with its place and the line it is about. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { RuleText } from '../core/plan/lint/rule.ts'
import { count } from '../document/fact-lines.ts'
import type { CliContext } from './context.ts'
import { cutText, type Line, plainText, renderLine, type Tone, wantsColour, wrapText } from './styled-line.ts'

export interface LintFindings {
  plan: string
  counts: Record<Diagnostic['severity'], number>
  findings: LintFinding[]
}

interface LintFinding extends Diagnostic {
  /** The line it is about, without secrets; of the plan only. */
  excerpt?: string
  /** Why it matters; of findings that a lint rule made. */
  why?: string
}

const severities = ['error', 'warning', 'note'] as const
const excerptColumns = 160
/** Places of one rule in the view for people; `--rule` and `--json` show all. */
const shownPlaces = 8

/** `lines` are those of the plan, without secrets. */
export function lintFindings(
  diagnostics: readonly Diagnostic[],
  plan: string,
  lines: readonly string[],
  rules: ReadonlyMap<string, RuleText>,
): LintFindings {
  const findings = diagnostics.map((diagnostic): LintFinding => {
    const { source, ruleId } = diagnostic
    const line = source && (source.file ?? plan) === plan ? lines[source.start - 1]?.trim() : undefined
    const why = rules.get(ruleId)?.why
    return {
      ...diagnostic,
      ...(line ? { excerpt: cutText(plainText(line), excerptColumns) } : {}),
      ...(why ? { why } : {}),
    }
  })
  const ofSeverity = (severity: Diagnostic['severity']) => findings.filter((one) => one.severity === severity)
  return {
    plan,
    counts: {
      error: ofSeverity('error').length,
      warning: ofSeverity('warning').length,
      note: ofSeverity('note').length,
    },
    findings: severities.flatMap(ofSeverity),
  }
}

const tones: Record<Diagnostic['severity'], Tone> = { error: 'bad', warning: 'warning', note: 'active' }
const titles = { error: 'Errors', warning: 'Warnings', note: 'Notes' } as const

export function lintView(
  { plan, counts, findings }: LintFindings,
  context: Pick<CliContext, 'isTty' | 'columns' | 'env'>,
): string[] {
  const width = context.isTty ? Math.max(40, context.columns()) : 120
  const colour = wantsColour(context)
  const places = new Set(findings.map(({ ruleId }) => ruleId)).size === 1 ? Number.POSITIVE_INFINITY : shownPlaces
  const lines = severities.flatMap((severity): Line[] => {
    const own = findings.filter((finding) => finding.severity === severity)
    if (own.length === 0) return []
    const heading: Line = [{ text: `${titles[severity]} (${own.length})`, tone: 'strong' }]
    const byRule = [...Map.groupBy(own, ({ ruleId }) => ruleId).values()]
    return [heading, [], ...byRule.flatMap((group) => [...ruleLines(group, tones[severity], width, places), []])]
  })
  return [...lines, closingLine(plan, counts)].map((line) => renderLine(line, Number.POSITIVE_INFINITY, colour))
}

function ruleLines(findings: readonly LintFinding[], tone: Tone, width: number, places: number): Line[] {
  const [first] = findings
  if (!first) return []
  const hints = new Set(findings.map(({ hint }) => hint))
  const isOneHint = hints.size === 1
  return [
    [{ text: `  ${first.ruleId}`, tone }],
    ...paragraph('why: ', first.why, width, 4),
    ...findings.slice(0, places).flatMap((finding) => findingLines(finding, width, !isOneHint)),
    ...(findings.length > places
      ? paragraph('', `and ${findings.length - places} more: --rule ${first.ruleId}`, width, 4)
      : []),
    ...(isOneHint ? paragraph('instead: ', first.hint, width, 4) : []),
  ]
}

function findingLines({ source, message, excerpt, hint }: LintFinding, width: number, hasOwnHint: boolean): Line[] {
  const lines = source && source.end > source.start ? `${source.start}-${source.end}` : `${source?.start ?? ''}`
  const place = [source?.file, lines].filter(Boolean).join(':')
  return [
    [
      { text: `    ${place}`, tone: 'strong' },
      { text: excerpt ? `  ${cutText(excerpt, Math.max(20, width - place.length - 6))}` : '', tone: 'quiet' },
    ],
    ...paragraph('', message, width, 6),
    ...(hasOwnHint ? paragraph('instead: ', hint, width, 6) : []),
  ]
}

function paragraph(label: string, text: string | undefined, width: number, indent: number): Line[] {
  if (text === undefined) return []
  return wrapText(`${label}${text}`, width - indent, 8).map((line, index): Line => {
    const shown = `${' '.repeat(indent)}${line}`
    return label !== '' && index === 0
      ? [{ text: shown.slice(0, indent + label.length), tone: 'quiet' }, { text: shown.slice(indent + label.length) }]
      : [{ text: shown }]
  })
}

function closingLine(plan: string, counts: LintFindings['counts']): Line {
  const said = severities.map((severity) => count(counts[severity], severity)).join(', ')
  const after =
    counts.error > 0 ? '; errors block the start' : counts.warning > 0 ? '; warnings are acknowledged at the start' : ''
  return [{ text: `${plan}: ${said}${after}`, tone: 'strong' }]
}
