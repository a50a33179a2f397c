/** Which phase or commit a text says must come first: "Phase 2 complete", "requires passing Phase 1 gate", "depends on Commit 3". */
import type { DraftCommit, DraftPhase, PlanDraft } from '../draft.ts'

export interface Wait {
  /** What waits, and what it waits for. */
  from: DraftPhase | DraftCommit
  to: DraftPhase | DraftCommit
  line: number
  text: string
}

const needs =
  /\b(?:complete[d]?|done|finished|passed|passing|success\w*|signed off|approved|merged|gate|exit|criteria|requires?|depends?|after|once|prerequisite|blocked by|waits? for)\b/i

/** In the order of the document: entry criteria and dependencies of phases, dependencies of commits. */
export function waitsOf(draft: PlanDraft): Wait[] {
  const { phases, commits } = draft
  const entries = phases.flatMap((phase) =>
    phase.entryCriteria.map(({ text, source }) => ({ from: phase, text, line: source.start })),
  )
  const dependencies = draft.dependencies.flatMap(({ phase, text, source }) => {
    const from =
      phase === undefined
        ? undefined
        : phases.find((one) => one.name === phase || one.ordinal === ordinalIn(phase, 'phase'))
    return from ? [{ from, text, line: source.start }] : []
  })
  const byPhase = [...entries, ...dependencies].flatMap(({ from, text, line }) =>
    needs.test(text) ? ordinalsIn(text, 'phase').flatMap((ordinal) => link(from, phases, ordinal, line, text)) : [],
  )
  const byCommit = commits.flatMap((from) =>
    from.dependsOn.flatMap((text) => [
      ...ordinalsIn(text, 'commit').flatMap((ordinal) => link(from, commits, ordinal, from.source.start, text)),
      ...ordinalsIn(text, 'phase').flatMap((ordinal) => link(from, phases, ordinal, from.source.start, text)),
    ]),
  )
  return [...byPhase, ...byCommit]
}

export const nameOf = (node: Wait['from']): string =>
  'name' in node ? node.name : `commit ${node.ordinal ?? ''}`.trim()

function link(
  waiting: Wait['from'],
  known: readonly Wait['to'][],
  ordinal: string,
  line: number,
  text: string,
): Wait[] {
  const to = known.find((one) => one.ordinal === ordinal)
  return to ? [{ from: waiting, to, line, text }] : []
}

const kinds = { phase: 'phases?|stages?|waves?', commit: 'commits?|pr|steps?' } as const

/** Of "Phase 2", not of a file's name ("scripts/phase0_validation.sh"). */
function ordinalsIn(text: string, kind: keyof typeof kinds): string[] {
  const pattern = new RegExp(
    String.raw`(?<![\w./])(?:${kinds[kind]}) ?#?(\d{1,3}[a-z]?)(?![\w/])(?:(?:,| and| &) ?(\d{1,3}[a-z]?))*`,
    'gi',
  )
  return [...text.matchAll(pattern)].flatMap(([whole]) => whole.match(/\d{1,3}[a-z]?/g) ?? [])
}

const ordinalIn = (text: string, kind: keyof typeof kinds): string | undefined => ordinalsIn(text, kind)[0]
