/** Rows of tables that name a metric and its thresholds: criteria, triggers, alerts. */
import { readDuration, readQuantity } from '../grammar/read-quantity.ts'
import { readMark } from '../markdown/clean-text.ts'
import { addStatement } from './read-statements.ts'
import { at, type Context, type Reader } from './reader.ts'
import type { Row } from './table-columns.ts'

export function addThresholdRow(reader: Reader, row: Row, context: Context): void {
  const metric = row.get('metric')
  const window = readDuration(row.get('window'))
  const over = window
    ? ` over ${row
        .get('window')
        .slice(window.index, window.index + window.length)
        .replace('-', ' ')}`
    : ''
  const add = (stated: string, role: 'criteria' | 'triggers', action: Context['action'] = 'rollBack'): void => {
    const threshold = role === 'criteria' ? withComparator(stated) : stated
    if (threshold === '' || /^[-—–]$/.test(threshold)) return
    const { text } = readMark(threshold, undefined)
    const counted = countsOf(metric, text)
    if (counted.length > 0) {
      for (const text of counted)
        addStatement(reader, { ...context, role, action }, { text, source: at(row.line), shape: 'cell' })
      return
    }
    const measured = /^(?:[<>≤≥=~±]|\d|at |below|above|under|over|less|more|no more|within|max|min)/i.test(text)
    addStatement(
      reader,
      { ...context, role, action },
      { text: measured ? `${metric} ${text}${over}` : `${metric}: ${text}`, source: at(row.line), shape: 'cell' },
    )
  }
  // "Rollback decision matrix": metric, threshold, what then.
  const underTriggers = context.role === 'triggers' || (context.role === 'rollback' && row.get('action') !== '')
  add(row.get('threshold'), underTriggers ? 'triggers' : 'criteria')
  if (underTriggers) return
  add(row.get('halt'), 'triggers')
  add(row.get('alert'), 'triggers', 'notify')
}

/** "≤1 Sev-2, 0 Sev-1" of "Incidents": "Sev-2 incidents ≤ 1", "Sev-1 incidents = 0"; empty where the numbers have units. */
function countsOf(metric: string, threshold: string): string[] {
  const parts = threshold
    .split(/, | and /)
    .map((part) =>
      /^([<>≤≥]?)=? ?(\d{1,6}) (?!(?:over|per|in|of|for|during|within|at|and|or|total)\b)(\p{L}[\p{L}\d -]{1,30})$/u.exec(
        part,
      ),
    )
  return parts.flatMap((part) => {
    const [, sign = '', count = '', kind = ''] = part ?? []
    // "200 OK" is an answer, and no count.
    if (!part || (sign === '' && count !== '0') || readQuantity(`${count} ${kind}`)?.unit !== 'count') return []
    return [`${kind} ${metric.toLowerCase()} ${sign === '' ? '=' : sign} ${count}`]
  })
}

/** A target that is only a value: nothing of it, all of it, a score of so many, a share that is better when larger. */
function withComparator(target: string): string {
  if (/^(?:none|zero|no)\b/i.test(target)) return '= 0'
  if (/^0 ?%?$/.test(target)) return `= ${target}`
  if (/^100 ?%(?: (?:success|successful|pass(?:ed|ing)?|complete))?$/i.test(target)) return '= 100%'
  return /^\d(?:\.\d+)?\/(?:5|10)$|^[6-9]\d(?:\.\d+)? ?%$/.test(target) ? `≥ ${target}` : target
}
