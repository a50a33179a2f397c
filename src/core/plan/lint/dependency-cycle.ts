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
  const waits = waitsOf(draft)
  const after = (node: Wait['from']) => waits.filter(({ from }) => from === node)
  return waits.flatMap((wait): Finding[] => {
    const path = pathBack(wait, after)
    if (!path) return []
    const names = [wait.from, ...path.map(({ to }) => to)].map(nameOf)
    const message = `each waits for the next: ${names.join(' → ')}`
    return [{ source: { start: wait.line, end: wait.line }, message, hint: 'take one of these waits away' }]
  })
}

/** The waits that lead from this one back to where it starts; the shortest, and only the circle's first wait in the document reports it. */
function pathBack(wait: Wait, after: (node: Wait['from']) => Wait[]): Wait[] | undefined {
  const seen = new Set<Wait['from']>([wait.to])
  let paths: Wait[][] = [[wait]]
  while (paths.length > 0) {
    const closed = paths.find((path) => path.at(-1)?.to === wait.from)
    if (closed) return closed.some(({ line }) => line < wait.line) ? undefined : closed
    paths = paths.flatMap((path) =>
      after((path.at(-1) ?? wait).to)
        .filter(({ to }) => !seen.has(to) || to === wait.from)
        .map((next) => {
          seen.add(next.to)
          return [...path, next]
        }),
    )
  }
  return undefined
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
