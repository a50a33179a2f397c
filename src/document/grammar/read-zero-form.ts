/** Absences as conditions: "No render errors in traces", "Zero wrong totals", "0 P0 bugs" are `== 0`. */
import type { Condition } from '../../core/plan/condition.ts'
import { foldCase } from '../markdown/clean-text.ts'
import { cleanMetric, readWindow } from './metric-words.ts'

/** "No" in front of anything else ("no hand on the lever", "no harm to guests") is words: nobody can count it. */
const countable = new RegExp(
  String.raw`(?<![\p{L}])(?:${[
    'errors?|erreurs?|erros?|exceptions?|failures?|failed|timeouts?|crash(?:es)?|panics?|5xx',
    'bugs?|issues?|incidents?|defects?|blockers?|problems?|anomal(?:y|ies)|alertes?|alertas?|defauts?|p[0-4](?:/p[0-4])?|sev',
    'alerts?|alarms?|warnings?|complaints?|tickets?|violations?|breach(?:es)?|vulnerabilit(?:y|ies)|cves?|injections?',
    'loss|losses|lost|corruption|corruptions|inconsistenc(?:y|ies)|duplica(?:tes?|tions?|cao|coes)|perdas?|pertes?|downtime|outages?|deadlocks?|leaks?|(?<!on-)calls?|requests?|escalations?|stops?|conflicts?|retries|rejections?',
    'false (?:positives?|negatives?|alarms?)|drops|dropped|restarts?|disconnect(?:s|ions?)|hangs?|stalls?|oom(?:s|kills?)?|mismatch(?:es)?|discrepanc(?:y|ies)|chargebacks?',
  ].join('|')})(?![\p{L}])`,
  'iu',
)

/** The condition `metric == 0` that an absence states, or `undefined` when it is just a sentence. */
export function readZeroForm(text: string): Condition | undefined {
  const match =
    /^(?<word>no|zero|aucune?|sem|sans|nenhuma?|keine?|sin|ningun[ao]?|0|〇|零)(?: new| open(?= p\d)| nova?s?)? (?<what>.{2,200})$/iu.exec(
      text,
    )
  const { word = '', what = '' } = match?.groups ?? {}
  if (
    what === '' ||
    /^(?:longer|later|more|one|further|need|increases?|decreases?|degradation|regressions?|impact|changes?|drops?|spikes?|significant|noticeable|measurable|sustained)\b/i.test(
      what,
    )
  )
    return undefined
  const counted = /^(?:zero|0|〇|零)$/i.test(word) || countable.test(foldCase(what))
  if (!counted) return undefined
  const windowMs = readWindow(what)
  const subject = what.replace(/ (?:in|over|during|for|within|since)(?: the)?(?: last| first| past)? \d.{0,40}$/i, '')
  const metric = cleanMetric(subject.replace(/\([^()]*\)/g, ' '))
  if (metric === '') return undefined
  return { metric, comparator: '==', value: 0, unit: 'count', ...(windowMs === undefined ? {} : { windowMs }) }
}
