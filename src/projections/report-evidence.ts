/** The report's evidence: verdicts with their numbers, sign-offs with their people, checks with what they saw, calls that failed. */
import { formatCondition } from '../core/plan/condition.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount, formatValue } from '../core/plan/format-value.ts'
import { ladderOf } from '../core/plan/plan.ts'
import type { Criterion, Trigger } from '../core/plan/step.ts'
import type { Judgement } from '../core/release/judgement.ts'
import { stageOf } from '../core/release/look.ts'
import type { EffectState, Release } from '../core/release/release.ts'
import { formatActor } from './format-values.ts'
import type { History, StageHistory } from './history.ts'
import { code, inline, table } from './markdown.ts'
import { place, releaseTime } from './report-places.ts'
import { describeEffect } from './timeline.ts'

export function verdictSection({ release, stages }: History): string {
  const parts = stages.map((stage) => stageVerdicts(release, stage))
  return `## Verdicts\n\n${parts.length > 0 ? parts.join('\n\n') : 'No stage carried traffic, so nothing was judged.'}`
}

function stageVerdicts(release: Release, { stageId, passed, last }: StageHistory): string {
  const stage = stageOf(release, stageId)
  const criteria = passed?.event.type === 'StagePassed' ? passed.event.criteria : last.criteria
  const rows = [
    ...stage.criteria.map((criterion) => verdictRow(release, criterion, 'criterion', criteria)),
    ...stage.triggers.map((trigger) => verdictRow(release, trigger, 'trigger', last.triggers)),
  ]
  const headers = ['Statement', 'Kind', 'Verdict', 'Value', 'Baseline', 'Samples', 'Source']
  return `### ${inline(stage.name)}\n\n${table(headers, rows, 'The plan states nothing to judge here.')}`
}

const verdictWords: Record<'criterion' | 'trigger', Record<Judgement['verdict'], string>> = {
  criterion: { Successful: '● pass', Failed: '✖ not met', Inconclusive: '? undecided', Error: '✖ error' },
  trigger: { Successful: '● clear', Failed: '✖ fired', Inconclusive: '? undecided', Error: '✖ error' },
}

function verdictRow(
  release: Release,
  statement: Criterion | Trigger,
  kind: 'criterion' | 'trigger',
  judgements: readonly Judgement[],
): string[] {
  const { id, text, condition, source } = statement
  const judged = judgements.find(({ statementId }) => statementId === id)
  const window = 'windowMs' in statement ? `, over ${formatDuration(statement.windowMs)}` : ''
  const label = `${inline(text)} (${inline(formatCondition(condition))}${window})`
  if (!judged) return [label, kind, '○ not looked at', '–', '–', '–', place(release.plan, source)]
  const samples = `${formatCount(judged.samples)} of at least ${formatCount(judged.needed)}`
  const baseline =
    judged.baseline === null
      ? '–'
      : `${formatValue(judged.baseline, condition)} of ${formatCount(judged.baselineSamples)}`
  return [
    label,
    kind,
    verdictWords[kind][judged.verdict],
    formatValue(judged.value, condition),
    baseline,
    samples,
    place(release.plan, source),
  ]
}

export function signOffSection({ release }: History): string {
  const rows = release.plan.phases
    .flatMap((phase) => [...phase.entry, ...phase.steps, ...phase.exit])
    .flatMap((statement) =>
      (release.signOffs[statement.id] ?? []).map(({ person, role, approved, atMs, comment, digest }) => [
        inline(statement.text),
        approved ? '● signed' : '✖ refused',
        `${inline(formatActor(person))} for ${inline(role)}`,
        releaseTime(atMs),
        digest === release.digest ? 'this plan' : '**another plan: it does not count**',
        inline(comment ?? '') || '–',
        place(release.plan, statement.source),
      ]),
    )
  const headers = ['Gate', 'Answer', 'Who', 'When', 'Bound to', 'Comment', 'Source']
  return `## Sign-offs\n\n${table(headers, rows, 'Nobody signed anything.')}`
}

export function checkSection({ release, checks }: History): string {
  const rows = checks.map(({ effect, evidence, settled }) => {
    const { verdict, summary, details, digest } = evidence
    const { text, source } = purposeOf(release, effect)
    const word = { passed: '● passed', failed: '✖ failed', pending: '○ pending' }[verdict]
    const seen = [summary, ...details].map(inline).join('<br>')
    const hash = digest === undefined ? '–' : code(digest.slice(0, 16))
    return [text, word, seen, hash, releaseTime(settled.elapsedMs), source]
  })
  const headers = ['Check', 'Verdict', 'Evidence', 'SHA-256 of the raw bytes, first 16 digits', 'When', 'Source']
  return `## Checks\n\n${table(headers, rows, 'The release ran no checks.')}`
}

export function failureSection({ release, failed }: History): string {
  const rows = failed.map(({ effect, code: errorCode, message, settled }) => {
    const { text, source } = purposeOf(release, effect)
    return [
      inline(describeEffect(effect.effect)),
      text,
      `${effect.attempt}`,
      errorCode,
      inline(message),
      releaseTime(settled.elapsedMs),
      source,
    ]
  })
  return `## Calls that failed\n\n${table(['Call', 'For', 'Try', 'Code', 'What came back', 'When', 'Source'], rows, 'None.')}`
}

/** The words of the plan that an effect served, and where they stand. */
function purposeOf(release: Release, { purpose }: EffectState): { text: string; source: string } {
  const { plan } = release
  switch (purpose.kind) {
    case 'rollback':
      return { text: 'going back', source: '–' }
    case 'notice':
      return { text: inline(purpose.about), source: '–' }
    case 'stage': {
      const stage = stageOf(release, purpose.stageId)
      return { text: inline(stage.name), source: place(plan, stage.source) }
    }
    default: {
      const id = 'stepId' in purpose ? purpose.stepId : 'gateId' in purpose ? purpose.gateId : purpose.triggerId
      const triggers = ladderOf(plan).flatMap(({ stage }) => stage.triggers)
      const parts = plan.phases.flatMap((phase) => [...phase.entry, ...phase.steps, ...phase.exit])
      const statement = [...parts, ...triggers, ...plan.rollback.steps].find((one) => one.id === id)
      return statement
        ? { text: inline(statement.text), source: place(plan, statement.source) }
        : { text: '–', source: '–' }
    }
  }
}
