/** Lengths of a plan against each other: totals against parts, monitoring against its phase, what later phases ask against what earlier ones give. */

import type { DraftPhase, PlanDraft } from '../draft.ts'
import { formatDuration } from '../duration.ts'
import { findPhase, significantWords } from './find-phase.ts'
import { phaseAt, textsByPhase } from './phase-at.ts'
import { readSpans } from './read-span.ts'
import type { Finding } from './rule.ts'
import { type PlacedText, textsOf } from './texts-of.ts'

const at = (line: number) => ({ start: line, end: line })

export function findSpanFaults(draft: PlanDraft): Finding[] {
  const prose = textsOf(draft).filter(({ isCode }) => !isCode)
  return [
    ...totals(draft, prose),
    ...watchedPastTheEnd(draft),
    ...askedLonger(draft, prose),
    ...shorterInChecklist(draft),
    ...windowsPastTheEnd(draft),
  ]
}

const totalPattern =
  /\b(?:total|overall|totale?)\b.{0,40}?\b(?:time|duration|timeline|length|dur[ée]e|dura[çc][ãa]o|tempo)\b|\b(?:dur[ée]e|dura[çc][ãa]o|tempo|time|duration)\b.{0,20}\b(?:totale?|estimated total)\b/iu

interface Total {
  line: number
  text: string
  least: number
  most: number
}

/** Two totals that exclude each other, or one that is not the sum of the phases. */
function totals({ phases }: PlanDraft, prose: readonly PlacedText[]): Finding[] {
  const stated = prose.flatMap(({ line, text }): Total[] => {
    const total = totalPattern.exec(text)
    const rest = total ? text.slice(total.index) : ''
    const sum = readSum(rest)
    return sum ? [{ line, text: sum.text, least: sum.least, most: sum.most }] : []
  })
  const [first] = stated
  if (!first) return []
  const other = stated.find(({ least, most }) => least > first.most * slack || most * slack < first.least)
  if (other) {
    const message = `the total is ${other.text} here and ${first.text} on line ${first.line}`
    return [{ source: at(other.line), message, hint: 'state one total' }]
  }
  const lengths = phases.map(({ timing }) => timing?.durationMs)
  if (phases.length < 2 || lengths.some((length) => length === undefined)) return []
  const least = lengths.reduce((sum, length) => sum + (length?.[0] ?? 0), 0)
  const most = lengths.reduce((sum, length) => sum + (length?.[1] ?? 0), 0)
  if (first.most * slack >= least && first.least <= most * slack) return []
  const sum = least === most ? formatDuration(least) : `${formatDuration(least)} to ${formatDuration(most)}`
  return [
    {
      source: at(first.line),
      message: `the total is ${first.text}, and the phases add up to ${sum}`,
      hint: 'correct the total or the parts',
    },
  ]
}

/** Totals are rounded. */
const slack = 1.1

/** "1h45 (if all goes well) + 60 min" is a sum; "100 minutes (1 hour 40)" says one thing twice. */
function readSum(text: string): { text: string; least: number; most: number } | undefined {
  const [first, ...more] = readSpans(text)
  if (!first || first.ms[0] === 0) return undefined
  const added = more.filter(({ index }) => /\+ ?$/.test(text.slice(0, index)))
  const end = added.at(-1) ?? first
  return {
    text: text.slice(first.index, end.index + end.text.length).trim(),
    least: first.ms[0] + added.reduce((sum, { ms }) => sum + ms[0], 0),
    most: first.ms[1] + added.reduce((sum, { ms }) => sum + ms[1], 0),
  }
}

const watches =
  /\b(?:monitor\w*|observ\w*|watch|bake|soak|surveill\w*)\b.{0,60}\b(?:for|over|during|pendant|durante|por)\b/i

/** A phase that promises to watch for longer than it lasts. */
function watchedPastTheEnd(draft: PlanDraft): Finding[] {
  return [...textsByPhase(draft)].flatMap(([phase, texts]) => {
    const length = lengthOf(phase)
    if (length === undefined) return []
    const watched = texts.flatMap(({ line, text, isCode }) => {
      const watch = isCode ? null : watches.exec(text)
      const span = watch ? readSpans(text.slice(watch.index))[0] : undefined
      return span ? [{ line, span }] : []
    })
    const hint = 'lengthen the phase or shorten what it promises'
    const tooLong = watched.filter(({ span }) => span.ms[0] > length)
    if (tooLong.length > 0)
      return tooLong.map(({ line, span }): Finding => {
        const message = `"${phase.name}" lasts ${formatDuration(length)}, too short to watch for ${span.text}`
        return { source: at(line), message, hint }
      })
    // Said twice it is still once; after each step of a ladder it adds up.
    const spans = [...new Map(watched.map(({ span }) => [span.text, span.ms[0]])).values()]
    const sum = spans.reduce((total, ms) => total + ms, 0)
    if (spans.length < 2 || sum <= length) return []
    const message = `"${phase.name}" lasts ${formatDuration(length)}, and its steps watch for ${formatDuration(sum)} together`
    return [{ source: at(phase.source.start), message, hint }]
  })
}

/** At most; `undefined` where nothing is stated. */
const lengthOf = ({ timing }: DraftPhase): number | undefined => timing?.durationMs?.[1] || undefined

/** A later phase asks for a longer time in an earlier one than that one takes: "staging stable for 7+ days" after 24 hours of staging. */
function askedLonger(draft: PlanDraft, prose: readonly PlacedText[]): Finding[] {
  const byPhase = textsByPhase(draft)
  return prose.flatMap(({ line, text }): Finding[] => {
    const later = phaseAt(draft, line)
    const span = /\b(?:successful|success|validation|validated|stable|complete[d]?|healthy|passed|running)\b/i.test(
      text,
    )
      ? readSpans(text)[0]
      : undefined
    const index = later ? draft.phases.indexOf(later) : -1
    const earlier = span && draft.phases.slice(0, Math.max(0, index)).find((phase) => isNamed(phase, text))
    if (!span || !earlier) return []
    const given = lengthOf(earlier) ?? watchedFor(byPhase.get(earlier) ?? [])
    if (given === undefined || span.ms[0] <= given) return []
    const message = `"${text}" asks for more than the ${formatDuration(given)} that "${earlier.name}" takes`
    return [{ source: at(line), message, hint: 'let the earlier phase take as long as the later one asks' }]
  })
}

function isNamed(phase: DraftPhase, text: string): boolean {
  const [word] = significantWords(phase.name.replace(/^.*?[:—–]/, ''))
  return word !== undefined && word.length > 3 && new RegExp(`^(?:the )?${word}\\b`, 'i').test(text)
}

/** How long a phase without a length of its own is watched. */
function watchedFor(texts: readonly PlacedText[]): number | undefined {
  const spans = texts.flatMap(({ text }) => {
    const watch = watches.exec(text)
    return watch ? readSpans(text.slice(watch.index)).slice(0, 1) : []
  })
  return spans.length > 0 ? Math.max(...spans.map(({ ms }) => ms[1])) : undefined
}

/** "Day 2-3: Beta" in a checklist for a phase that may last three days. */
function shorterInChecklist({ phases, checklists }: PlanDraft): Finding[] {
  return checklists.flatMap(({ title, source }): Finding[] => {
    const days = /^days? ?(\d{1,3})(?: ?[-–] ?(\d{1,3}))?(?!\+)\b(?<rest>.*)$/i.exec(title)
    const phase = days ? findPhase(phases, days.groups?.rest ?? '') : undefined
    const length = phase ? lengthOf(phase) : undefined
    if (!days || !phase || length === undefined || /^\+/.test(days.groups?.rest ?? '')) return []
    const count = Number(days[2] ?? days[1]) - Number(days[1]) + 1
    if (length <= count * 86_400_000) return []
    const message = `"${title}" gives "${phase.name}" ${count} ${count === 1 ? 'day' : 'days'}, and it may last ${formatDuration(length)}`
    return [{ source: at(source.start), message, hint: 'give it all its days, or shorten the phase' }]
  })
}

/** "No incident for 7 days" in a phase of 48 hours. */
function windowsPastTheEnd({ phases }: PlanDraft): Finding[] {
  return phases.flatMap((phase) => {
    const length = lengthOf(phase)
    if (length === undefined) return []
    return [...phase.criteria, ...phase.triggers].flatMap(({ condition, text, source }): Finding[] => {
      const windowMs = condition?.windowMs ?? 0
      if (windowMs <= length) return []
      const message = `"${text}" needs ${formatDuration(windowMs)}, and "${phase.name}" lasts ${formatDuration(length)}`
      return [{ source, message, hint: 'lengthen the phase or shorten the window' }]
    })
  })
}
