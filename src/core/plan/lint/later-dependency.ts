/** Rule: something waits for a phase or commit that comes after it. */
import { distinct, type LintRule } from './rule.ts'
import { nameOf, waitsOf } from './waits-for.ts'

export const laterDependency: LintRule = {
  id: 'LATER_DEPENDENCY',
  severity: 'error',
  summary: 'a phase or commit waits for one that comes after it',
  why: 'Phases run in the order of the document, so it would wait for ever.',
  instead: 'Change the order, or correct the number.',
  check: (draft) => {
    const order: readonly unknown[] = [...draft.phases, ...draft.commits]
    const later = waitsOf(draft).filter(
      ({ from, to }) =>
        draft.phases.some((phase) => phase === from) === draft.phases.some((phase) => phase === to) &&
        order.indexOf(to) > order.indexOf(from),
    )
    return distinct(
      later.map(({ from, to, line, text }) => ({
        source: { start: line, end: line },
        message: `"${nameOf(from)}" waits for "${nameOf(to)}", which comes after it ("${text}")`,
        hint: 'change the order, or correct the number',
      })),
      ({ message }) => message,
    )
  },
  examples: {
    finds: ['## Phase 1: Schema\n**Entry criteria:**\n- Phase 2 complete\n\n## Phase 2: Service'],
    accepts: [
      '## Phase 1: Schema\n\n## Phase 2: Service\n**Entry criteria:**\n- Phase 1 complete',
      '## Phase 1: Schema\n**Entry criteria:**\n- Reviewed by the owner of phase 2\n\n## Phase 2: Service',
    ],
  },
}
