/** Criteria and triggers from list items, table cells and sentences; what looks measurable but cannot be read is reported. */
import type { Condition } from '../../core/plan/condition.ts'
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCriterion, DraftTrigger } from '../../core/plan/draft.ts'
import { triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
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
  const list =
    context.role === 'entry' ? context.phase?.entryCriteria : (context.phase?.criteria ?? reader.draft.successMetrics)
  if (!list) return false
  list.push(...readCriteria(reader, statement))
  return true
}

const forms = { box: 'box', picture: 'ticked', none: 'plain' } as const

function readCriteria(reader: Reader, statement: Statement): DraftCriterion[] {
  const mark = readMark(statement.text, statement.checked)
  const rule = `criterion/${statement.shape}-${forms[mark.form]}`
  if (/^(?:n\/?a|none|—|–|-)?(?: ?\(.*\))?$/i.test(mark.text)) return []
  const { conditions, action } = readChecked(reader, mark.text, statement.source)
  const shared = { source: statement.source, rule, claimed: mark.claimed }
  if (conditions.length === 0) return [{ ...shared, text: mark.text, form: 'words' }]
  return conditions.map(({ condition, form, text }) => ({
    ...shared,
    text: conditions.length > 1 || action ? text : mark.text,
    condition,
    form,
  }))
}

function addTriggers(reader: Reader, context: Context, statement: Statement): boolean {
  const mark = readMark(statement.text, statement.checked)
  const { conditions, action: said } = readChecked(reader, mark.text, statement.source)
  const action = triggerAction(said ?? '') ?? context.action
  const shared = { source: statement.source, rule: `trigger/${statement.shape}`, action }
  const [event = mark.text] = mark.text.split(/ ?(?:→|⇒|->|=>) ?/)
  const triggers: DraftTrigger[] =
    conditions.length === 0
      ? [{ ...shared, text: event || mark.text }]
      : conditions.map(({ condition, text }) => ({ ...shared, text, condition }))
  if (mark.text === '') return false
  if (!context.phase) reader.draft.triggers ??= []
  const { triggers: list } = context.phase ?? reader.draft
  list?.push(...triggers)
  return true
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
