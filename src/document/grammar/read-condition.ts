/** The threshold grammar: "Search time < 250ms (p99)", "no critical bugs", "coverage drops below 85%", "80%+", `\ge 99.9\%`. */
import type { Comparator, Condition } from '../../core/plan/condition.ts'
import { cleanText, foldKeepingLength } from '../markdown/clean-text.ts'
import { cleanMetric, readPercentile, readWindow } from './metric-words.ts'
import { readBareThreshold, type Threshold } from './read-bare-threshold.ts'
import { readQuantity } from './read-quantity.ts'
import { readZeroForm } from './read-zero-form.ts'

export interface ReadCondition {
  condition: Condition
  form: 'numeric' | 'zero'
  /** The clause that states it. */
  text: string
}

export interface ReadConditions {
  conditions: ReadCondition[]
  /** A comparison was seen whose number cannot be read. */
  unread: boolean
  /** What follows an arrow: "→ rollback". */
  action?: string
}

/** Everything measurable in one statement of a plan, in order. */
export function readConditions(statement: string): ReadConditions {
  // Hostile lists have thousands of empty items.
  if (statement === '') return { conditions: [], unread: false }
  const [text = '', action] = cleanText(statement).split(/ ?(?:→|⇒|➜|->|=>|-->) ?(?![^()]*\))/)
  const [, head, rest = ''] = shareFirst.exec(text) ?? []
  if (head !== undefined) {
    const other = readConditions(rest)
    return { ...other, conditions: [...readConditions(head).conditions, ...other.conditions] }
  }
  const found = findThresholds(text)
  const read = found.thresholds.map((threshold, index) => toCondition(text, found.thresholds, index, threshold))
  const measured = read.filter((condition) => condition !== undefined)
  const conditions = found.unread
    ? measured
    : [...zeroForms(text, found.thresholds, measured.length === 0), ...measured]
  return {
    conditions,
    unread: found.unread || measured.length < read.length,
    ...(action ? { action: cleanText(action) } : {}),
  }
}

/** "99.5% uptime, < 500ms p95": a threshold without a sign before one with a sign. */
const shareFirst = /^((?:100|9\d)(?:\.\d{1,4})? ?% [\p{L}][\p{L} -]{1,30}), (?=[<>≤≥])(.{2,200})$/u

const clausePattern = /[,;]|\.(?= \p{Lu})| (?:and|or|et|ou|e|&|\+) (?=(?:no|zero|0|without|sem|aucune?) )/giu

/** "no privacy issue, no data loss, and less than 1% failed writes": each clause that states an absence, outside the thresholds. */
function zeroForms(text: string, thresholds: readonly Threshold[], alone: boolean): ReadCondition[] {
  const whole = alone ? readZeroForm(text) : undefined
  const bounds = [...text.matchAll(clausePattern)].map(({ index, 0: mark }) => [index, index + mark.length] as const)
  const clauses = [[0, 0] as const, ...bounds].map(([, start], index) => ({
    start,
    end: bounds[index]?.[0] ?? text.length,
  }))
  const zero = clauses.flatMap(({ start, end }) => {
    if (thresholds.some((threshold) => threshold.end > start && threshold.start < end)) return []
    const clause = text
      .slice(start, end)
      .replace(/^ ?(?:and|or|et|ou|e|&|plus) /i, '')
      .replace(/^[^:：]{2,50}[:：] (?=(?:no|zero|0|sem|aucune?) )/i, '')
      .trim()
    const condition = readZeroForm(clause)
    return condition ? [{ condition, form: 'zero' as const, text: clause }] : []
  })
  if (zero.length > 1 || !alone) return zero
  return whole ? [{ condition: whole, form: 'zero', text }] : zero
}

const words: [Comparator, string][] = [
  [
    '<=',
    '(?:not|never) (?:[a-z]+ ){0,2}(?:more|higher|greater) than|not (?:go )?above|not exceed(?:ing)?|no more than|not more than|no higher than|no greater than|at most|at or below|up to|within (?=[±~]? ?\\d{1,3}(?:\\.\\d+)? ?%)|max(?:imum)?(?: of)?|au plus|no maximo',
  ],
  [
    '>=',
    '(?:not|never) (?:[a-z]+ ){0,2}(?:less|fewer|lower) than|not (?:drop |fall |go )?below|at least|at or above|no less than|not less than|no fewer than|min(?:imum)?(?: of)?|handles|sustains|supports|au moins|pelo menos|no minimo|reach(?:es)?',
  ],
  [
    '<',
    '(?:drops?|falls?|goes|dips?) (?:below|under)|below|under|less than|fewer than|lower than|moins de|inferieure? a|abaixo de|menos de|menor que',
  ],
  [
    '>',
    'exceeds?|exceeding|(?:rises?|goes|climbs?) (?:above|over)|above|over|more than|greater than|higher than|depasse|plus de|superieure? a|acima de|mais de|maior que',
  ],
  ['==', 'equals?(?: to)?|exactly'],
]
const signs: Record<string, Comparator> = {
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '=<': '<=',
  '≤': '<=',
  '≥': '>=',
  '⩽': '<=',
  '⩾': '>=',
  '=': '==',
  '==': '==',
  '!=': '!=',
  '≠': '!=',
  低于: '<',
  小于: '<',
  高于: '>',
  大于: '>',
  超过: '>',
  至少: '>=',
  至多: '<=',
}
const comparatorPattern = new RegExp(
  String.raw`(?<sign><=|>=|=<|==|!=|[<>≤≥⩽⩾≠=]|低于|小于|高于|大于|超过|至少|至多)|(?<![\p{L}])(?<word>${words.map(([, names]) => names).join('|')})(?![\p{L}])`,
  'giu',
)
const wordPatterns = words.map(([comparator, names]) => ({ comparator, pattern: new RegExp(`^(?:${names})$`, 'i') }))
const comparatorOf = (word: string): Comparator | undefined =>
  /^within /i.test(word) ? '<=' : wordPatterns.find(({ pattern }) => pattern.test(word))?.comparator
const placeholder = /^ ?(?:_{2,}|\[[^\]]{1,40}\]|<[^<>]{1,40}>|TBD|TBC|XX?%)/i

function findThresholds(text: string): { thresholds: Threshold[]; unread: boolean } {
  // Accents fold away one for one, so that places in `searched` are places in `text`.
  const searched = foldKeepingLength(text)
  const thresholds: Threshold[] = []
  let unread = false
  for (const match of searched.matchAll(comparatorPattern)) {
    const start = match.index
    const last = thresholds.at(-1)
    if (last && start < last.end) continue
    const after = start + match[0].length
    const named = namedThreshold.exec(searched.slice(after, after + 80))?.[0].length ?? 0
    const over = /^ ?(?:the )?baseline ?\+ ?/i.exec(searched.slice(after, after + 40))?.[0].length ?? 0
    const amount = readQuantity(searched.slice(after + over + named, after + over + named + 80))
    const length = (amount?.length ?? 0) + over + named
    const { sign, word } = match.groups ?? {}
    const written = over > 0 ? `${amount?.unit} over baseline` : amount?.unit
    // "within 10% of baseline" is not a tenth of it.
    const isNear = /^within\b/i.test(word ?? '') && written === '% of baseline'
    const quantity = amount && { ...amount, unit: isNear ? '% over baseline' : (written ?? ''), length }
    if (last && quantity && isWindow(searched.slice(last.end, after), quantity.unit)) continue
    // "for more than 5 consecutive frames".
    if (/\bfor ?$/.test(searched.slice(0, start)) && /^.{0,12} consecutive /.test(searched.slice(after))) continue
    const comparator = sign ? signs[sign] : comparatorOf(word ?? '')
    // "--limit=100" sets something, and compares nothing.
    if (sign === '=' && /\w/.test(searched[start - 1] ?? '')) continue
    const isLoad = /^(?:handles|sustains|supports)$/i.test(word ?? '')
    if (quantity && comparator && (!isLoad || quantity.unit.startsWith('x'))) {
      thresholds.push({
        comparator,
        value: quantity.value,
        unit: unitAsWritten(text, after, quantity),
        start,
        end: after + quantity.length,
      })
    } else if (sign ? !isBracket(searched, start) : placeholder.test(searched.slice(after))) {
      unread = true
    }
  }
  return thresholds.length > 0
    ? { thresholds: mainThresholds(text, thresholds), unread }
    : { thresholds: readBareThreshold(text).filter(({ start }) => !isNoLimit.test(text.slice(0, start))), unread }
}

/** "Share: ____ (typically 10%)" is to be filled in; "all criteria met for 14+ consecutive days" says how long. */
const isNoLimit = /_{3,}|\bfor ?$/i

/** "exceeds CANARY_ERROR_THRESHOLD (default: 1%)". */
const namedThreshold = /^ ?(?:the )?[a-z][a-z0-9]*(?:[_-][a-z0-9]+)+ ?\((?:default|currently|now)[:=]? ?/i

/** "> 4% over 5 minutes": right behind a threshold, a time over which it holds is no second threshold. */
const isWindow = (between: string, unit: string): boolean =>
  /^ ?over$/i.test(between) && ['ms', 's', 'min', 'h', 'd'].includes(unit)

/** The unit in the author's own spelling where it is the author's own word. */
function unitAsWritten(text: string, after: number, { unit, length }: { unit: string; length: number }): string {
  const place = text
    .slice(after, after + length)
    .toLowerCase()
    .lastIndexOf(unit.toLowerCase())
  return place < 0 ? unit : text.slice(after + place, after + place + unit.length)
}

/** "<repository-url>" is a placeholder or a tag, and "a = b" no threshold. */
function isBracket(text: string, at: number): boolean {
  if (text[at] === '=') return true
  return text[at] === '<'
    ? /^<\/?[a-z][^<>]{0,60}>/i.test(text.slice(at))
    : /<\/?[a-z][^<>]{0,60}$/i.test(text.slice(0, at))
}

/** A stricter target in parentheses behind the threshold that holds: "< 500 ms (target < 300 ms)". */
function mainThresholds(text: string, thresholds: Threshold[]): Threshold[] {
  const [first] = thresholds
  return thresholds.filter((threshold) => {
    if (threshold === first) return true
    const before = text.slice(0, threshold.start)
    return (
      !/\([^()]{0,40}$/.test(before) || !/\((?:target|goal|ideal|ideally|stretch|cible|meta)[^()]{0,40}$/i.test(before)
    )
  })
}

const inverse: Record<Comparator, Comparator> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' }
const times: ReadonlySet<string> = new Set(['ms', 's', 'min'])
const goesBack = /^(?:(?:roll back|revert|go back|switch back) to|revenir|voltar|volver)(?![a-z])/i
const negation = /^(?:no|zero|without|aucune?|sem|sans)(?= )/i

function toCondition(text: string, all: Threshold[], index: number, threshold: Threshold): ReadCondition | undefined {
  const from =
    index === 0 ? afterAbsences(text, threshold.start) : clauseStart(text, all[index - 1]?.end ?? 0, threshold.start)
  const to = all[index + 1] ? clauseStart(text, threshold.end, all[index + 1]?.start ?? text.length) : text.length
  // "System stability: no incident lasting > 1 hour".
  const before = text
    .slice(from, threshold.start)
    .replace(/^[^:：]{2,50}[:：] (?=(?:no|zero|without|sem|aucune?) )/i, '')
  const tail = text.slice(threshold.end, to)
  const negated =
    negation.test(before.trim()) || /\b(?:no|not|never|cannot|nao|não|pas|sans) (?:[\p{L}-]+ ){0,2}$/iu.test(before)
  const named = before
    .trim()
    .replace(negation, '')
    .replace(/ = .*$/, '')
  const own = cleanMetric(named) || cleanMetric(nounOf(tail.replace(/\([^()]*\)/g, '')))
  // "the balancer reports a > 5 % error rate": the noun stands behind the number.
  const behind = /\b(?:an?|any|reports?|shows?|sees?) ?$/i.test(before) ? cleanMetric(nounOf(tail)) : ''
  const percentile = readPercentile(text.slice(from, to))
  const [first = threshold] = all
  // "p95 > 2 s", "error rate < 1 %, p95 < 2x baseline": a percentile of a time, or beside a share, is one of latencies.
  const isLatency = percentile !== undefined && (times.has(threshold.unit) || /baseline$/i.test(threshold.unit))
  const isOther = isLatency && !times.has(first.unit)
  const inherited = index > 0 && !isOther ? (toCondition(text, all, 0, first)?.condition.metric ?? '') : ''
  const metric = behind !== '' ? `${own} ${behind}`.trim() : own || inherited
  const meant = metric === '' && isLatency ? 'latency' : metric
  // "revert to v1 in less than 10 minutes": a time to be back in, and nothing measured.
  if (meant === '' || (times.has(threshold.unit) && goesBack.test(meant))) return undefined
  const windowMs = readWindow(tail)
  const { metric: bare, unit } = overBaseline(meant, threshold.unit, tail)
  const condition: Condition = {
    metric: bare,
    comparator: negated ? inverse[threshold.comparator] : threshold.comparator,
    value: threshold.value,
    unit,
    ...(percentile === undefined ? {} : { percentile }),
    ...(windowMs === undefined ? {} : { windowMs }),
  }
  return {
    condition,
    form: 'numeric',
    text: cleanText(text.slice(from, to)).replace(/^(?:and|or|et|ou|e|&)\s|[,;]$|\s(?:and|or|et|ou)$/gi, ''),
  }
}

const change = '(?:increas(?:es?|ed)|ris(?:es?|en)|grows?|degrad(?:es?|ed)|worsens?)'
const changes = new RegExp(
  String.raw` (?:(?:vs\.?|versus|over|above|than) (?:the )?baseline|(?:(?:(?:does|do|is|has) )?not )?${change} by|(?:does|do|has) not ${change})$`,
  'i',
)

/** "< 1% additional errors vs baseline", "latency > 50% increase", "errors increase by > 2%": a percentage over what there was. */
function overBaseline(metric: string, unit: string, tail: string): { metric: string; unit: string } {
  if (!unit.startsWith('%')) return { metric, unit }
  const bare = metric.replace(changes, '')
  if (unit !== '%') return { metric: bare, unit }
  const grows = /^ ?(?:increase|growth|rise|degradation|regression|slow-?down)\b/i.test(tail)
  return grows || bare !== metric ? { metric: bare, unit: '% over baseline' } : { metric, unit }
}

function nounOf(tail: string): string {
  return tail.split(/[,;.(]| (?:and|or|et|ou|during|for|over|in|on|within|at|when|while|after|before) /i)[0] ?? ''
}

/** Behind the last comma where what stands before it is an absence: "no open bugs, rating ≥ 4". */
function afterAbsences(text: string, until: number): number {
  const before = text.slice(0, until)
  const last = /^(.*(?:[,;]|\.(?= \p{Lu})| (?:and|et|e|&) ))/iu.exec(`${before}A`)?.[1]?.length ?? 0
  const lead = before.slice(0, last)
  return /^(?:no|zero|0|without|sem|aucune?) /i.test(lead) ? last : 0
}

/** A bracket with a metric of its own ends a clause: "availability ≥ 99.9 % (HTTP 5xx < 0.5 %)". */
const clauseEnd =
  /^.{0,200}?(?:[,;]|\.(?= \p{Lu})| (?:and|or|et|ou|e|&|\+|\/) |\((?=[^()]{0,40}\b(?:\dxx|rate|ratio|errors?|failures?|availability|uptime|latency)(?![\p{L}])))/iu

/** Where the clause of the threshold at `until` begins, after the threshold that ended at `end`. */
function clauseStart(text: string, end: number, until: number): number {
  const between = text.slice(end, until)
  const separator = clauseEnd.exec(between)
  return separator ? end + separator[0].length : until
}
