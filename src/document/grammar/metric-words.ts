/** What stands around a threshold: the metric's name, its percentile and its window. */
import { stripPictures } from '../markdown/clean-text.ts'
import { readDuration } from './read-quantity.ts'

const percentilePattern =
  /(?<![\p{L}\d])\(?(?:p_?\{?(\d{2}(?:\.\d{1,3})?)\}?|(\d{2}(?:\.\d)?)th percentile|(median))\)?(?![\p{L}\d])/iu

/** 95 for "p95", "(p95)", "P_{95}" and "95th percentile"; 50 for "(median)". */
export function readPercentile(text: string): number | undefined {
  const [, short, long, median] = percentilePattern.exec(text) ?? []
  if (median) return 50
  const percentile = Number(short ?? long)
  return percentile > 0 && percentile < 100 ? percentile : undefined
}

/** "for 5 minutes", "in the first 24h", "(5m window)", "over 7 consecutive days"; milliseconds. */
export function readWindow(text: string): number | undefined {
  const span = readDuration(text.replace(/\b(\d{1,4}) consecutive (?=\p{L})/giu, '$1 '))
  if (!span || span.durationMs[0] <= 0) return undefined
  const before = text.replace(/\b(\d{1,4}) consecutive (?=\p{L})/giu, '$1 ').slice(0, span.index)
  const after = text.slice(span.index + span.length)
  const named =
    /\b(?:for|over|in|within|during|per|last|past|first|next|sur|pendant|por|durante|em)(?: (?:the|a|any|at least|≥|>|last|first|past|next|continuous))* ?[≥>]? ?$/i.test(
      before,
    )
  return named || /^[ -]?(?:rolling |sliding )?window/i.test(after) ? span.durationMs[1] : undefined
}

const percentilePatterns = new RegExp(percentilePattern, 'giu')
const leading =
  /^(?:if|when|whenever|si|se|le|la|les|der|die|das|ensure|verify|confirm|check|monitor|monitoring:|watch|track|keep|maintain|that|the|and|or|et|ou|e|any|only|with|of|(?:health |promotion |exit )?(?:gate|check):|(?:warning|critical|alert|alarm):|(?:expected|targets?|goals?|monitor|performance|(?:[a-z-]+ ){0,3}(?:thresholds?|limit)):|(?:success|exit|rollback) criteri(?:a|on):)(?= )/i
/** "Email alert if crash rate". */
const notice =
  /^\s*(?:e-?mail|page|alert|notify|slack|send|trigger|raise|roll(?:ing)? ?back|halt|abort|stop|pause|proceed|continue|investigate|warn)\b.{0,50}?\b(?:if|when|whenever) /i
/** Names any metric, and says none. */
const general =
  /^(?:all|expected|targets?|goals?|monitor|performance|thresholds?|limit|acceptable|cible|meta|objectif)$/i
const trailing =
  / (?:if|when|go|goes|reports|shows|regress(?:es)?|exceeds?|target|is|are|be|being|should(?: be)?|must(?: be)?|stays?|remains?|remaining|reaches|at|of|to|a|do|does|not|that|which|with|with a|est|sont|consistently|sustained|holds?|(?:responds?|completes?|finish(?:es)?)(?: in)?|in)$/i

/** A metric's name: the author's words without verbs, brackets, percentile and marks around them. */
export function cleanMetric(text: string): string {
  let name = stripPictures(text)
    .replace(percentilePatterns, ' ')
    .replace(/\([^()]{0,200}?(?:->|→)[^()]{0,200}\)/g, ' ')
    .replace(/\( ?\)/g, ' ')
    .replace(/[$*`|]/g, ' ')
  name = name.replace(notice, '')
  const isOpen = name.split('(').length !== name.split(')').length
  name = (isOpen ? name.replace(/[()]/g, ' ') : name).replace(/ {2,}/g, ' ')
  for (let round = 0; round < 4; round++) {
    name = name.replace(/^[\s:：,;.\-–—•&_~≈]+|(?<![\s:：,;.\-–—(=&~≈])[\s:：,;.\-–—(=&~≈]+$/g, '')
    name = name.replace(leading, '').replace(trailing, '')
  }
  return /[\p{L}]/u.test(name) && !general.test(name.trim()) ? name.trim() : ''
}
