/** Criteria and triggers from list items, table cells and sentences; what looks measurable but cannot be read is reported. */
import type { Condition } from '../../core/plan/condition.ts'
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCriterion, DraftTrigger } from '../../core/plan/draft.ts'
import { significantWords } from '../../core/plan/lint/find-phase.ts'
import { triggerAction } from '../grammar/classify-title.ts'
import { readWindow } from '../grammar/metric-words.ts'
import { readConditions } from '../grammar/read-condition.ts'
import type { Role } from '../grammar/title-words.ts'
import { readMark } from '../markdown/clean-text.ts'
import type { Context, Reader } from './reader.ts'
import { report } from './reader.ts'

export interface Statement {
  text: string
  source: SourceRange
  checked?: boolean | undefined
  /** What the statement was: `item`, `cell`, `line`. */
  shape: 'item' | 'cell' | 'line'
}

/** Adds what the statement says to the criteria or triggers of its place; `false` when it has no place. */
export function addStatement(reader: Reader, context: Context, statement: Statement): boolean {
  if (context.role === 'triggers') return addTriggers(reader, context, statement)
  const { phase, role } = context
  const list = role === 'entry' && phase ? phase.entryCriteria : (phase?.criteria ?? reader.draft.successMetrics)
  list.push(...readCriteria(reader, context, statement))
  return true
}

const forms = { box: 'box', picture: 'ticked', none: 'plain' } as const
const nothing = /^(?:n\/?a|none|—|–|-)?(?: ?\(.*\))?$/i

function readCriteria(reader: Reader, context: Context, statement: Statement): DraftCriterion[] {
  const mark = readMark(statement.text, statement.checked)
  const rule = `criterion/${statement.shape}-${forms[mark.form]}`
  if (nothing.test(mark.text)) return []
  const { conditions, action } = readChecked(reader, mark.text, statement.source)
  const group = checkpointOf(mark.text) ?? context.group
  const shared = { source: statement.source, rule, claimed: mark.claimed, ...(group ? { group } : {}) }
  if (conditions.length === 0) return [{ ...shared, text: mark.text, form: 'words' }]
  return conditions.map(({ condition, form, text }) => ({
    ...shared,
    text: conditions.length > 1 || action ? text : mark.text,
    condition,
    form,
  }))
}

/** "… before go-live", "… at the go/no-go checkpoint": the statement says itself where it is asked. */
function checkpointOf(text: string): string | undefined {
  return /\b(?:before|by|at|prior to) (?:the )?((?:go[- /]?(?:live|no[- ]?go)|launch|release|cut-?over|code freeze)(?: [\p{L}-]+)?)[.;]?$/iu.exec(
    text,
  )?.[1]
}

function addTriggers(reader: Reader, context: Context, statement: Statement, event?: string): boolean {
  const mark = readMark(statement.text, statement.checked)
  if (mark.text === '' || nothing.test(mark.text)) return false
  const said = event ?? mark.text
  if (readSustain(said) !== undefined) return true
  const { beside, rest } = eventBeside(said)
  const { conditions: all, action: asked } = readChecked(reader, rest, statement.source)
  // "SLO breach for 10 minutes" is an event that lasts, no number to compare; "time to restore < 5 minutes" is what a rollback may take.
  const conditions = all.filter(({ condition }) => !isLasting(condition) && !isBudget(condition))
  if (conditions.length === 0 && all.some(({ condition }) => isBudget(condition))) return true
  const action = triggerAction(asked ?? '') ?? context.action
  const group = context.phase ? undefined : (context.track ?? context.group)
  const shared = { source: statement.source, rule: `trigger/${statement.shape}`, action, ...(group ? { group } : {}) }
  const sustained = context.sustainMs === undefined ? {} : { windowMs: context.sustainMs }
  const [happens = mark.text] = said.split(/ ?(?:→|⇒|->|=>) ?/)
  const events = conditions.length === 0 ? eventsOf(happens || mark.text, statement.shape) : beside ? [beside] : []
  const triggers: DraftTrigger[] = [
    ...events.map((text) => ({ ...shared, text })),
    ...conditions.map(({ condition, text }) => ({ ...shared, text, condition: { ...sustained, ...condition } })),
  ]
  if (!context.phase) reader.draft.triggers ??= []
  const known = context.phase?.triggers ?? reader.draft.triggers ?? []
  const added = triggers.filter((trigger) => !isRestated(reader, context, trigger))
  known.push(...added)
  return true
}

const ofAll =
  /\b(?:any|all|each|one|either)\b(?=.*\b(?:following|triggers?|conditions?|thresholds?|these|them|below)\b)[^.:]{0,60}?\b(?:for|over|during|sustained(?: for)?)\b(.{2,40})/i

/** "Any of the following for 10 consecutive minutes": how long each has to last, in milliseconds; it is no trigger itself. */
export function readSustain(text: string): number | undefined {
  const said = /[<>≤≥%]/.test(text) ? undefined : ofAll.exec(text)?.[1]
  return said === undefined ? undefined : readWindow(`for ${said.replace(/^ (?:for |at least |more than )*/i, '')}`)
}

/** "Critical bug, data corruption, or uncontrollable error rate" names three. */
function eventsOf(text: string, shape: Statement['shape']): string[] {
  const parts = text.split(/,? (?:or|ou) |, /i).map((part) => part.trim())
  const areShort = parts.length >= 2 && parts.every((part) => part !== '' && part.split(' ').length <= 4)
  return shape === 'line' && areShort ? parts : [text]
}

/** "If the probes fail or errors exceed 5 %", "errors > 5 % or a critical bug": the event beside the threshold, and the rest. */
function eventBeside(text: string): { beside?: string; rest: string } {
  const [before = '', first = ''] = /^(?:if|when|whenever)? ?(.{4,100}?),? or (?=.)/i.exec(text) ?? []
  const [after = '', last = ''] = /,? or (?:an? |any )?((?:(?! or ).){4,100}?)[.;]?$/i.exec(text) ?? []
  const isEvent = (part: string) => trouble.test(part) && readConditions(part).conditions.length === 0
  const isMeasured = (part: string) => readConditions(part).conditions.length > 0
  const [head, tail] = [text.slice(before.length), text.slice(0, text.length - after.length)]
  if (isEvent(first) && isMeasured(head)) return { beside: first, rest: head }
  return isEvent(last) && isMeasured(tail) ? { beside: last, rest: tail } : { rest: text }
}

function isLasting({ metric, unit }: Condition): boolean {
  if (['min', 'h', 'd'].includes(unit) && /\b(?:breach(?:es)?|violations?|outages?)$/i.test(metric)) return true
  return ['s', 'min', 'h', 'd'].includes(unit) && / for$/i.test(metric)
}

const isBudget = ({ metric }: Condition): boolean =>
  /^(?:(?:max(?:imum)?|target|total) )?(?:rto|(?:time to )(?:restore|recover|roll ?back|revert)|recovery time|roll-?back (?:time|duration|budget|deadline))/i.test(
    metric,
  )

/** Of one threshold so many metrics are compared by their words; what is stated more often stays as it is. */
const restatedLimit = 50

/** The same threshold of the same metric, in the same place or said again in a table of stages. */
function isRestated(reader: Reader, { phase }: Context, { condition, text, group }: DraftTrigger): boolean {
  const { comparator, value, unit, percentile } = condition ?? {}
  const said = condition ? [comparator, value, unit, percentile] : [text.toLowerCase()]
  const key = [phase?.source.start ?? '', group ?? '', ...said].join('|')
  const words = condition ? significantWords(condition.metric) : []
  const known = reader.triggersSaid.get(key) ?? []
  if (known.some((other) => isPartOf(words, other) || isPartOf(other, words))) return true
  if (known.length < restatedLimit) reader.triggersSaid.set(key, [...known, words])
  return false
}

function isPartOf(few: readonly string[], many: readonly string[]): boolean {
  return (few.length > 0 || many.length === 0) && few.every((word) => many.includes(word))
}

const closed = new Set<Role>([
  'appendix',
  'criteria',
  'entry',
  'triggers',
  'risks',
  'mitigation',
  'communication',
  'people',
  'approval',
  'nextSteps',
  'timing',
  'objective',
  'exclusions',
  'dependencies',
  'changelog',
  'commits',
  'windows',
])
const undo =
  '(?:immediately |automatically |auto-?)?(?:roll(?:ing)?[- ]?back|rollback|reverts?|restore|aborts?|halts?|stops?|pauses?|disables?|kill)'
const undoIf = new RegExp(
  String.raw`\b${undo}\b[^.;]{0,80}?\b(?:if|when|whenever|on|upon|after) (?<event>(?:[^.;]|\.(?=\d)){4,160}?)[.;:]?$`,
  'i',
)
const ifUndo = new RegExp(
  String.raw`^(?:if|when|whenever|si|se|en cas de) (?<event>[^:;→]{4,160}?)(?: ?(?:→|->|=>)|,? (?:then )?(?:we )?\b${undo}\b)`,
  'i',
)
const ifHead =
  /^(?:use (?:\p{L}+ ){0,2})?(?:if|when|whenever|in case of|si|se|en cas de) (?<event>[^:;]{4,120}?) ?[:：.]?$/iu
const scenario = /^(?:scenario|case|situation|cenario)(?: ?\d+)? ?[:：—–-] ?(?<event>.{4,120})$/i
/** What makes an event worth going back for, where no number says it. */
const trouble =
  /fail|error|issue|anomal|spike|inconsisten|critical|problem|incident|breach|corrupt|degrad|\bdown\b|unreachable|unavailable|\bbugs?\b|crash|loss|exceed|unhealthy|outage|regress|erreur|falha|erro\b|incid|vulnerab|wrong/i

/** "Roll back if error rate > 5 %", "If critical issues arise:" in a rollback section: a trigger told in a sentence; `false` when there is none. */
export function addStatedEvent(reader: Reader, context: Context, text: string, source: SourceRange): boolean {
  if (context.role !== undefined && closed.has(context.role)) return false
  const told = undoIf.exec(text)
  const isHead = context.role === 'rollback' || (context.phase !== undefined && /[:：]$/.test(text))
  const event = (told ?? ifUndo.exec(text) ?? (isHead ? (scenario.exec(text) ?? ifHead.exec(text)) : null))?.groups
    ?.event
  if (
    event === undefined ||
    /\bhow to\b|^if \p{L}+ goes? wrong$/iu.test(text) ||
    /\b(?:gates?|checks?|criteri(?:a|on)) fails?\b/i.test(event)
  )
    return false
  const measured = readConditions(event).conditions.length > 0
  const isHappening = told !== null && !/\b(?:if|when|whenever)\b/i.test(told[0])
  if (!measured && (isHappening || !trouble.test(event))) return false
  const action = triggerAction(text) ?? (/disable|kill|restore/i.test(text) ? 'rollBack' : context.action)
  const said = measured || !told ? event : told[0]
  return addTriggers(reader, { ...context, action }, { text, source, shape: 'line' }, said)
}

const goOnIf =
  /^(?:continue|proceed|advance|promote|expand|move on|go on)\b[^.;]{0,60}?\b(?:if|when|once|while|as long as) (?<event>(?:[^.;]|\.(?=\d)){4,160}?)[.;]?$/i

/** "Continue only if mismatches stay below 0.1 %" in a phase: its criterion; `false` when there is none. */
export function addStatedGate(reader: Reader, context: Context, text: string, source: SourceRange): boolean {
  const event = goOnIf.exec(text)?.groups?.event
  if (event === undefined || !context.phase || context.role !== undefined) return false
  if (readConditions(event).conditions.length === 0) return false
  return addStatement(reader, { ...context, role: 'criteria' }, { text: event, source, shape: 'line' })
}

/**
 * A threshold in a list that announces none: with an action behind an arrow it is a trigger, otherwise a criterion. Zero-forms count
 * only in boxes, where somebody is to look. `true` when something was added.
 */
export function addStatedCondition(reader: Reader, context: Context, statement: Statement): boolean {
  if (context.role !== undefined && (closed.has(context.role) || context.role === 'rollback')) return false
  const mark = readMark(statement.text, statement.checked)
  const { conditions: all, action } = readConditions(mark.text)
  // "Validated on staging (48+ hours)" says how long something went on, not what was seen.
  const conditions = all.filter(
    ({ condition: { unit, comparator } }) => comparator !== '>=' || !['min', 'h', 'd'].includes(unit),
  )
  const said = triggerAction(action ?? '')
  const asks = /\b(?:if|when|whenever|se|si)\b/i.test(mark.text) ? triggerAction(mark.text) : undefined
  if (asks !== undefined && conditions.length > 0) return addTriggers(reader, { ...context, action: asks }, statement)
  if (said !== undefined && conditions.length > 0) return addTriggers(reader, { ...context, action: said }, statement)
  if (/^[A-Z][A-Z0-9_]+ ?=/.test(mark.text)) return false
  const measured =
    conditions.some(({ form }) => form === 'numeric') &&
    (statement.checked !== undefined || /[<>≤≥]|\d ?%?\+|\d ?x /.test(mark.text))
  const counted = mark.form !== 'none' && conditions.some(({ form }) => form === 'zero')
  const whole =
    context.phase !== undefined && /^100 ?%(?! (?:of|du|do) .*\b(?:traffic|sessions|users|requests)\b)/i.test(mark.text)
  if (!measured && !counted && !(whole && conditions.length > 0)) return false
  const label = /^([^:：<>≤≥]{3,60}?) ?[:：] (.*)$/.exec(mark.text)
  const several = label !== null && conditions.length > 1
  return addStatement(
    reader,
    { ...context, role: 'criteria', ...(several && label[1] ? { group: label[1] } : {}) },
    several ? { ...statement, text: label[2] ?? '' } : statement,
  )
}

/** The conditions of a text that are possible; the others become findings. */
function readChecked(reader: Reader, text: string, source: SourceRange): ReturnType<typeof readConditions> {
  const read = readConditions(text)
  if (read.unread) {
    report(
      reader,
      'warning',
      'CONDITION_UNREAD',
      source,
      `the number of "${text}" cannot be read; a person has to judge it`,
      'write metric, comparison, number and unit, such as "order errors < 2%"',
    )
  }
  const conditions = read.conditions.filter(({ condition, text: clause }) => {
    const possible = isPossible(condition)
    if (!possible)
      report(
        reader,
        'error',
        'PERCENT_RANGE',
        source,
        `"${clause}" compares with a percentage outside 0 to 100`,
        'correct the number, or say what it is a percentage of',
      )
    return possible
  })
  return { ...read, conditions }
}

/** Growth can exceed 100 %, a share cannot. */
function isPossible({ metric, unit, value }: Condition): boolean {
  if (
    unit !== '%' ||
    /increase|growth|grow|spike|jump|rise|rising|change|overhead|load|capacity|regression|slower|faster/i.test(metric)
  )
    return true
  return [value].flat().every((end) => end >= 0 && end <= 100)
}
