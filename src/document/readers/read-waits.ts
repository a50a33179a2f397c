/** How long stages are watched, where a line says it and no title, label or column does. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import { readDuration } from '../grammar/read-quantity.ts'
import { isTimed, setStageTiming, setTiming } from './read-phases.ts'
import type { Reader } from './reader.ts'

const watched =
  /^(?:hold|wait|soak|bake|observe|watch|monitor)\b(?:(?!\b(?:every|each|per|within|after)\b)[^.;%]){0,40} (?<time>\d{1,4}(?: ?[-–] ?\d{1,4})? ?(?:min|minutes?|h|hours?|days?|weeks?))\b/i

/** "Hold 30 minutes.", "Watch for 24-48 hours": how long a phase lasts, in the author's words; "Watch every 5 minutes" says how often. */
export const readWatch = (text: string): string | undefined => watched.exec(text)?.groups?.time

const part = '(?:stage|step|phase|wave|ring|increment|increase|tranche|ramp)s?'
const eachPatterns = [
  new RegExp(
    String.raw`(?<time>\d{1,4}(?: ?[-–] ?\d{1,4})? ?(?:min|minutes?|h|hours?|days?|weeks?))\b[^.;%]{0,20} (?:per|at each|for each|in each|at every|between(?: each| the)?|before (?:each|the next)) ${part}\b`,
    'i',
  ),
  /→ ?100 ?%,? (?<time>(?:\d{1,4}|one|two|three|four|six|half an) ?(?:min|minutes?|h|hours?|days?|weeks?)) (?:each|per)\b/i,
  new RegExp(
    String.raw`\b(?:each|every|per) ${part}\b[^.;%<>≤≥]{0,40}? (?<time>\d{1,4}(?: ?[-–] ?\d{1,4})? ?(?:min|minutes?|h|hours?|days?|weeks?))\b`,
    'i',
  ),
]

/** "Wait 30 minutes between stages", "each stage runs for 24 hours": kept until all stages are known; the first counts. */
export function addEachWait(reader: Reader, text: string, source: SourceRange): void {
  const time = eachPatterns.map((pattern) => pattern.exec(text)?.groups?.time).find((found) => found !== undefined)
  if (time && readDuration(time)) reader.eachWait ??= { text: time, source }
}

/** Gives that time to the shares that have none of their own. */
export function settleWaits(reader: Reader): void {
  if (!reader.eachWait) return
  const { text, source } = reader.eachWait
  for (const phase of reader.draft.phases) {
    const isShare = phase.percent !== undefined && phase.percent > 0 && phase.stages.length === 0
    if (isShare && !(phase.timing && isTimed(phase.timing))) setTiming(reader, phase, text, source, 'timing/each')
    for (const stage of phase.stages)
      if (stage.percent > 0 && !stage.timing) setStageTiming(reader, stage, text, source, 'timing/each')
  }
}
