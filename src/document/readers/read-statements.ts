/** Criteria and triggers from list items, table cells and sentences; what looks measurable but cannot be read is reported. */
import type { Condition } from '../../core/plan/condition.ts'
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCriterion } from '../../core/plan/draft.ts'
import { significantWords } from '../../core/plan/lint/find-phase.ts'
import { triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readMark } from '../markdown/clean-text.ts'
import { addTriggers } from './read-triggers.ts'
import type { Context, Reader } from './reader.ts'
import { closed, isPartOf, nothing, readChecked, type Statement, withTitle } from './statement.ts'

/** Adds what the statement says to the criteria or triggers of its place; `false` when it has no place. */
export function addStatement(reader: Reader, context: Context, statement: Statement): boolean {
  if (context.role === 'triggers') return addTriggers(reader, context, statement)
  const { phase, role } = context
  const list = role === 'entry' && phase ? phase.entryCriteria : (phase?.criteria ?? reader.draft.successMetrics)
  list.push(...readCriteria(reader, context, statement))
  return true
}

const forms = { box: 'box', picture: 'ticked', none: 'plain' } as const

function readCriteria(reader: Reader, context: Context, statement: Statement): DraftCriterion[] {
  const mark = readMark(statement.text, statement.checked)
  const rule = `criterion/${statement.shape}-${forms[mark.form]}`
  if (nothing.test(mark.text)) return []
  const { conditions, action } = readChecked(reader, withTitle(context, mark.text), statement.source)
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

const goOnIf =
  /^(?:continue|proceed|advance|promote|expand|move on|go on)\b[^.;]{0,60}?\b(?:if|when|once|while|as long as) (?<event>(?:[^.;]|\.(?=\d)){4,160}?)[.;]?$/i

const mustHold = /^[^:;]{4,80} must (?:be|stay|remain|not|have)\b/i

/** "Continue only if mismatches stay below 0.1 %" in a phase: its criterion; `false` when there is none. */
export function addStatedGate(reader: Reader, context: Context, text: string, source: SourceRange): boolean {
  const event = goOnIf.exec(text)?.groups?.event ?? (mustHold.test(text) ? text : undefined)
  if (event === undefined || !context.phase || context.role !== undefined) return false
  if (readConditions(event).conditions.length === 0) return false
  return addStatement(reader, { ...context, role: 'criteria' }, { text: event, source, shape: 'line' })
}

/** "Failure rate > 2 % is a rollback signal", "drops > 20 % indicate regressions": what a threshold would be a sign of. */
const signs = [
  / (?:is|are|means?|counts? as|would be) (?:an? )?(?:\p{L}+ )?(?<what>(?:roll-?back|abort|halt|stop|suspect)\b.*)$/iu,
  / (?:triggers?|causes?|forces?|leads to|initiates?|results in) (?:(?:an?|immediate|automatic|auto) ?)*(?<what>(?:roll-?back|abort|halt|pause|stop|hold)\b.*)$/iu,
  / (?<what>(?:indicates?|suggests?|signals?|warrants?|points? to|requires? investigation)\b.*)$/iu,
]

/** "Warning threshold: > 2 s p95 latency". */
const alarmLabel =
  /^(?<said>(?:warn(?:ing)?|alert|alarm|critical|roll-?back|abort|halt)(?: (?:threshold|level|limit|trigger))?)s? ?[:：] (?<rest>.+)$/i

/** The statement without what it is a sign of, and that. */
function readSign(text: string): { text: string; what: string } | undefined {
  const found = signs.map((pattern) => pattern.exec(text)).find((match) => match !== null)
  return found ? { text: text.slice(0, found.index), what: found.groups?.what ?? '' } : undefined
}

/**
 * A threshold in a list that announces none: with an action behind an arrow it is a trigger, otherwise a criterion. Zero-forms count
 * only in boxes, where somebody is to look. `true` when something was added.
 */
export function addStatedCondition(reader: Reader, context: Context, statement: Statement): boolean {
  if (context.role !== undefined && (closed.has(context.role) || context.role === 'rollback')) return false
  const mark = readMark(statement.text, statement.checked)
  const said = withTitle(context, mark.text)
  const { conditions: all, action } = readConditions(said)
  // "Validated on staging (48+ hours)", "test plan done (200+ tests)" say how long or how much something was, not what was seen.
  const conditions = all.filter(
    ({ condition: { unit, comparator, value } }) =>
      comparator !== '>=' || !(['min', 'h', 'd'].includes(unit) || mark.text.includes(`(${value}+ `)),
  )
  const does = triggerAction(action ?? '')
  const asks = /\b(?:if|when|whenever|se|si)\b/i.test(mark.text) ? triggerAction(mark.text) : undefined
  const sign = readSign(said)
  if (sign && conditions.length > 0) {
    const action = triggerAction(sign.what) ?? 'notify'
    return addTriggers(reader, { ...context, action }, { ...statement, text: sign.text })
  }
  const alarm = alarmLabel.exec(mark.text)?.groups
  if (alarm?.said && conditions.length > 0) {
    const action = triggerAction(alarm.said) ?? (/^(?:warn|alarm)/i.test(alarm.said) ? 'notify' : context.action)
    return addTriggers(reader, { ...context, action }, { ...statement, text: withTitle(context, alarm.rest ?? '') })
  }
  if (asks !== undefined && conditions.length > 0) return addTriggers(reader, { ...context, action: asks }, statement)
  if (does !== undefined && conditions.length > 0) return addTriggers(reader, { ...context, action: does }, statement)
  if (/^[A-Z][A-Z0-9_]+ ?=|^(?:example|e\.g\.)/.test(mark.text) || /^example\b/i.test(mark.text)) return false
  const measured =
    conditions.some(({ form }) => form === 'numeric') &&
    (statement.checked !== undefined ||
      /[<>≤≥]|\d ?%?\+|\d ?x |\b(?:must|should|has to|have to) (?:stay|remain|be) /i.test(mark.text))
  const counted = mark.form !== 'none' && conditions.some(({ form }) => form === 'zero')
  const whole =
    context.phase !== undefined &&
    /^100 ?%(?! (?:of|du|do|dos|das|des|de) .*\b(?:traffic|sessions|users|requests|customers|tenants|providers|prestadores|clientes|utilisateurs|usu[aá]rios|lojas|stores|shops|regions|hosts|servers|pods|accounts)\b)/i.test(
      mark.text,
    )
  if (!measured && !counted && !(whole && conditions.length > 0)) return false
  if (!context.phase && conditions.every(({ condition }) => isOfPhase(reader, condition))) return false
  const label = /^([^:：<>≤≥]{3,60}?) ?[:：] (.*)$/.exec(mark.text)
  // "Error rate: < 1 % (production), < 5 % (canary)": there the label is what is measured.
  const several = label !== null && conditions.length > 1 && !/^[<>≤≥=~\d]/.test(label[2] ?? '')
  return addStatement(
    reader,
    { ...context, role: 'criteria', ...(several && label[1] ? { group: label[1] } : {}) },
    several
      ? { ...statement, text: label[2] ?? '' }
      : { ...statement, text: said === mark.text ? statement.text : said },
  )
}

/** "Error rate: < 1 % (production), < 5 % (canary)" among the key metrics, where these are the criteria of two phases. */
function isOfPhase({ draft }: Reader, { metric, comparator, value, unit, percentile }: Condition): boolean {
  const words = significantWords(metric)
  return draft.phases.some(({ criteria }) =>
    criteria.some(({ condition }) => {
      if (condition?.value !== value || condition.comparator !== comparator || condition.unit !== unit) return false
      const known = significantWords(condition.metric)
      return condition.percentile === percentile && (isPartOf(words, known) || isPartOf(known, words))
    }),
  )
}
