/** Shares of a plan against its calendar: steps that skip a share, calendars that leave one out, ladders that end too early. */
import type { PlanDraft } from '../draft.ts'
import { findPhase } from './find-phase.ts'
import { textsByPhase } from './phase-at.ts'
import type { Finding } from './rule.ts'

const at = (line: number) => ({ start: line, end: line })

export function findShareFaults(draft: PlanDraft): Finding[] {
  return [...skipped(draft), ...leftOut(draft), ...over(draft)]
}

const stepPattern =
  /\b(?:in|by|of) (\d{1,2}(?:\.\d)?) ?% (?:steps?|increments?|points?)|\bsteps? of (\d{1,2}(?:\.\d)?) ?%|\b(\d{1,2}(?:\.\d)?) ?% (?:steps?|increments?) (?:every|each|per)\b/i

/** "in 25% steps" over a ladder that goes from 50% to 100%. */
function skipped(draft: PlanDraft): Finding[] {
  return [...textsByPhase(draft)].flatMap(([phase, texts]) =>
    texts.flatMap(({ line, text }): Finding[] => {
      const [, a, b, c] = stepPattern.exec(text) ?? []
      const step = Number(a ?? b ?? c)
      if (!(step > 0)) return []
      const ladder = phase.stages.map(({ percent }) => percent).filter((percent) => percent >= step)
      const index = ladder.findIndex((percent, place) => percent - (ladder[place - 1] ?? percent) > step)
      if (index < 0) return []
      const message = `steps of ${step}% do not lead from ${ladder[index - 1]}% to ${ladder[index]}%`
      return [
        { source: at(line), message, hint: `write the shares out: ${fill(ladder[0] ?? step, step).join('%, ')}%` },
      ]
    }),
  )
}

function fill(from: number, step: number): number[] {
  const shares = Array.from({ length: Math.floor((100 - from) / step) + 1 }, (_, index) => from + index * step)
  return shares.at(-1) === 100 ? shares : [...shares, 100]
}

/** A calendar that names shares of a phase, and not all of them. */
function leftOut({ phases, timeline }: PlanDraft): Finding[] {
  const rows = timeline.flatMap((row) => {
    const cells = Object.values(row.cells)
    const phase = cells.map((cell) => findPhase(phases, cell)).find((found) => found !== undefined)
    return phase ? [{ phase, line: row.source.start, shares: sharesIn(cells.join(' ')) }] : []
  })
  return [...Map.groupBy(rows, ({ phase }) => phase)].flatMap(([phase, own]): Finding[] => {
    const named = new Set(own.flatMap(({ shares }) => shares))
    const missing = phase.stages.map(({ percent }) => percent).filter((percent) => !named.has(percent))
    const first = own.find(({ shares }) => shares.length > 0)
    if (!first || named.size < 2 || missing.length === 0 || phase.stages.length < 3) return []
    const message = `the calendar leaves out ${missing.join('%, ')}% of "${phase.name}"`
    return [{ source: at(first.line), message, hint: 'give every share its time' }]
  })
}

const sharesIn = (text: string): number[] =>
  [...text.matchAll(/(?<![\d.<>≤≥])(\d{1,3}(?:\.\d+)?) ?%/g)].map(([, digits]) => Number(digits))

/** A ladder that begins below the share of its phase and goes on beyond it. Where it begins there, the share is its start. */
function over({ phases }: PlanDraft): Finding[] {
  return phases.flatMap(({ name, percent, stages }): Finding[] => {
    const [first] = stages
    if (percent === undefined || !first || first.percent >= percent) return []
    const beyond = stages.find((stage) => stage.percent > percent)
    if (!beyond) return []
    const top = Math.max(...stages.map((stage) => stage.percent))
    const message = `the ladder goes on to ${top}%, and "${name}" is to stay at ${percent}%`
    return [
      {
        source: at(beyond.source.start),
        message,
        hint: 'pause the ladder at the share that is meant, or state the shares it goes through',
      },
    ]
  })
}
