/** Rule: something waits for itself. */
import type { DraftCommit, DraftPhase, PlanDraft } from '../draft.ts'
import { significantWords } from './find-phase.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'
import { nameOf, type Wait, waitsOf } from './waits-for.ts'

export const dependencyCycle: LintRule = {
  id: 'DEPENDENCY_CYCLE',
  severity: 'error',
  summary: 'phases or commits wait for each other, or a commit waits for the gate that it is to make pass',
  why: 'Nobody can begin: each waits until another is done. A release would stand still at this point.',
  instead:
    'Take one of the waits away, or split the work so that the part that comes first waits for nothing of the other.',
  check: (draft) => distinct([...circles(draft), ...ownGates(draft)], ({ source }) => source.start),
  examples: {
    finds: [
      '## Phase 1: Schema\n**Entry criteria:**\n- Phase 2 complete\n\n## Phase 2: Service\n**Entry criteria:**\n- Phase 1 complete',
    ],
    accepts: [
      '## Phase 1: Schema\n\n## Phase 2: Service\n**Entry criteria:**\n- Phase 1 complete\n\n## Phase 3: Everyone\n**Entry criteria:**\n- Phase 2 complete',
    ],
  },
}

function circles(draft: PlanDraft): Finding[] {
  const after = Map.groupBy(waitsOf(draft), ({ from }) => from)
  return [...after.values()].flat().flatMap((wait): Finding[] => {
    const circle = circleOf(wait, after)
    // Each of its waits finds the same circle; the first in the document reports it.
    if (!circle || circle.some(({ line }) => line < wait.line)) return []
    const message = `each waits for the next: ${[wait.from, ...circle.map(({ to }) => to)].map(nameOf).join(' → ')}`
    return [{ source: { start: wait.line, end: wait.line }, message, hint: 'take one of these waits away' }]
  })
}

/** The waits that lead from where this one starts back to it, the shortest way. */
function circleOf(wait: Wait, after: ReadonlyMap<Wait['from'], Wait[]>): Wait[] | undefined {
  const cameBy = new Map<Wait['from'], Wait>([[wait.to, wait]])
  for (const node of cameBy.keys()) {
    if (node === wait.from) return pathTo(wait, cameBy)
    for (const next of after.get(node) ?? []) if (!cameBy.has(next.to)) cameBy.set(next.to, next)
  }
  return undefined
}

function pathTo(wait: Wait, cameBy: ReadonlyMap<Wait['from'], Wait>): Wait[] {
  const path: Wait[] = []
  let step = cameBy.get(wait.from)
  while (step && step !== wait) {
    path.unshift(step)
    step = cameBy.get(step.from)
  }
  return [wait, ...path]
}

/** "Merge CI stability fixes", which requires the gate of "Stabilise CI": the gate can only pass with it. */
function ownGates({ phases, commits }: PlanDraft): Finding[] {
  return commits.flatMap((commit) => {
    const own = phaseOf(commit, phases)
    const text = commit.dependsOn.find((one) => /\bgate|\bexit|\bcriteria|\bsign-?off/i.test(one))
    if (!own || !text || !new RegExp(String.raw`\bphase ?#?${own.ordinal}\b`, 'i').test(text)) return []
    const message = `"${commit.text}" is work of "${own.name}" and waits for the gate of that phase ("${text}")`
    return [
      {
        source: { start: commit.source.start, end: commit.source.start },
        message,
        hint: 'let it wait for what comes before the phase, or gate on its own checks',
      },
    ]
  })
}

/** The one phase whose name shares most words with the commit, two at least. */
function phaseOf({ text }: DraftCommit, phases: readonly DraftPhase[]): DraftPhase | undefined {
  const own = stems(text)
  const ranked = phases
    .map((phase) => ({
      phase,
      shared: stems(`${phase.name} ${phase.objective ?? ''}`).filter((stem) => own.includes(stem)).length,
    }))
    .sort((a, b) => b.shared - a.shared)
  const [first, second] = ranked
  return first && first.shared >= 2 && first.shared > (second?.shared ?? 0) ? first.phase : undefined
}

/** "stabilise" and "stability" begin alike. */
const stems = (text: string): string[] => [...new Set(significantWords(text).map((word) => word.slice(0, 6)))]
