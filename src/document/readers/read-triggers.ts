/** Triggers: what lists, tables and sentences say a release is taken back, stopped or paused for. */
import type { Condition } from '../../core/plan/condition.ts'
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftTrigger } from '../../core/plan/draft.ts'
import { significantWords } from '../../core/plan/lint/find-phase.ts'
import { triggerAction } from '../grammar/classify-title.ts'
import { readWindow } from '../grammar/metric-words.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readMark } from '../markdown/clean-text.ts'
import type { Context, Reader } from './reader.ts'
import { closed, isPartOf, nothing, readChecked, type Statement } from './statement.ts'

/** Adds what a statement names, each with what it is to do; `event` where that is only a part of it. `false` when it says nothing. */
export function addTriggers(reader: Reader, context: Context, statement: Statement, event?: string): boolean {
  const mark = readMark(statement.text, statement.checked)
  if (mark.text === '' || nothing.test(mark.text)) return false
  const said = event ?? mark.text
  const clauses = said.replace(/^[^:：;]{3,80}[:：] /, '').split(/; ?/)
  if (clauses.length > 2) {
    for (const text of clauses) addTriggers(reader, context, { ...statement, text, checked: undefined })
    return true
  }
  if (readSustain(said) !== undefined || budgetName.test(said)) return true
  const { beside, rest } = eventBeside(said)
  const { conditions: all, action: asked } = readChecked(reader, rest, statement.source)
  // "SLO breach for 10 minutes" is an event that lasts, no number to compare; of "> 1% but < 2%" the second only says where worse begins.
  const conditions = all.filter(({ condition }, index) => !isLasting(condition) && !(index > 0 && isBand.test(rest)))
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

const isBand = /[<>≤≥] ?[\d.,]+ ?\p{L}{0,3}%? (?:but|and) ?[<>≤≥]/u

/** "Time to restore: < 5 minutes" is what a rollback may take, and no trigger. */
const budgetName =
  /^(?:(?:max(?:imum)?|target|total) )?(?:rto|time to (?:restore|recover|roll ?back|revert)|recovery time|roll-?back (?:time|duration|budget|deadline)) ?(?:[:：=<≤]|is\b|under\b|within\b)/i

/** Of one threshold so many metrics are compared by their words; what is stated more often stays as it is. */
const restatedLimit = 50

/** From the weakest on: a threshold that has paused may go back, too. */
const byStrength: readonly DraftTrigger['action'][] = ['notify', 'pause', 'halt', 'rollBack']

/** The same threshold of the same metric, in the same place or said again in a table of stages, and nothing stronger done than before. */
function isRestated(reader: Reader, { phase }: Context, { condition, text, group, action }: DraftTrigger): boolean {
  const { comparator, value, unit, percentile } = condition ?? {}
  const said = condition ? [comparator, value, unit, percentile] : [text.toLowerCase()]
  const key = [phase?.source.start ?? '', group ?? '', ...said].join('|')
  const words = condition ? significantWords(condition.metric) : []
  const known = reader.triggersSaid.get(key) ?? []
  const same = known.filter((other) => isPartOf(words, other.words) || isPartOf(other.words, words))
  if (same.some((other) => byStrength.indexOf(other.action) >= byStrength.indexOf(action))) return true
  if (known.length < restatedLimit) reader.triggersSaid.set(key, [...known, { words, action }])
  return false
}

const undo =
  '(?:immediately |automatically |auto-?)?(?:roll(?:s|ing)?[- ]?back|rollback|reverts?|restore|aborts?|halts?|stops?|pauses?|disables?|kill|(?:flip|switch|turn|set|move|point|route)s?(?= [^;,]{1,60} back\\b))(?! (?:plans?|procedures?|strateg|steps?|process|capabilit|support|mechanism|options?|tests?|drills?|scripts?|times?|switch(?:es)?))'
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

/** "Ability to revert changes if issues arise", "then the system can roll back by itself" order nothing; with a number they do. */
const praise = new RegExp(
  String.raw`\b(?:(?:ability|able|capability|option|possibility) to|can|could|may|might) (?:be )?(?:\p{L}+ly )?${undo}`,
  'iu',
)

/** Only for a number: "Alert the team if something looks odd" is no rule. */
const alertIf =
  /^(?:alert|page|notify)\b[^.;:]{0,60}? (?:if|when|whenever) (?<event>(?:[^.;]|\.(?=\d)){4,160}?)[.;:]?$/i

/** "Roll back if error rate > 5 %", "If critical issues arise:" in a rollback section: a trigger told in a sentence; `false` when there is none. */
export function addStatedEvent(reader: Reader, context: Context, text: string, source: SourceRange): boolean {
  if (context.role !== undefined && closed.has(context.role)) return false
  const told = undoIf.exec(text)
  const isHead = context.role === 'rollback' || (context.phase !== undefined && /[:：]$/.test(text))
  const said = told ?? ifUndo.exec(text) ?? (isHead ? (scenario.exec(text) ?? ifHead.exec(text)) : alertIf.exec(text))
  const event = said?.groups?.event
  if (
    event === undefined ||
    /\bhow to\b|^if \p{L}+ goes? wrong$/iu.test(text) ||
    /\b(?:gates?|checks?|criteri(?:a|on)) fails?\b/i.test(event) ||
    / (?:may|might)$/i.test(event)
  )
    return false
  const measured = readConditions(event).conditions.length > 0
  const isHappening = told !== null && !/\b(?:if|when|whenever)\b/i.test(told[0])
  if (!measured && (isHappening || alertIf.test(text) || praise.test(text) || !trouble.test(event))) return false
  const asked = triggerAction(text)
  const isUndone = /\b(?:disable|kill|restore)/i.test(text) && (asked === undefined || asked === 'notify')
  const action = isUndone ? 'rollBack' : (asked ?? context.action)
  const happens = measured || !told ? event : told[0]
  return addTriggers(reader, { ...context, action }, { text, source, shape: 'line' }, happens)
}
