/** What was understood of each line of a document, in one short phrase a fact, for showing beside the document. */
import { type Condition, formatCondition } from '../core/plan/condition.ts'
import type {
  DraftCode,
  DraftCriterion,
  DraftPhase,
  DraftStep,
  DraftTrigger,
  PlanDraft,
  Timing,
} from '../core/plan/draft.ts'
import { formatDuration } from '../core/plan/duration.ts'

export interface FactLine {
  /** 1-based line at which the fact starts. */
  line: number
  phrase: string
}

/** In the order of the document. */
export function factLines(draft: PlanDraft): FactLine[] {
  const { rollback } = draft
  const facts = [
    ...noteFacts(draft),
    ...draft.metadata.map(({ source, label, value }) => fact(source.start, `${label}: ${value}`)),
    ...draft.phases.flatMap(phaseFacts),
    ...draft.checklists.flatMap(({ source, title, items }) => [
      fact(
        source.start,
        `checklist "${title}", ${items.filter((item) => item.claimed).length} of ${items.length} claimed`,
      ),
      ...items.map((item) => fact(item.source.start, item.claimed ? 'claimed as done' : 'open')),
    ]),
    ...draft.successMetrics.map((criterion) =>
      fact(criterion.source.start, `success metric: ${criterionPhrase(criterion)}`),
    ),
    ...(draft.triggers ?? []).map((trigger) => fact(trigger.source.start, triggerPhrase(trigger))),
    ...rollback.steps.map((step) => fact(step.source.start, `rollback step: ${step.text}`)),
    ...(rollback.budgetMs === undefined
      ? []
      : [fact(rollback.budgetSource?.start ?? 1, `rollback within ${formatDuration(rollback.budgetMs)}`)]),
    ...draft.owners.map(({ source, name, role, of }) =>
      fact(source.start, `${role === 'gateOwner' ? 'gate owner' : role}: ${name}${of ? ` (${of})` : ''}`),
    ),
    ...draft.tickets.map(({ source, id }) => fact(source.start, `ticket ${id}`)),
    ...draft.flags.map(({ source, key, isRollbackToggle, state }) =>
      fact(source.start, `${isRollbackToggle ? 'rollback toggle' : 'flag'} ${key}${state ? `, ${state}` : ''}`),
    ),
    ...draft.risks.map(({ source, text, level, mitigations }) =>
      fact(
        source.start,
        `${level ? `${level.toLowerCase()} ` : ''}risk: ${text}, ${count(mitigations.length, 'mitigation')}`,
      ),
    ),
    ...draft.timeline.map(({ source, cells, status }) =>
      fact(source.start, `timeline: ${Object.values(cells)[0] ?? ''}${status ? `, said to be "${status}"` : ''}`),
    ),
    ...draft.approvals.map(({ source, by }) =>
      fact(source.start, `approval claimed${by ? ` by ${by}` : ''}; opens no gate`),
    ),
    ...draft.code.map((code) => fact(code.source.start, codePhrase(code))),
  ]
  return facts.sort((a, b) => a.line - b.line)
}

/** What a plan states beside its stages. */
function noteFacts(draft: PlanDraft): FactLine[] {
  const of = (kind: string, notes: { source: { start: number } }[]): FactLine[] =>
    notes.map(({ source }) => fact(source.start, kind))
  return [
    ...of('objective', draft.objectives),
    ...of('in scope', draft.scope),
    ...of('out of scope', draft.exclusions),
    ...of('changelog entry', draft.changelog),
    ...draft.dependencies.map(({ source, due, state }) =>
      fact(
        source.start,
        `dependency${state ? `, said to be "${state.toLowerCase()}"` : ''}${due?.dates ? `, due ${due.dates[1]}` : ''}`,
      ),
    ),
    ...draft.communications.map(({ source, cadence, channel, audience, when }) =>
      fact(source.start, ['communication', when?.dates?.[0], cadence, channel, audience].filter(Boolean).join(', ')),
    ),
    ...draft.windows.map(({ source, kind }) =>
      fact(source.start, kind === 'freeze' ? 'no deployments then' : 'deployment window'),
    ),
    ...draft.commits.map(({ source, ordinal, dependsOn }) =>
      fact(
        source.start,
        `commit${ordinal ? ` ${ordinal}` : ''}${dependsOn.length > 0 ? `, after ${dependsOn.join(' and ')}` : ''}`,
      ),
    ),
    ...draft.companions.map(({ source, file }) => fact(source.start, `names ${file}`)),
  ]
}

function fact(line: number, phrase: string): FactLine {
  return { line, phrase }
}

function phaseFacts(phase: DraftPhase): FactLine[] {
  const share = phase.percent === undefined ? '' : `, ${phase.percent}%`
  return [
    fact(phase.source.start, `phase ${phase.ordinal ?? ''}${share}`.replace(/ ,| {2}/, ',')),
    ...(phase.targetSource ? [fact(phase.targetSource.start, 'target')] : []),
    ...(phase.objectiveSource ? [fact(phase.objectiveSource.start, 'objective')] : []),
    ...(phase.timing ? [fact(phase.timing.source.start, timingPhrase(phase.timing))] : []),
    ...phase.steps.map((step) => fact(step.source.start, stepPhrase(step))),
    ...phase.stages.map((stage) =>
      fact(stage.source.start, `stage ${stage.percent}%${stage.timing ? `, ${timingPhrase(stage.timing)}` : ''}`),
    ),
    ...phase.entryCriteria.map((criterion) => fact(criterion.source.start, `entry: ${criterionPhrase(criterion)}`)),
    ...phase.criteria.map((criterion) => fact(criterion.source.start, `criterion: ${criterionPhrase(criterion)}`)),
    ...phase.triggers.map((trigger) => fact(trigger.source.start, triggerPhrase(trigger))),
  ]
}

function timingPhrase({ startOffsetMs, durationMs }: Timing): string {
  const start =
    startOffsetMs === undefined
      ? ''
      : startOffsetMs === 0
        ? 'from the start'
        : `from ${formatDuration(startOffsetMs)} on`
  const [least, most] = durationMs ?? []
  const length =
    least === undefined || most === undefined
      ? ''
      : least === most
        ? `for ${formatDuration(least)}`
        : `for ${formatDuration(least)} to ${formatDuration(most)}`
  return [start, length].filter(Boolean).join(' ') || 'time in words only'
}

function stepPhrase({ text, details, code }: DraftStep): string {
  const extra = [
    details.length > 0 ? count(details.length, 'detail') : '',
    code.length > 0 ? count(code.length, 'code block') : '',
  ].filter(Boolean)
  return `step: ${text}${extra.length > 0 ? ` (${extra.join(', ')})` : ''}`
}

function criterionPhrase({ condition, claimed }: DraftCriterion): string {
  return `${condition ? conditionPhrase(condition) : 'a person judges'}${claimed ? ' (ticked: a claim)' : ''}`
}

const actions = { rollBack: 'rolls back', halt: 'halts', pause: 'pauses', notify: 'notifies' } as const

function triggerPhrase({ condition, action }: DraftTrigger): string {
  return `${actions[action]} on ${condition ? conditionPhrase(condition) : 'a report by a person'}`
}

function conditionPhrase(condition: Condition): string {
  const { windowMs } = condition
  return `${formatCondition(condition)}${windowMs === undefined ? '' : ` over ${formatDuration(windowMs)}`}`
}

function codePhrase({ content, language }: DraftCode): string {
  const words = {
    commands: 'commands, never run as they stand',
    settings: 'settings',
    comments: 'comments only',
    other: language || 'text',
  }
  return `code: ${words[content]}`
}

/** "1 step", "3 steps". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
