/** Finds the phase that a timeline row or a list item speaks of in fewer or other words ("Canary" for "Phase 2: Canary on one shop"). */
import type { DraftPhase, DraftTimelineRow, PlanDraft } from '../draft.ts'

/** Words that every phase could have in its name. */
const common = new Set(
  'a an and the of to in on for with phase stage step wave rollout roll out deployment deploy deploys release releases launch complete completes completed execute start starts begin run finish do perform finalize traffic users done 단계'.split(
    ' ',
  ),
)

/** The words of each name: every row of a document is held against every phase. */
const wordsOfPhases = new WeakMap<DraftPhase, { name: string; words: Set<string> }>()

function wordsOf(phase: DraftPhase): Set<string> {
  const known = wordsOfPhases.get(phase)
  if (known?.name === phase.name) return known.words
  const words = new Set(significantWords(phase.name))
  wordsOfPhases.set(phase, { name: phase.name, words })
  return words
}

/** The one phase meant, or `undefined` when none or several could be. */
export function findPhase(phases: readonly DraftPhase[], text: string): DraftPhase | undefined {
  const ordinal = /\b(?:phase|stage|wave|step)\s*#?(\d+[a-z]?)\b/i.exec(text)?.[1] ?? /(\d+) ?단계/.exec(text)?.[1]
  if (ordinal !== undefined) return only(phases.filter((phase) => phase.ordinal === ordinal))
  const wanted = significantWords(text)
  if (wanted.length === 0) return undefined
  return only(
    phases.filter((phase) => {
      const named = wordsOf(phase)
      return wanted.every((word) => named.has(word))
    }),
  )
}

/** The first timeline row of each phase that has one. */
export function timelineByPhase({ phases, timeline }: PlanDraft): Map<DraftPhase, DraftTimelineRow> {
  const rows = new Map<DraftPhase, DraftTimelineRow>()
  for (const row of timeline) {
    const phase = findPhase(phases, Object.values(row.cells)[0] ?? '')
    if (phase && !rows.has(phase)) rows.set(phase, row)
  }
  return rows
}

/** Words that tell one name from another, without plural endings. */
export function significantWords(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}[\p{L}\p{N}]*/gu) ?? []
  return words.filter((word) => !common.has(word)).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ''))
}

function only(found: DraftPhase[]): DraftPhase | undefined {
  return found.length === 1 ? found[0] : undefined
}
