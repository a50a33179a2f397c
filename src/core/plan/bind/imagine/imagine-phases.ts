/** The document as a rehearsal can run it: with one phase where it heads none. */
import type { DraftPhase, DraftStep, PlanDraft } from '../../draft.ts'
import type { Imagined } from './imagination.ts'

/** Undefined where the document states nothing that anybody could do. */
export function imaginePhases(draft: PlanDraft): { draft: PlanDraft; imagined: Imagined[] } | undefined {
  if (draft.phases.length > 0) return { draft, imagined: [] }
  const phase = onePhase(draft)
  if (!phase) return undefined
  const reason = `the document heads no phases: one is made of its ${phase.made}`
  const made: DraftPhase = phase.phase
  return {
    draft: { ...draft, phases: [made] },
    imagined: [{ in: 'document', path: [], value: made.name, reason, source: made.source }],
  }
}

/** Its only phase: the ladder of a flag with the steps that stand in order, or the checklists, which are signed before it. */
function onePhase({ title, flags, commits, checklists }: PlanDraft): { phase: DraftPhase; made: string } | undefined {
  const [flag] = flags.filter(({ stages }) => stages.length > 0).sort((a, b) => b.stages.length - a.stages.length)
  const steps = commits.map(({ text, source, rule }): DraftStep => ({ text, source, rule, details: [], code: [] }))
  const [list] = checklists.filter(({ items }) => items.length > 0)
  const first = flag ?? steps[0] ?? list
  if (!first) return undefined
  const made = [flag && `flag ${flag.key}`, steps.length > 0 && 'next steps', list && 'checklists'].filter(Boolean)
  const phase: DraftPhase = {
    name: title,
    source: first.source,
    rule: first.rule,
    steps,
    stages: flag?.stages ?? [],
    entryCriteria: [],
    criteria: [],
    triggers: [],
  }
  return { phase, made: made.join(', ') }
}
