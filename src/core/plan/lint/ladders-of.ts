/** The ladders of a document: one for each track ("iOS", "Android"), with the words that say where it leads. */
import type { DraftPhase, DraftStage, PlanDraft } from '../draft.ts'

export interface Rung {
  percent: number
  line: number
  /** Its phase states a measured criterion. */
  isMeasured: boolean
}

export interface Ladder {
  rungs: Rung[]
  /** Track, names and targets of its phases. */
  words: string
}

/** In the order of the document; phases without a share have no rung. */
export function laddersOf({ phases, flags }: PlanDraft): Ladder[] {
  const byTrack = [...Map.groupBy(phases, trackOf)].map(([track, own]) => ({
    rungs: own.flatMap(sharesOf),
    words: [track, ...own.flatMap(({ name, target, objective }) => [name, target ?? '', objective ?? ''])].join(' | '),
  }))
  const byFlag = flags.map(({ key, stages }) => ({ rungs: stages.map((stage) => rungOf(stage, false)), words: key }))
  return [...byTrack, ...byFlag].filter(({ rungs }) => rungs.length > 0)
}

/** "Android: Stage 2" belongs to "Android". */
export function trackOf({ track, name }: DraftPhase): string {
  return track ?? /^(.{2,60}): \p{L}+ \d/u.exec(name)?.[1] ?? ''
}

/** The stages inside a phase are its ladder; the share of its heading is only where they end. */
function sharesOf({ stages, percent, source, criteria }: DraftPhase): Rung[] {
  const isMeasured = criteria.some(({ form }) => form === 'numeric')
  if (stages.length > 0) return stages.map((stage) => rungOf(stage, isMeasured))
  return percent === undefined ? [] : [rungOf({ percent, source }, isMeasured)]
}

function rungOf({ percent, source }: Pick<DraftStage, 'percent' | 'source'>, isMeasured: boolean): Rung {
  return { percent, line: source.start, isMeasured }
}
