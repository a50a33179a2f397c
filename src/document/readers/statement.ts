/** What criteria and triggers share: a statement of the document, and what of it can be measured. */
import type { Condition } from '../../core/plan/condition.ts'
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import { readConditions } from '../grammar/read-condition.ts'
import type { Role } from '../grammar/title-words.ts'
import { bareTitle } from '../markdown/clean-text.ts'
import { type Context, type Reader, report } from './reader.ts'

export interface Statement {
  text: string
  source: SourceRange
  checked?: boolean | undefined
  /** What the statement was: `item`, `cell`, `line`. */
  shape: 'item' | 'cell' | 'line'
}

/** Nothing is stated. */
export const nothing = /^(?:n\/?a|none|—|–|-)?(?: ?\(.*\))?$/i

/** Where a threshold in a sentence or a list is neither criterion nor trigger by itself: the place says what it is, or that it is nothing. */
export const closed = new Set<Role>([
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

const bareLimit =
  /^(?:(?:target|goal|threshold|expected|limit|roll-?back if|halt if|abort if|alert if|warn(?:ing)?(?: if)?|critical(?: if)?) ?[:：]? ?)?(?=[<>≤≥])/i
const measurable =
  /\b(?:rate|ratio|latency|time|errors?|failures?|crash(?:es)?|usage|utili[sz]ation|availability|uptime|cpu|memory|throughput|conversion|retention|score|coverage|lag)\b/i

/** "Target: < 0.1 %" under "Crash rate" is about the crash rate. */
export function withTitle({ title }: Context, text: string): string {
  const lead = bareLimit.exec(text)?.[0]
  const metric = bareTitle(title)
  const isMetric = measurable.test(metric) && metric.split(' ').length <= 6
  return lead !== undefined && isMetric ? `${metric} ${text.slice(lead.length)}` : text
}

/** Whether the words of one name are all in the other. */
export function isPartOf(few: readonly string[], many: readonly string[]): boolean {
  return (few.length > 0 || many.length === 0) && few.every((word) => many.includes(word))
}

/** The conditions of a text that are possible; the others become findings. */
export function readChecked(reader: Reader, text: string, source: SourceRange): ReturnType<typeof readConditions> {
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
    /Δ|delta|increase|growth|grow|spike|jump|rise|rising|change|overhead|load|capacity|regression|slower|faster/i.test(
      metric,
    )
  )
    return true
  return [value].flat().every((end) => end >= 0 && end <= 100)
}
