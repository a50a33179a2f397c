/** Criteria, triggers and times as a person would write them: the sentence alone where reading it gives the same, else what it means beside it. */
import type { Condition } from '../../core/plan/condition.ts'
import type { DraftCriterion, DraftTrigger, Timing } from '../../core/plan/draft.ts'
import { writeDuration } from '../../core/plan/duration.ts'
import { planPlaces } from './plan-place.ts'
import type { CriterionYaml, TimingYaml, TriggerYaml } from './plan-yaml.ts'
import { readCriterion, readTime, readTrigger, triggerKeys } from './read-statement.ts'
import { given, type LinesOf, shortest, type Written, type WrittenMap } from './written.ts'

/** Reading back for comparison: where a statement stands does not matter. */
const nowhere = () => planPlaces('', () => ({ start: 1, end: 1 }), undefined)

export function writeCriterion(linesOf: LinesOf, criterion: DraftCriterion): Written {
  const { text, claimed, group, source } = criterion
  const grouped = group === undefined ? {} : { group }
  const ticked = claimed ? { claimed } : {}
  const forms: CriterionYaml[] = [
    { text, ...ticked, ...grouped },
    { text, claimed, ...grouped },
  ]
  const readsBack = forms.find((form) => saysTheSame(readCriterion(nowhere(), [], form), [criterion]))
  const explicit = {
    text,
    ...ticked,
    ...writeMeaning(criterion.condition),
    ...(criterion.form === 'zero' ? { absence: true } : {}),
    ...grouped,
  }
  return shortest('text', { ...(readsBack ? writtenForm(readsBack) : explicit), ...linesOf(source) })
}

/** Under the key of its action. */
export function writeTriggers(linesOf: LinesOf, triggers: readonly DraftTrigger[]): WrittenMap {
  const byAction = Object.entries(triggerKeys).map(([key, action]) => [
    key,
    triggers.filter((trigger) => trigger.action === action).map((trigger) => writeTrigger(linesOf, trigger)),
  ])
  return given(Object.fromEntries(byAction))
}

function writeTrigger(linesOf: LinesOf, trigger: DraftTrigger): Written {
  const { text, group, source, action } = trigger
  const grouped = group === undefined ? {} : { group }
  const form: TriggerYaml = { text, ...grouped }
  const readsBack = saysTheSame(readTrigger(nowhere(), [], form, action), [trigger])
  const explicit = { text, ...writeMeaning(trigger.condition), ...grouped }
  return shortest('text', { ...(readsBack ? writtenForm(form) : explicit), ...linesOf(source) })
}

/** The week that a day without a week belongs to starts at `weekStartMs`. */
export function writeTime(linesOf: LinesOf, timing: Timing, weekStartMs = 0): Written {
  const { text, startOffsetMs, durationMs, dates, anchor, source } = timing
  const form: TimingYaml = { text }
  if (saysTheSame([readTime(nowhere(), [], form, weekStartMs)], [timing]))
    return shortest('text', { text, ...linesOf(source) })
  const meaning = given({
    start: startOffsetMs === undefined ? undefined : writeDuration(startOffsetMs),
    for: durationMs && oneOrBoth(durationMs.map(writeDuration)),
    dates: dates && oneOrBoth(dates),
    anchor: anchor && { event: anchor.event, offset: writeOffset(anchor.offsetMs) },
  })
  return { text, ...(Object.keys(meaning).length > 0 ? meaning : { words: true }), ...linesOf(source) }
}

const oneOrBoth = ([first = '', last = '']: readonly string[]): Written => (first === last ? first : [first, last])

const writeOffset = (ms: number): string => (ms < 0 ? `-${writeDuration(-ms)}` : writeDuration(ms))

function writeMeaning(condition: Condition | undefined): WrittenMap {
  if (!condition) return { person: true }
  const { windowMs, ...rest } = condition
  return { condition: { ...rest, ...(windowMs === undefined ? {} : { window: writeDuration(windowMs) }) } }
}

/** Short forms hold text and flags only. */
function writtenForm({ text, claimed, group }: CriterionYaml): WrittenMap {
  return given({ text, claimed, group })
}

/** Whether the facts are the same apart from where and how they were read. */
function saysTheSame(read: readonly object[], meant: readonly object[]): boolean {
  return factText(read) === factText(meant)
}

function factText(facts: readonly object[]): string {
  const keyed = (value: object): object =>
    Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  return JSON.stringify(facts, (key, value: unknown) => {
    if (key === 'source' || key === 'rule') return undefined
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? keyed(value) : value
  })
}
