/** What a phase waits for beside its own criteria: items of checklists, and what others deliver. */
import type { PlacedGateBinding } from '../bindings-gates.ts'
import type { DraftChecklist, DraftDependency } from '../draft.ts'
import type { Gate } from '../gate.ts'
import { findPhase } from '../lint/find-phase.ts'
import { bindGate, signedBy } from './bind-gates.ts'
import type { Binder, BindingsPath } from './binder.ts'
import { phaseIds } from './phase-ids.ts'

interface Placed {
  before: string
  gates: Gate[]
}

/** Gates by the id of the phase that waits. */
export function bindEntryGates(binder: Binder): ReadonlyMap<string, Gate[]> {
  const { checklists, dependencies } = binder.input.draft
  const placed = [
    ...checklists.map((checklist) => bindChecklist(binder, checklist)),
    ...dependencies.map((dependency) => bindDependency(binder, dependency)),
  ]
  const byPhase = Map.groupBy(placed, ({ before }) => before)
  return new Map([...byPhase].map(([id, list]) => [id, list.flatMap(({ gates }) => gates)]))
}

/** Every item of a checklist, ticked or not, has to hold before the phase: a tick in a document is a claim. */
function bindChecklist(binder: Binder, { title, items, source }: DraftChecklist): Placed {
  const { asks } = binder.input.bindings
  const bound = binder.checklists.entry(title)
  const before = bound ? waiting(binder, ['checklists', bound.name], bound.value) : firstPhase(binder)
  if (!bound) {
    const message = `the items of "${title}" will be signed by ${asks} before ${before}`
    const hint = 'bind it under checklists to say who signs before which phase'
    binder.report('note', 'UNBOUND_CHECKLIST', source, message, hint)
  }
  const gates = items.map((item): Gate => {
    const statement = { id: binder.id(before, item.text), text: item.text, source: item.source }
    const own = binder.criteria.entry(item.text)
    if (own && !('sameAs' in own.value)) return bindGate(binder, statement, own.value, ['criteria', own.name])
    if (own) {
      const message = `"${item.text}" is an item of a checklist, where no criteria are judged`
      binder.report('error', 'NOTHING_TO_JUDGE', item.source, message, 'bind it to a check or a `signOff`')
    }
    return bound
      ? bindGate(binder, statement, bound.value, ['checklists', bound.name])
      : signedBy(binder, statement, asks)
  })
  return { before, gates }
}

/** What the document says of its state ("approved") is a claim too. */
function bindDependency(binder: Binder, dependency: DraftDependency): Placed {
  const { text, source } = dependency
  const { asks } = binder.input.bindings
  const bound = binder.dependencies.entry(text)
  const before = bound ? waiting(binder, ['dependencies', bound.name], bound.value) : phaseThatWaits(binder, dependency)
  const statement = { id: binder.id(before, text), text, source }
  const due = dependency.due?.dates?.[1] ?? dependency.due?.anchor?.event
  if (bound) {
    const { value, name } = bound
    const dated = 'dependency' in value && value.due === undefined && due !== undefined ? { ...value, due } : value
    return { before, gates: [bindGate(binder, statement, dated, ['dependencies', name])] }
  }
  const message = `${asks} confirms "${text}" before ${before}`
  const hint = 'bind it under dependencies to say who confirms it, or what shows it, before which phase'
  binder.report('note', 'UNBOUND_DEPENDENCY', source, message, hint)
  const role = binder.role(asks, source)
  return { before, gates: [{ ...statement, kind: 'dependency', role, ...(due === undefined ? {} : { due }) }] }
}

function waiting(binder: Binder, place: BindingsPath, { before }: PlacedGateBinding): string {
  const known = [...phaseIds(binder.input.draft.phases).values()]
  if (known.length > 0 && !known.includes(before)) binder.unknown([...place, 'before'], 'phase', before, known)
  return before
}

const firstPhase = ({ input }: Binder): string => [...phaseIds(input.draft.phases).values()][0] ?? ''

/** The phase that the document names; the first where it names none, for nothing may begin without it. */
function phaseThatWaits(binder: Binder, { phase }: DraftDependency): string {
  const { phases } = binder.input.draft
  const named =
    phase === undefined ? undefined : (phases.find(({ name }) => name === phase) ?? findPhase(phases, phase))
  return (named && phaseIds(phases).get(named)) ?? firstPhase(binder)
}
