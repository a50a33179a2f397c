/** Criteria, triggers and times of a YAML plan: sentences go through the grammar that Markdown goes through, explicit forms past it. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCriterion, DraftPhase, DraftTrigger, Timing } from '../../core/plan/draft.ts'
import { readTiming } from '../grammar/read-timing.ts'
import { addStatement } from '../readers/read-statements.ts'
import { newReader } from '../readers/reader.ts'
import type { PlanPlaces, YamlPath } from './plan-place.ts'
import type { CriterionYaml, TimingYaml, TriggersYaml, TriggerYaml } from './plan-yaml.ts'

type ConditionYaml = NonNullable<CriterionYaml['condition']>

export function readCriterion(places: PlanPlaces, path: YamlPath, yaml: CriterionYaml): DraftCriterion[] {
  const { text, person, condition, claimed, absence, group } = yaml
  const source = places.place(path, yaml.at)
  const grouped = group === undefined ? {} : { group }
  if (person !== true && condition === undefined)
    return readSentence(places, 'criteria', { text, source, checked: claimed, action: 'rollBack' }).criteria.map(
      (one) => ({ ...one, ...grouped }),
    )
  const shared = { source, rule: 'criterion/yaml', text, claimed: claimed === true, ...grouped }
  if (condition === undefined) return [{ ...shared, form: 'words' }]
  return [{ ...shared, condition: readCondition(condition), form: absence === true ? 'zero' : 'numeric' }]
}

/** In the order in which they are written, each with what it is to do. */
export const triggerKeys = {
  rollBackWhen: 'rollBack',
  haltWhen: 'halt',
  pauseWhen: 'pause',
  notifyWhen: 'notify',
} as const satisfies Record<keyof TriggersYaml, DraftTrigger['action']>

export function readTriggers(places: PlanPlaces, path: YamlPath, yaml: TriggersYaml): DraftTrigger[] {
  return (['rollBackWhen', 'haltWhen', 'pauseWhen', 'notifyWhen'] as const).flatMap((key) =>
    yaml[key].flatMap((trigger, index) => readTrigger(places, [...path, key, index], trigger, triggerKeys[key])),
  )
}

export function readTrigger(
  places: PlanPlaces,
  path: YamlPath,
  yaml: TriggerYaml,
  action: DraftTrigger['action'],
): DraftTrigger[] {
  const { text, person, condition, group } = yaml
  const source = places.place(path, yaml.at)
  const grouped = group === undefined ? {} : { group }
  if (person !== true && condition === undefined)
    return readSentence(places, 'triggers', { text, source, action }).triggers.map((one) => ({ ...one, ...grouped }))
  const measured = condition === undefined ? {} : { condition: readCondition(condition) }
  return [{ source, rule: 'trigger/yaml', text, action, ...measured, ...grouped }]
}

/** What the reader of Markdown makes of a list item with these words, under a title that announces `role`. */
function readSentence(
  { file, diagnostics }: PlanPlaces,
  role: 'criteria' | 'triggers',
  { text, source, checked, action }: Sentence,
): Pick<DraftPhase, 'criteria' | 'triggers'> {
  const reader = newReader(file, 'plan')
  const phase = { criteria: [], triggers: [] }
  const around = { name: 'phase', steps: [], stages: [], entryCriteria: [], source, rule: 'phase/yaml' }
  const context = { role, phase: { ...around, ...phase }, title: '', titleLine: source.start, action }
  addStatement(reader, context, { text, source, checked, shape: 'item' })
  diagnostics.push(...reader.diagnostics)
  return phase
}

interface Sentence {
  text: string
  source: SourceRange
  /** A tick that stands beside the words; where it is absent, one in front of them counts. */
  checked?: boolean | undefined
  action: DraftTrigger['action']
}

function readCondition({ window, ...rest }: ConditionYaml): NonNullable<DraftCriterion['condition']> {
  return { ...rest, ...(window === undefined ? {} : { windowMs: window }) }
}

/** The week that a day without a week belongs to starts at `weekStartMs`. */
export function readTime(places: PlanPlaces, path: YamlPath, yaml: TimingYaml, weekStartMs = 0): Timing {
  const { text, start, for: length, dates, anchor, words } = yaml
  const explicit = {
    ...(start === undefined ? {} : { startOffsetMs: start }),
    ...(length === undefined ? {} : { durationMs: length }),
    ...(dates === undefined ? {} : { dates }),
    ...(anchor === undefined ? {} : { anchor: { event: anchor.event, offsetMs: anchor.offset } }),
  }
  const isRead = words !== true && Object.keys(explicit).length === 0
  const read = isRead ? readTiming(text, { weekStartMs }) : explicit
  return { source: places.place(path, yaml.at), rule: 'timing/yaml', ...read, text }
}
