/** Which step of a phase waits for which: the one before it, unless the bindings name others. */
import type { DraftPhase } from '../draft.ts'
import type { Step } from '../step.ts'
import type { Binder, BindingsPath } from './binder.ts'
import { nameKey } from './names.ts'
import { stuckIn } from './stuck.ts'

/** What became of one step of the document: nothing where it is covered, several where it moves several services. */
export interface BoundStep {
  text: string
  place: BindingsPath
  after: readonly string[] | undefined
  steps: Step[]
}

/** The steps in the order of the document; those that come of one step go on side by side. Circles are reported. */
export function orderSteps(binder: Binder, phase: DraftPhase, bound: readonly BoundStep[]): Step[] {
  let before: string[] = []
  const steps = bound.flatMap((one): Step[] => {
    const isPlain = one.after === undefined && one.steps.length < 2 && before.length < 2
    const after = one.after === undefined ? before : idsOf(binder, one, bound)
    if (one.steps.length > 0) before = one.steps.map(({ id }) => id)
    return isPlain ? one.steps : one.steps.map((step) => ({ ...step, after }))
  })
  reportCircle(binder, phase, steps)
  return steps
}

/** The ids of the steps that a binding names by their words. */
function idsOf(binder: Binder, { after = [], place }: BoundStep, bound: readonly BoundStep[]): string[] {
  return after.flatMap((words) => {
    const meant = bound.filter(({ text }) => nameKey(text) === nameKey(words))
    if (meant.length === 0) {
      const known = bound.map(({ text }) => text)
      binder.unknown([...place, 'after'], 'step of this phase', words, known)
    } else if (meant.every(({ steps }) => steps.length === 0)) {
      const message = `"${words}" is covered: there is nothing of it to wait for`
      binder.report('error', 'COVERED_STEP', [...place, 'after'], message, 'name a step that does something')
    }
    return meant.flatMap(({ steps }) => steps.map(({ id }) => id))
  })
}

/** Steps that wait for each other, also where the stages of one follow those of another. */
function reportCircle(binder: Binder, phase: DraftPhase, steps: readonly Step[]): void {
  const byId = new Map(steps.map((step, index) => [step.id, { step, previous: steps[index - 1]?.id }]))
  const stepOfStage = new Map(
    steps.flatMap((step) => (step.kind === 'rollout' ? step.stages.map(({ id }) => [id, step.id] as const) : [])),
  )
  const before = (id: string): string[] => {
    const { step, previous } = byId.get(id) ?? {}
    const followed = step?.kind === 'rollout' ? step.stages.flatMap((stage) => stage.after) : []
    const own = step?.after ?? (previous === undefined ? [] : [previous])
    return [...own, ...followed.flatMap((stage) => stepOfStage.get(stage) ?? [])]
  }
  const stuck = stuckIn([...byId.keys()], before)
  if (stuck.length === 0) return
  const words = stuck.map((id) => `"${byId.get(id)?.step.text}"`).join(', ')
  const hint = 'change `after`, the order of the steps, or the `order` of the services in this phase'
  binder.report('error', 'STEP_CYCLE', phase.source, `these steps wait for each other and never begin: ${words}`, hint)
}
