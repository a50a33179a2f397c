/** The steps of a phase, in the order in which they wait for each other. What is not bound is confirmed by a person. */
import type { StepBinding } from '../bindings-steps.ts'
import type { DraftPhase } from '../draft.ts'
import type { RolloutStep, Step } from '../step.ts'
import { bindAction, isAction } from './bind-actions.ts'
import { flagOf } from './bind-flags.ts'
import type { Statement } from './bind-gates.ts'
import { bindMigration } from './bind-migration.ts'
import { bindRollout, type Judged, type Ladder, serviceOfPhase, sharesOf } from './bind-rollouts.ts'
import type { Binder, BindingsPath } from './binder.ts'
import { NamedEntries, nameKey } from './names.ts'
import { type BoundStep, orderSteps } from './step-order.ts'

/** A step of the document, and what binds it. */
export interface NamedStep {
  text: string
  source: DraftPhase['source']
  binding: StepBinding | undefined
  place: BindingsPath
}

/** The steps of a phase with their bindings; a phase that states a share and lists no steps has one thing to do, and says so itself. */
export function stepsOf(binder: Binder, phaseId: string, phase: DraftPhase): NamedStep[] {
  const entries = new NamedEntries(binder.input.bindings.phases[phaseId]?.steps ?? {})
  const isMove = phase.steps.length === 0 && sharesOf(phase).length > 0
  const moving = new Map<string, number>()
  /** The words of a step name it; what they say twice is one rollout. */
  const once = (text: string, source: DraftPhase['source'], rollout: StepBinding): StepBinding => {
    const line = moving.get(nameKey(text))
    if (line === undefined) {
      moving.set(nameKey(text), source.start)
      return rollout
    }
    binder.report(
      'note',
      'REPEATED_STEP',
      source,
      `"${text}" is the step of line ${line} once more: it moves nothing again`,
    )
    return { covered: `the step of line ${line}` }
  }
  const written = isMove ? [{ text: phase.name, source: phase.source }] : phase.steps
  const steps = written.map(({ text, source }): NamedStep => {
    const entry = entries.entry(text)
    const service = isMove ? serviceOfPhase(binder, phase) : undefined
    const bound = entry?.value ?? (service === undefined ? undefined : { rollout: service })
    const binding = bound && 'rollout' in bound ? once(text, source, bound) : bound
    return { text, source, binding, place: ['phases', phaseId, 'steps', entry?.name ?? text] }
  })
  const known = written.map(({ text }) => text)
  for (const name of entries.unused())
    binder.unknown(['phases', phaseId, 'steps', name], `step of ${phaseId}`, name, known)
  return steps
}

/** The services that these steps move, as they are bound; a name that is no service is reported. */
export function movedBy(binder: Binder, steps: readonly NamedStep[]): string[] {
  return steps.flatMap(({ binding, place }) => {
    if (!binding || !('rollout' in binding)) return []
    const known = [...binder.services.keys()]
    const names = typeof binding.rollout === 'string' ? [binding.rollout] : binding.rollout
    for (const name of names) if (!known.includes(name)) binder.unknown([...place, 'rollout'], 'service', name, known)
    return names.filter((name) => known.includes(name))
  })
}

/** What stands around the steps of a phase. */
export interface PhaseContext {
  id: string
  phase: DraftPhase
  ladders: Ladder[]
  /** What judges the stages of a service here. */
  judged(service: string): Judged
}

export function bindSteps(binder: Binder, context: PhaseContext, named: readonly NamedStep[]): Step[] {
  const { id, phase, ladders } = context
  const rollouts = bindRollouts(binder, context, named)
  const bound = named.map((step): BoundStep => {
    const after = step.binding && 'after' in step.binding ? step.binding.after : undefined
    const steps = rollouts.get(step) ?? bindStep(binder, id, step)
    return { text: step.text, place: step.place, after, steps }
  })
  if (ladders.length === 0 && sharesOf(phase).length > 0) {
    const [name = '…'] = binder.services.keys()
    const words = phase.steps.length > 0 ? 'one of its steps' : `"${phase.name}"`
    const hint = `bind ${words} under phases: ${id}: steps, for example \`{ rollout: ${name} }\``
    const message = `${phase.name} moves traffic, and no step of it is bound to the rollout`
    binder.report('error', 'UNBOUND_ROLLOUT', phase.source, message, hint)
  }
  return orderSteps(binder, phase, bound)
}

/** The rollouts of each step. They are made in the order of the train, for each follows the one before it. */
function bindRollouts(
  binder: Binder,
  { id: phaseId, ladders, judged }: PhaseContext,
  named: readonly NamedStep[],
): Map<NamedStep, Step[]> {
  const rollouts = new Map<NamedStep, Step[]>()
  for (const step of named) if (step.binding && 'rollout' in step.binding) rollouts.set(step, [])
  let before: RolloutStep | undefined
  for (const ladder of ladders) {
    const { service, shares } = ladder
    const [step, again] = [...rollouts.keys()].filter((one) => namesOf(one).includes(service))
    if (!step) continue
    if (again) {
      const message = `two steps move ${service}: "${step.text}" and "${again.text}"`
      binder.report('error', 'ROLLOUT_TWICE', again.place, message, 'bind one of them to something else, or `covered`')
    }
    if (shares.length === 0) {
      const message = `"${step.text}" is bound to the rollout, and its phase states no share of traffic`
      binder.report('error', 'NO_SHARE', step.source, message, 'write the percentage into the phase')
    }
    const isOnly = namesOf(step).length === 1
    const statement = {
      id: binder.id(phaseId, isOnly ? step.text : `${step.text} ${service}`),
      text: step.text,
      source: step.source,
    }
    const rollout = bindRollout(binder, phaseId, statement, ladder, judged(service), {
      isAlone: ladders.length === 1,
      before,
    })
    rollouts.get(step)?.push(rollout)
    before = rollout
  }
  return rollouts
}

const namesOf = ({ binding }: NamedStep): readonly string[] =>
  binding && 'rollout' in binding ? [binding.rollout].flat() : []

function bindStep(binder: Binder, phaseId: string, { text, source, binding, place }: NamedStep): Step[] {
  const { asks } = binder.input.bindings
  const statement: Statement = { id: binder.id(phaseId, text), text, source }
  if (!binding) {
    binder.report('note', 'UNBOUND_STEP', source, `"${text}" is done outside Tidegate; ${asks} confirms it`)
    return [{ ...statement, kind: 'confirm', role: binder.role(asks, source) }]
  }
  if (isAction(binding)) return [bindAction(binder, statement, binding, place, 'candidate')]
  if ('migrate' in binding) return [bindMigration(binder, statement, binding.migrate, [...place, 'migrate'])]
  if ('drill' in binding)
    return [{ ...statement, kind: 'drill', ...flagOf(binder, [...place, 'drill'], binding.drill) }]
  if ('notify' in binding) {
    const audience = binding.notify.map((role) => binder.role(role, [...place, 'notify'], 0))
    return [{ ...statement, kind: 'notify', audience }]
  }
  if ('wait' in binding) return [{ ...statement, kind: 'wait', waitMs: binding.wait }]
  if ('confirm' in binding)
    return [{ ...statement, kind: 'confirm', role: binder.role(binding.confirm, [...place, 'confirm']) }]
  return []
}
