/** Reads a Prometheus instant-vector selector and tells which samples it selects. */
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { Sample } from './parse-exposition.ts'
import { type LabelPair, readLabelPairs } from './read-label-pairs.ts'

export interface Selector {
  name: string
  pairs: readonly LabelPair[]
  /** Whether these labels are selected; the name is not looked at. */
  selects(labels: Sample['labels']): boolean
}

const shape = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*$/s
/** JavaScript's regular expressions backtrack, so what can take exponential or very long time is refused, and long values do not match. */
const maximumRepeats = 3
const maximumValueLength = 250
const beyondLimits = /\)[*+{]|\\[1-9k]|\(\?[=!<]/

const call = /^\s*([a-z_]+)\s*(?:by\s*\(.*?\)\s*)?\(/
/** What can be counted of each arm is tested; what was already worked out of it says nothing of how sure it is. */
const useCounters =
  'a verdict counts what happened in each version itself. Name the counters (events: and total:) or the histogram that it is made of'

/** `rejected` if the text is no selector, selects a quantile that was worked out before, or one of its regular expressions cannot be used. */
export function parseSelector(text: string): Outcome<Selector> {
  const [, name, labelText = ''] = shape.exec(text) ?? []
  const pairs = name === undefined ? undefined : readLabelPairs(labelText)
  if (pairs?.some(({ label }) => label === 'quantile'))
    return fail('rejected', `"${text}" is a quantile of a summary, which cannot be added up or tested: ${useCounters}`)
  if (name === undefined || !pairs) {
    const worked = call.exec(text)?.[1]
    if (worked !== undefined) return fail('rejected', `"${text}" is what ${worked}() made of a metric: ${useCounters}`)
    return fail(
      'rejected',
      `"${text}" is no metric selector; write name{label="value", other=~"pattern"} with = != =~ or !~`,
    )
  }
  const tests: ((labels: Sample['labels']) => boolean)[] = []
  for (const pair of pairs) {
    const test = testOf(pair)
    if (typeof test === 'string') return fail('rejected', `"${text}": ${test}`)
    tests.push(test)
  }
  return succeed({ name, pairs, selects: (labels) => tests.every((test) => test(labels)) })
}

/** The test of one matcher, or what is wrong with it. A label that is absent counts as empty. */
function testOf({ label, operator, value }: LabelPair): ((labels: Sample['labels']) => boolean) | string {
  const valueIn = (labels: Sample['labels']): string => labels.get(label) ?? ''
  if (operator === '=') return (labels) => valueIn(labels) === value
  if (operator === '!=') return (labels) => valueIn(labels) !== value
  if (beyondLimits.test(value) || (value.match(/[*+{]/g)?.length ?? 0) > maximumRepeats) {
    return `the pattern "${value}" is too complex: no repeated groups, back-references or look-arounds, and at most ${maximumRepeats} of * + {}`
  }
  const pattern = compile(`^(?:${value})$`)
  if (!pattern) return `"${value}" is no valid regular expression`
  const matches = (labels: Sample['labels']): boolean => {
    const text = valueIn(labels)
    return text.length <= maximumValueLength && pattern.test(text)
  }
  return operator === '=~' ? matches : (labels) => !matches(labels)
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 's')
  } catch {
    return undefined
  }
}
