/** The YAML plan: everything a plan document can state, as people write it by hand. `docs/plan-format.md` shows it by example. */
import { z } from 'zod'
import { Condition } from '../../core/plan/condition.ts'
import { DraftCode, DraftOwner } from '../../core/plan/draft.ts'
import { phaseLimit } from '../readers/reader.ts'
import {
  AnyText,
  DateSpan,
  Flag,
  Length,
  LengthSpan,
  Lines,
  NumberText,
  Offset,
  PositiveLength,
  Share,
  Text,
} from './scalars.ts'

/** Counts up when an older plan would no longer be read as it was meant. */
export const planYamlVersion = 1

/** Every fact may say where it was first stated. */
const stated = { at: Lines.optional() }

/** A fact that most often is a single text: that text alone, or a map with more. */
function bare<T extends z.ZodObject>(key: string & keyof z.output<T>, object: T) {
  const alone = Text.transform((text) => object.parse({ [key]: text }))
  return z.union([alone, object]) as z.ZodType<z.output<T>, string | z.input<T>>
}

/** Absent lists are empty. */
const list = <T extends z.ZodType>(item: T) => z.array(item).default([])

const Note = bare('text', z.strictObject({ text: Text, ...stated })).meta({ id: 'Note' })

const Timing = bare(
  'text',
  z.strictObject({
    text: Text,
    start: Length.optional().describe('Earliest start after the start of the release'),
    for: LengthSpan.optional().describe('How long, or the shortest and the longest'),
    dates: DateSpan.optional().describe('The day, or the first and the last'),
    anchor: z
      .strictObject({ event: Text, offset: Offset })
      .optional()
      .describe('Relative to an event; before it where the offset is negative'),
    words: Flag.optional().describe('true: no time is read from the text'),
    ...stated,
  }),
).meta({ id: 'Timing', examples: ['Week 1, Day 3', '24-48 hours'] })
export type TimingYaml = z.output<typeof Timing>

const ConditionYaml = z
  .strictObject({
    metric: AnyText,
    comparator: Condition.shape.comparator,
    value: z.union([NumberText, z.tuple([NumberText, NumberText])]),
    unit: AnyText.default('count').describe('%, ms, s, min, h, d, count, or your own word'),
    percentile: NumberText.pipe(z.number().gt(0).lt(100)).optional(),
    window: PositiveLength.optional().describe('The span over which it is looked at'),
  })
  .meta({ id: 'Condition', description: 'What the text means, where its words alone do not say it exactly' })

const statement = {
  text: Text,
  person: Flag.optional().describe('true: a person judges it, whatever its words look like'),
  condition: ConditionYaml.optional(),
  group: Text.optional().describe('The title it stands under where that is no phase: Gate A, iOS'),
  ...stated,
}
const Criterion = bare(
  'text',
  z.strictObject({
    ...statement,
    claimed: Flag.optional().describe('Somebody ticked it: shown as a claim, opens no gate'),
    absence: Flag.optional().describe('With a condition: it was written as an absence, such as "no errors"'),
  }),
).meta({ id: 'Criterion', examples: ['Error rate < 1% for 5 minutes'] })
export type CriterionYaml = z.output<typeof Criterion>
const Trigger = bare('text', z.strictObject(statement)).meta({ id: 'Trigger', examples: ['p95 latency > 2 s'] })
export type TriggerYaml = z.output<typeof Trigger>

const triggers = {
  rollBackWhen: list(Trigger).describe('What rolls the release back'),
  haltWhen: list(Trigger).describe('What stops it'),
  pauseWhen: list(Trigger).describe('What pauses it'),
  notifyWhen: list(Trigger).describe('What people are told of'),
}
export type TriggersYaml = z.output<z.ZodObject<typeof triggers>>

const Code = bare(
  'text',
  z.strictObject({
    text: AnyText,
    language: AnyText.optional().describe('bash, env, json, …'),
    content: DraftCode.shape.content.optional().describe('Told from language and text where absent'),
    environment: Text.optional().describe('Of settings: where they hold'),
    ...stated,
  }),
).meta({ id: 'Code', description: 'Shown and never run: a step does what tidegate.yaml binds it to' })
export type CodeYaml = z.output<typeof Code>

const Step = bare('text', z.strictObject({ text: Text, details: list(Text), code: list(Code), ...stated })).meta({
  id: 'Step',
})
export type StepYaml = z.output<typeof Step>

const StageObject = z.strictObject({ name: Text.optional(), share: Share, timing: Timing.optional(), ...stated })
const Stage = (
  z.union([Share.transform((share): z.output<typeof StageObject> => ({ share })), StageObject]) as z.ZodType<
    z.output<typeof StageObject>,
    string | z.input<typeof StageObject>
  >
).meta({ id: 'Stage', examples: ['25%'] })
export type StageYaml = z.output<typeof Stage>

const Phase = z
  .strictObject({
    name: Text.describe('As a heading would say it: "Phase 2: Canary (10% traffic)"'),
    number: AnyText.optional().describe('Told from the name where absent; `none` where it has none'),
    track: Text.optional().describe('The ladder it belongs to where there are several: Android'),
    traffic: Share.optional(),
    target: Note.optional(),
    objective: Note.optional(),
    timing: Timing.optional(),
    entry: list(Criterion).describe('What must hold before it starts'),
    steps: list(Step),
    stages: list(Stage).describe('Shares inside the phase, in order'),
    success: list(Criterion).describe('What must hold before the next phase'),
    ...triggers,
    ...stated,
  })
  .meta({ id: 'Phase' })
export type PhaseYaml = z.output<typeof Phase>

const Checklist = z.strictObject({
  title: Text,
  items: list(bare('text', z.strictObject({ text: Text, claimed: Flag.optional(), ...stated }))),
  ...stated,
})

const Entry = z.strictObject({ label: Text, value: Text, ...stated })
/** A map where labels are all different; a list where one is there twice, or says where it was stated. */
const Metadata = z.union([z.array(Entry), z.record(z.string().min(1), Text)])

const TimeLimit = z.strictObject({ time: PositiveLength, ...stated })
const Rollback = z.strictObject({
  within: (
    z.union([PositiveLength.transform((time): z.output<typeof TimeLimit> => ({ time })), TimeLimit]) as z.ZodType<
      z.output<typeof TimeLimit>,
      string | z.input<typeof TimeLimit>
    >
  )
    .optional()
    .describe('The time that going back may take: 10 min'),
  steps: list(Step),
  budgets: list(z.strictObject({ text: Text, time: PositiveLength, ...stated })).describe(
    'Times that parts of it may take',
  ),
})

const Owner = bare(
  'name',
  z.strictObject({
    name: Text,
    role: DraftOwner.shape.role.default('owner'),
    of: Text.optional().describe('The phase or the part'),
    ...stated,
  }),
)

const Dependency = z.strictObject({
  text: Text,
  phase: Text.optional().describe('The phase that waits'),
  due: Timing.optional(),
  state: Text.optional(),
  ...stated,
})

const Communication = z.strictObject({
  text: Text,
  when: Timing.optional(),
  cadence: Text.optional(),
  audience: Text.optional(),
  channel: Text.optional(),
  ...stated,
})

const Risk = z.strictObject({
  text: Text,
  level: AnyText.optional(),
  likelihood: AnyText.optional(),
  owner: Text.optional(),
  mitigations: list(Text),
  ...stated,
})

const TimelineRow = z.strictObject({
  cells: z.record(z.string(), AnyText).describe('By the title of the column'),
  status: AnyText.optional(),
  ...stated,
})

const Flagged = z.strictObject({
  key: Text,
  state: Text.optional(),
  rollbackToggle: Flag.optional().describe('true: it undoes another flag'),
  stages: list(Stage),
  ...stated,
})

const Commit = z.strictObject({ text: Text, number: Text.optional(), dependsOn: list(Text), ...stated })
const Window = z.strictObject({ text: Text, kind: z.enum(['window', 'freeze']).default('window'), ...stated })

/** Keys in the order in which they are written. */
export const PlanYaml = z.strictObject({
  tidegate: z
    .literal(`${planYamlVersion}`)
    .meta({ type: 'integer', const: planYamlVersion })
    .describe('The version of this format'),
  from: Text.optional().describe('The document that this plan was written from; `at` names its lines'),
  title: Text,
  metadata: Metadata.default([]).describe('Version, release date, status: whatever heads the plan'),
  objectives: list(Note).describe('What it is for'),
  scope: list(Note).describe('What it covers'),
  exclusions: list(Note).describe('What it leaves out'),
  owners: list(Owner).describe('People and roles'),
  tickets: list(bare('id', z.strictObject({ id: Text, url: AnyText.optional(), ...stated }))).describe('Tickets'),
  windows: list(bare('text', Window)).describe('When deployments may happen, or may not'),
  dependencies: list(bare('text', Dependency)).describe('What the plan waits for'),
  checklists: list(Checklist).describe('What has to be done before; a tick is a claim and opens no gate'),
  phases: z.array(Phase).max(phaseLimit).default([]).describe('Phases, in the order in which they run'),
  ...triggers,
  rollback: Rollback.prefault({}).describe('How to go back, and within what time'),
  successMetrics: list(Criterion).describe('How the whole is judged in the end'),
  flags: list(bare('key', Flagged)).describe('Feature flags'),
  risks: list(bare('text', Risk)).describe('Risks and what is done about them'),
  timeline: list(TimelineRow).describe('The timetable, row by row'),
  communications: list(bare('text', Communication)).describe('What is said to whom'),
  commits: list(bare('text', Commit)).describe('Commits and next steps, in order'),
  approvals: list(bare('text', z.strictObject({ text: Text, by: Text.optional(), ...stated }))).describe(
    'What the document says of approvals; it opens no gate',
  ),
  companions: list(bare('file', z.strictObject({ file: Text, ...stated }))).describe('Documents that belong to it'),
  changelog: list(Note).describe('What changed in this release'),
  code: list(Code).describe('Code that belongs to no step'),
  unread: list(Note).describe('Text of the source document that gave no fact'),
})
export type PlanYaml = z.output<typeof PlanYaml>
