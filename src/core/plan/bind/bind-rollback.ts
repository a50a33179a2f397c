/** Going back: within what time, and what is done once the users are back. Share 0 and its readback need no binding. */
import type { RollbackStepBinding } from '../bindings-steps.ts'
import type { DraftStep } from '../draft.ts'
import type { Plan } from '../plan.ts'
import type { RollbackStep } from '../step.ts'
import { bindAction, isAction } from './bind-actions.ts'
import type { Binder } from './binder.ts'
import { NamedEntries } from './names.ts'

export function bindRollback(binder: Binder): Plan['rollback'] {
  const { draft, bindings } = binder.input
  const entries = new NamedEntries(bindings.rollback?.steps ?? {})
  const steps = draft.rollback.steps.flatMap((step) => bindRollbackStep(binder, step, entries.entry(step.text)))
  const known = draft.rollback.steps.map(({ text }) => text)
  for (const name of entries.unused()) binder.unknown(['rollback', 'steps', name], 'step of the rollback', name, known)
  return { deadlineMs: deadlineOf(binder) ?? 1, steps }
}

/** What nothing does is said, for whoever starts the release to accept: a rollback waits for nobody. */
function bindRollbackStep(
  binder: Binder,
  { text, source }: DraftStep,
  bound: { name: string; value: RollbackStepBinding } | undefined,
): RollbackStep[] {
  if (!bound) {
    const message = `nothing does "${text}" when the release goes back`
    const hint = 'bind it under rollback: steps, or say who does it: `byHand: …`'
    binder.report('warning', 'UNBOUND_ROLLBACK_STEP', source, message, hint)
    return []
  }
  const { name, value } = bound
  const place = ['rollback', 'steps', name]
  if (isAction(value)) {
    const statement = { id: binder.id('rollback', text), text, source }
    return [bindAction(binder, statement, value, place, 'baseline')]
  }
  if ('byHand' in value) {
    const role = binder.role(value.byHand, [...place, 'byHand'], 0)
    const message = `${role} does "${text}" by hand when the release goes back; Tidegate does not wait for it`
    binder.report('note', 'ROLLBACK_BY_HAND', source, message)
  }
  return []
}

/** The shorter of what the document and the bindings say; neither is an error, for a rollback without a deadline cannot be late. */
function deadlineOf(binder: Binder): number | undefined {
  const stated = [binder.input.bindings.rollback?.deadline, binder.input.draft.rollback.budgetMs]
  const known = stated.filter((value) => value !== undefined)
  if (known.length > 0) return Math.min(...known)
  const message = 'nothing says how long a rollback may take'
  binder.report('error', 'NO_ROLLBACK_DEADLINE', [], message, 'add `rollback: { deadline: 10m }`')
  return undefined
}
