/** The importer of YAML plans: the same facts, findings and promises as the importer of Markdown. It never throws. */
import { emptyDraft, type ImportResult, type PlanDraft } from '../../core/plan/draft.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { fact, type PlanPlaces, planPlaces } from './plan-place.ts'
import { PlanYaml } from './plan-yaml.ts'
import { readCodes, readPhase, readStages, readSteps } from './read-phase.ts'
import { readCriterion, readTime, readTriggers } from './read-statement.ts'

/** A plan says so at the head of a line, so that no other YAML file is taken for one. */
export const planMark = /^[{ ]*["']?tidegate["']?[ \t]*:/m

/** `file` is the path as the reader of messages knows it; it is not opened. A fact's source is its place in this file, which is where it can be changed. */
export function importPlanYaml(text: string, file: string): ImportResult {
  const read = readYaml(text, file, PlanYaml, { asWritten: true })
  const empty = emptyDraft(file, file || 'Untitled')
  if (!read.value) {
    const isOther = read.diagnostics.every(({ ruleId }) => ruleId === 'YAML_SCHEMA') && !planMark.test(text)
    return { draft: empty, diagnostics: isOther ? [noPlan(file)] : read.diagnostics }
  }
  const places = planPlaces(file, read.span, read.value.from)
  const draft = { ...empty, ...readPlan(places, read.value) }
  return { draft: { ...draft, code: allCode(draft) }, diagnostics: places.diagnostics }
}

function noPlan(file: string): ImportResult['diagnostics'][number] {
  return {
    ruleId: 'YAML_NO_PLAN',
    severity: 'error',
    source: { file, start: 1, end: 1 },
    message: 'the file is no plan: a plan in YAML begins with `tidegate: 1`',
    hint: 'docs/plan-format.md shows one; bindings and operator files are read beside a plan, not as one',
  }
}

function readPlan(places: PlanPlaces, yaml: PlanYaml): Omit<PlanDraft, 'file'> {
  const { rollback } = yaml
  const notes = (key: 'objectives' | 'scope' | 'exclusions' | 'changelog'): PlanDraft['scope'] =>
    yaml[key].map((note, index) => fact(places, [key, index], 'note/yaml', note))
  const { time, at } = rollback.within ?? {}
  const triggers = readTriggers(places, [], yaml)
  return {
    title: yaml.title,
    metadata: readMetadata(places, yaml.metadata),
    objectives: notes('objectives'),
    scope: notes('scope'),
    exclusions: notes('exclusions'),
    phases: yaml.phases.map((phase, index) => readPhase(places, ['phases', index], phase)),
    checklists: yaml.checklists.map(({ items, ...list }, index) => ({
      ...fact(places, ['checklists', index], 'checklist/yaml', list),
      items: items.map((item, at) => ({
        // An item of a checklist is a box by itself.
        ...fact(places, ['checklists', index, 'items', at], 'checklist/box', item),
        claimed: item.claimed === true,
      })),
    })),
    successMetrics: yaml.successMetrics.flatMap((one, index) => readCriterion(places, ['successMetrics', index], one)),
    rollback: {
      steps: readSteps(places, ['rollback', 'steps'], rollback.steps),
      ...(time === undefined ? {} : { budgetMs: time, budgetSource: places.place(['rollback', 'within'], at) }),
      budgets: rollback.budgets.map(({ time: ms, ...budget }, index) => ({
        ...fact(places, ['rollback', 'budgets', index], 'rollback/yaml', budget),
        ms,
      })),
    },
    ...(triggers.length > 0 ? { triggers } : {}),
    ...readPeople(places, yaml),
    ...readReferences(places, yaml),
    code: readCodes(places, ['code'], yaml.code),
    unread: yaml.unread.map(({ text, at }, index) => ({ source: places.place(['unread', index], at), text })),
  }
}

function readMetadata(places: PlanPlaces, metadata: PlanYaml['metadata']): PlanDraft['metadata'] {
  return Array.isArray(metadata)
    ? metadata.map((entry, index) => fact(places, ['metadata', index], 'metadata/yaml', entry))
    : Object.entries(metadata).map(([label, value]) =>
        fact(places, ['metadata', label], 'metadata/yaml', { label, value, at: undefined }),
      )
}

function readPeople(places: PlanPlaces, yaml: PlanYaml) {
  return {
    owners: yaml.owners.map((owner, index) => fact(places, ['owners', index], 'owner/yaml', owner)),
    approvals: yaml.approvals.map((approval, index) => fact(places, ['approvals', index], 'approval/yaml', approval)),
    communications: yaml.communications.map(({ when, ...rest }, index) => ({
      ...fact(places, ['communications', index], 'communication/yaml', rest),
      ...(when ? { when: readTime(places, ['communications', index, 'when'], when) } : {}),
    })),
    dependencies: yaml.dependencies.map(({ due, ...rest }, index) => ({
      ...fact(places, ['dependencies', index], 'dependency/yaml', rest),
      ...(due ? { due: readTime(places, ['dependencies', index, 'due'], due) } : {}),
    })),
    risks: yaml.risks.map((risk, index) => fact(places, ['risks', index], 'risk/yaml', risk)),
  }
}

function readReferences(places: PlanPlaces, yaml: PlanYaml) {
  return {
    tickets: yaml.tickets.map((ticket, index) => fact(places, ['tickets', index], 'ticket/yaml', ticket)),
    windows: yaml.windows.map((window, index) => fact(places, ['windows', index], 'window/yaml', window)),
    companions: yaml.companions.map((one, index) => fact(places, ['companions', index], 'companion/yaml', one)),
    timeline: yaml.timeline.map((row, index) => fact(places, ['timeline', index], 'timeline/yaml', row)),
    flags: yaml.flags.map(({ rollbackToggle, stages, ...rest }, index) => ({
      ...fact(places, ['flags', index], 'flag/yaml', rest),
      isRollbackToggle: rollbackToggle === true,
      stages: readStages(places, ['flags', index, 'stages'], stages, 0),
    })),
    commits: yaml.commits.map(({ number, ...rest }, index) => ({
      ...fact(places, ['commits', index], 'commit/yaml', rest),
      ...(number === undefined ? {} : { ordinal: number }),
    })),
    changelog: yaml.changelog.map((note, index) => fact(places, ['changelog', index], 'note/yaml', note)),
  }
}

/** That of steps included, in the order of the document it was first written in. */
function allCode({ phases, rollback, code }: PlanDraft): PlanDraft['code'] {
  const steps = [...phases.flatMap((phase) => phase.steps), ...rollback.steps]
  const line = ({ source }: PlanDraft['code'][number]): number => (source.origin ?? source).start
  return [...steps.flatMap((step) => step.code), ...code].sort((a, b) => line(a) - line(b))
}
