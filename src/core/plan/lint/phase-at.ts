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

/** Every text by the innermost phase that it stands in; what stands in none is left out. */
export function textsByPhase(draft: PlanDraft): Map<DraftPhase, PlacedText[]> {
  const byPhase = new Map<DraftPhase, PlacedText[]>(draft.phases.map((phase) => [phase, []]))
  for (const text of textsOf(draft)) {
    const phase = phaseAt(draft, text.line)
    if (phase) byPhase.get(phase)?.push(text)
  }
  return byPhase
}
