/** A draft as a plan in YAML that a person would go on writing: stable order, nothing empty, and nothing of the draft left out. */
import type { PlanDraft } from '../../core/plan/draft.ts'
import { writeDuration } from '../../core/plan/duration.ts'
import { layOutPlan } from './lay-out-plan.ts'
import { planYamlVersion } from './plan-yaml.ts'
import { writeCodes, writePhase, writeStages, writeSteps } from './write-phase.ts'
import { writeCriterion, writeTime, writeTriggers } from './write-statement.ts'
import { given, type LinesOf, linesWriter, shortest, type Written, type WrittenMap } from './written.ts'

export interface WritePlanOptions {
  /** The document whose lines the draft's sources are, as the new file should name it. Absent for a draft that was read from a YAML plan. */
  from?: string | undefined
  /** Where editors find the JSON schema, from the new file. */
  schema: string
}

export function writePlanYaml(draft: PlanDraft, { from, schema }: WritePlanOptions): string {
  const stated = from ?? firstOrigin(draft)
  const linesOf = linesWriter(stated, from !== undefined)
  const plan = given({
    tidegate: planYamlVersion,
    from: stated,
    title: draft.title,
    metadata: writeMetadata(linesOf, draft.metadata),
    objectives: writeNotes(linesOf, draft.objectives),
    scope: writeNotes(linesOf, draft.scope),
    exclusions: writeNotes(linesOf, draft.exclusions),
    ...writeSurroundings(linesOf, draft),
    checklists: draft.checklists.map(({ title, items, source }) =>
      given({
        title,
        ...linesOf(source),
        items: items.map(({ text, claimed, source: line }) =>
          shortest('text', { text, claimed: claimed || undefined, ...linesOf(line) }),
        ),
      }),
    ),
    phases: draft.phases.map((phase) => writePhase(linesOf, phase)),
    ...writeTriggers(linesOf, draft.triggers ?? []),
    rollback: writeRollback(linesOf, draft.rollback),
    successMetrics: draft.successMetrics.map((criterion) => writeCriterion(linesOf, criterion)),
    ...writeRest(linesOf, draft),
  })
  return layOutPlan(plan, schema)
}

/** The document that a YAML plan was written from once. */
function firstOrigin(draft: PlanDraft): string | undefined {
  let found: string | undefined
  JSON.stringify(draft, (key, value: unknown) => {
    if (key === 'origin' && typeof value === 'object' && value !== null && 'file' in value) found ??= String(value.file)
    return value
  })
  return found
}

function writeNotes(linesOf: LinesOf, notes: PlanDraft['scope']): Written[] {
  return notes.map(({ text, source }) => shortest('text', { text, ...linesOf(source) }))
}

function writeMetadata(linesOf: LinesOf, metadata: PlanDraft['metadata']): Written | undefined {
  const labels = new Set(metadata.map(({ label }) => label))
  const isMap =
    labels.size === metadata.length &&
    metadata.every(({ label, source }) => linesOf(source).at === undefined && !/^(?:__proto__|<<)$/.test(label))
  if (isMap && metadata.length > 0) return Object.fromEntries(metadata.map(({ label, value }) => [label, value]))
  return metadata.map(({ label, value, source }) => ({ label, value, ...linesOf(source) }))
}

function writeRollback(linesOf: LinesOf, rollback: PlanDraft['rollback']): Written | undefined {
  const { budgetMs, budgetSource, steps, budgets } = rollback
  const written = given({
    within:
      budgetMs === undefined
        ? undefined
        : shortest('time', { time: writeDuration(budgetMs), ...linesOf(budgetSource) }),
    steps: writeSteps(linesOf, steps),
    budgets: budgets.map(({ text, ms, source }) => ({ text, time: writeDuration(ms), ...linesOf(source) })),
  })
  return Object.keys(written).length > 0 ? written : undefined
}

/** Who and what the plan depends on. */
function writeSurroundings(linesOf: LinesOf, draft: PlanDraft): WrittenMap {
  return {
    owners: draft.owners.map(({ name, role, of, source }) =>
      shortest('name', { name, role: role === 'owner' ? undefined : role, of, ...linesOf(source) }),
    ),
    tickets: draft.tickets.map(({ id, url, source }) => shortest('id', { id, url, ...linesOf(source) })),
    windows: draft.windows.map(({ text, kind, source }) =>
      shortest('text', { text, kind: kind === 'window' ? undefined : kind, ...linesOf(source) }),
    ),
    dependencies: draft.dependencies.map(({ text, phase, due, state, source }) =>
      shortest('text', { text, phase, due: due && writeTime(linesOf, due), state, ...linesOf(source) }),
    ),
  }
}

function writeRest(linesOf: LinesOf, draft: PlanDraft): WrittenMap {
  return {
    flags: draft.flags.map(({ key, state, isRollbackToggle, stages, source }) =>
      shortest('key', {
        key,
        state,
        rollbackToggle: isRollbackToggle || undefined,
        stages: writeStages(linesOf, stages, 0),
        ...linesOf(source),
      }),
    ),
    risks: draft.risks.map(({ text, level, likelihood, owner, mitigations, source }) =>
      shortest('text', { text, level, likelihood, owner, mitigations, ...linesOf(source) }),
    ),
    timeline: draft.timeline.map(({ cells, status, source }) => given({ cells, status, ...linesOf(source) })),
    communications: draft.communications.map(({ text, when, cadence, audience, channel, source }) =>
      shortest('text', {
        text,
        when: when && writeTime(linesOf, when),
        cadence,
        audience,
        channel,
        ...linesOf(source),
      }),
    ),
    commits: draft.commits.map(({ ordinal, text, dependsOn, source }) =>
      shortest('text', { number: ordinal, text, dependsOn, ...linesOf(source) }),
    ),
    approvals: draft.approvals.map(({ text, by, source }) => shortest('text', { text, by, ...linesOf(source) })),
    companions: draft.companions.map(({ file, source }) => shortest('file', { file, ...linesOf(source) })),
    changelog: writeNotes(linesOf, draft.changelog),
    code: writeCodes(linesOf, codeOutsideSteps(draft)),
    unread: (draft.unread ?? []).map(({ text, source }) => shortest('text', { text, ...linesOf(source) })),
  }
}

/** The code of steps is written with them. */
function codeOutsideSteps({ phases, rollback, code }: PlanDraft): PlanDraft['code'] {
  const steps = [...phases.flatMap((phase) => phase.steps), ...rollback.steps]
  const nameOf = ({ source, text }: PlanDraft['code'][number]): string => `${source.start}-${source.end} ${text}`
  const inside = new Set(steps.flatMap((step) => step.code).map(nameOf))
  return code.filter((one) => !inside.has(nameOf(one)))
}
