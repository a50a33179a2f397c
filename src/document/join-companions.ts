/** A plan may be a set: what the documents it names state (milestones, rollback plan, test results) is read with it, each fact under its own file. */
import type { Diagnostic, SourceRange } from '../core/plan/diagnostic.ts'
import type { DraftPhase, PlanDraft } from '../core/plan/draft.ts'
import { findPhase } from '../core/plan/lint/find-phase.ts'
import { type ImportedDocument, importDocument } from './import-document.ts'

export interface Companion {
  /** As the plan names it, relative to the plan's folder. */
  file: string
  document: ImportedDocument
}

export interface PlanSet extends ImportedDocument {
  /** What the plan itself states, without its companions. */
  own: PlanDraft
  companions: Companion[]
}

/** `contents` by the names the plan uses; what is not there is a finding. Companions of companions are not read. */
export function joinCompanions(main: ImportedDocument, contents: ReadonlyMap<string, string | Uint8Array>): PlanSet {
  const companions: Companion[] = []
  const missing: Diagnostic[] = []
  for (const { file, source } of main.draft.companions) {
    const content = contents.get(file)
    if (content === undefined) missing.push(missingCompanion(main.draft.file, file, source))
    else companions.push({ file, document: importDocument(content, file) })
  }
  const draft = companions.reduce((joined, companion) => join(joined, companion), structuredClone(main.draft))
  const found = companions.flatMap(({ document }) => document.diagnostics)
  return {
    ...main,
    draft,
    own: main.draft,
    companions,
    diagnostics: [...main.diagnostics, ...missing, ...found],
  }
}

function missingCompanion(plan: string, file: string, source: SourceRange): Diagnostic {
  return {
    ruleId: 'COMPANION_MISSING',
    severity: 'warning',
    source: { file: plan, ...source },
    message: `"${file}" is named as a part of the plan, and is not beside it`,
    hint: "put it into the plan's folder, or take the name out; until then nothing of it counts",
  }
}

function join(into: PlanDraft, { file, document }: Companion): PlanDraft {
  const { phases, rollback, triggers = [], ...facts } = underFile(document.draft, file)
  for (const phase of phases) joinPhase(into, phase)
  const lists = [
    'checklists',
    'successMetrics',
    'risks',
    'timeline',
    'dependencies',
    'communications',
    'windows',
    'changelog',
    'commits',
    'code',
    'approvals',
  ] as const
  const joined = Object.fromEntries(lists.map((list) => [list, [...into[list], ...facts[list]]]))
  const { budgetMs, budgetSource } = into.rollback.budgetMs === undefined ? rollback : into.rollback
  return {
    ...into,
    ...(joined as Pick<PlanDraft, (typeof lists)[number]>),
    triggers: [...(into.triggers ?? []), ...triggers],
    owners: unlike(into.owners, facts.owners, ({ name, role, of }) => `${name}|${role}|${of ?? ''}`),
    tickets: unlike(into.tickets, facts.tickets, ({ id }) => id),
    flags: unlike(into.flags, facts.flags, ({ key }) => key),
    rollback: {
      steps: [...into.rollback.steps, ...rollback.steps],
      budgets: [...into.rollback.budgets, ...rollback.budgets],
      ...(budgetMs === undefined ? {} : { budgetMs }),
      ...(budgetSource === undefined ? {} : { budgetSource }),
    },
  }
}

/** A phase that the plan has is told again here: it fills gaps. One that only the companion has is a row of the timeline, for the plan decides what runs. */
function joinPhase(into: PlanDraft, phase: DraftPhase): void {
  const known = findPhase(into.phases, phase.name)
  if (known) {
    if (phase.timing) known.timing ??= phase.timing
    known.criteria.push(...phase.criteria)
    known.entryCriteria.push(...phase.entryCriteria)
    known.triggers.push(...phase.triggers)
  } else {
    const when = phase.timing?.text
    into.timeline.push({
      source: phase.source,
      rule: 'timeline/companion',
      cells: { Phase: phase.name, ...(when ? { When: when } : {}) },
    })
  }
}

function unlike<T>(known: readonly T[], more: readonly T[], keyOf: (one: T) => string): T[] {
  const keys = new Set(known.map((one) => keyOf(one).toLowerCase()))
  return [...known, ...more.filter((one) => !keys.has(keyOf(one).toLowerCase()))]
}

/** The draft with its file in every place, so that lines of two documents are never taken for each other. */
function underFile(draft: PlanDraft, file: string): PlanDraft {
  return placed(draft, '', file) as PlanDraft
}

function placed(value: unknown, key: string, file: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => placed(one, '', file))
  if (/source$/i.test(key)) return { file, ...value }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, placed(part, name, file)]))
}
