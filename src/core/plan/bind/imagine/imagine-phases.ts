/** The document as a rehearsal can run it: phases with ids of their own, and one phase where it heads none. */
import type { DraftPhase, DraftStep, PlanDraft } from '../../draft.ts'
import { phaseIdOf } from '../bind-phases.ts'
import { slugOf } from '../names.ts'
import type { Imagined } from './imagination.ts'

/** Undefined where the document states nothing that anybody could do. */
export function imaginePhases(draft: PlanDraft): { draft: PlanDraft; imagined: Imagined[] } | undefined {
  if (draft.phases.length > 0) return withOwnIds(draft)
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

/** "Stage 1" of two tracks are two phases: the later one gets its track or a count into its number. */
function withOwnIds(draft: PlanDraft): { draft: PlanDraft; imagined: Imagined[] } {
  const taken = new Set<string>()
  const imagined: Imagined[] = []
  const phases = draft.phases.map((phase) => {
    const named = taken.has(phaseIdOf(phase)) ? renumbered(phase, taken) : phase
    const id = phaseIdOf(named)
    taken.add(id)
    const reason = `another phase has the id ${phaseIdOf(phase)}`
    if (named !== phase) imagined.push({ in: 'document', path: [], value: id, reason, source: phase.source })
    return named
  })
  return { draft: imagined.length > 0 ? { ...draft, phases } : draft, imagined }
}

function renumbered(phase: DraftPhase, taken: ReadonlySet<string>): DraftPhase {
  const base =
    phase.track === undefined
      ? slugOf(phase.ordinal ?? phase.name)
      : slugOf(`${phase.track} ${phase.ordinal ?? phase.name}`)
  let ordinal = base
  for (let count = 2; taken.has(phaseIdOf({ ...phase, ordinal })); count++) ordinal = `${base}-${count}`
  return { ...phase, ordinal }
}
