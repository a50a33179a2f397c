/** Which phase a line of the document belongs to. */
import type { DraftPhase, PlanDraft } from '../draft.ts'
import { type PlacedText, textsOf } from './texts-of.ts'

/** The innermost phase whose lines hold this one. */
export function phaseAt({ phases }: PlanDraft, line: number): DraftPhase | undefined {
  return phases
    .filter(({ source }) => source.start <= line && line <= source.end)
    .reduce<DraftPhase | undefined>(
      (inner, phase) => (inner && length(inner) <= length(phase) ? inner : phase),
      undefined,
    )
}

const length = ({ source }: DraftPhase): number => source.end - source.start

/** Every text that stands in the lines of a phase. */
export function textsIn(draft: PlanDraft, phase: DraftPhase): PlacedText[] {
  return textsOf(draft).filter(({ line }) => phaseAt(draft, line) === phase)
}
