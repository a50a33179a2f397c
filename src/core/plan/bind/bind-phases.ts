/** Phases with what they wait for, what they do and what has to hold then; stages inherit the triggers armed before them. */
import type { SourceRange } from '../diagnostic.ts'
import type { DraftPhase, PlanDraft } from '../draft.ts'
import type { Gate } from '../gate.ts'
import type { Phase, ReportedTrigger } from '../plan.ts'
import type { Criterion, Trigger } from '../step.ts'
import { bindEntryGates } from './bind-entry-gates.ts'
import { bindLadders, sharesOf } from './bind-rollouts.ts'
import { type BoundCriterion, bindCriterion, warnOfGaugesAlone } from './bind-statements.ts'
import { bindSteps, movedBy, stepsOf } from './bind-steps.ts'
import { type BoundTrigger, bindTrigger } from './bind-triggers.ts'
import type { Binder, Measured } from './binder.ts'
import { nameKey } from './names.ts'
import { parallelTracks, phaseIds } from './phase-ids.ts'
import { bindPhaseOrder, reportClashes } from './phase-order.ts'

export function bindPhases(binder: Binder, reported: ReportedTrigger[]): Phase[] {
  const { draft, bindings } = binder.input
  const ids = phaseIds(draft.phases)
  if (ids.size === 0) {
    const message = 'the document has no phases or stages to run'
    binder.report('error', 'NO_PHASES', { start: 1, end: 1 }, message, 'head them "Phase 1: …"')
  }
  const known = [...ids.values()]
  for (const id of Object.keys(bindings.phases))
    if (!known.includes(id)) binder.unknown(['phases', id], 'phase', id, known)
  const order = bindPhaseOrder(binder)
  const entryGates = bindEntryGates(binder)
  const armed = new ArmedTriggers(parallelTracks(draft.phases))
  for (const trigger of draft.triggers ?? []) armed.add(trigger.group, bindTrigger(binder, trigger, reported))
  const phases = [...ids].map(([phase, id]) => {
    for (const trigger of phase.triggers) armed.add(phase.track, bindTrigger(binder, trigger, reported))
    return bindPhase(binder, id, phase, { dependsOn: order.get(id) ?? [], gates: entryGates.get(id) ?? [], armed })
  })
  reportClashes(binder, phases)
  return phases
}

interface Surroundings {
  dependsOn: string[]
  gates: Gate[]
  armed: ArmedTriggers
}

function bindPhase(binder: Binder, id: string, phase: DraftPhase, { dependsOn, gates, armed }: Surroundings): Phase {
  const { draft, bindings } = binder.input
  const steps = stepsOf(binder, id, phase)
  const moved = movedBy(binder, steps)
  const ladders = bindLadders(binder, id, phase, moved, bindings.phases[id])
  const { measured, exit, entry } = bindCriteria(
    binder,
    id,
    phase,
    ladders.map(({ service }) => service),
  )
  const judged = (service: string) => ({
    criteria: measured.flatMap((one): Criterion[] => (one.service === service ? [one.criterion] : [])),
    triggers: armed.of(service, phase.track),
  })
  return {
    id,
    name: phase.name,
    source: phase.source,
    ...(phase.objective === undefined ? {} : { objective: phase.objective }),
    ...(phase.track === undefined ? {} : { track: phase.track }),
    ...peopleOf(draft, phase),
    startOffsetMs: phase.timing?.startOffsetMs ?? 0,
    dependsOn,
    entry: [...gates, ...entry],
    steps: bindSteps(binder, { id, phase, ladders, judged }, steps),
    exit,
  }
}

/** Triggers stay armed in every later stage; one of a track that runs beside others, only in that track. */
class ArmedTriggers {
  readonly #tracks: ReadonlySet<string>
  readonly #armed: { track: string | undefined; trigger: BoundTrigger }[] = []

  constructor(tracks: ReadonlySet<string>) {
    this.#tracks = tracks
  }

  /** `title` is the track, or what the trigger stands under. */
  add(title: string | undefined, trigger: BoundTrigger): void {
    const track = [...this.#tracks].find((one) => title !== undefined && nameKey(one) === nameKey(title))
    this.#armed.push({ track, trigger })
  }

  of(service: string, track: string | undefined): Trigger[] {
    return this.#armed.flatMap((one) => {
      const isElsewhere =
        one.track !== undefined && track !== undefined && this.#tracks.has(track) && one.track !== track
      return isElsewhere ? [] : (one.trigger.get(service) ?? [])
    })
  }
}

/** Who leads and who helps, and the tickets, where the document names them for this phase. */
function peopleOf(
  { owners, tickets, phases }: PlanDraft,
  phase: DraftPhase,
): Pick<Phase, 'contributors' | 'tickets'> & { lead?: string } {
  const named = owners.filter(({ of }) => of !== undefined && nameKey(of) === nameKey(phase.name))
  const lead = named.find(({ role }) => role === 'lead' || role === 'owner')?.name
  const next = phases.find(({ source }) => source.start > phase.source.start)
  const isInside = ({ start }: SourceRange) =>
    start >= phase.source.start && start < (next?.source.start ?? Number.POSITIVE_INFINITY)
  return {
    ...(lead === undefined ? {} : { lead }),
    contributors: named.filter(({ role }) => role === 'contributor').map(({ name }) => name),
    tickets: [...new Set(tickets.filter(({ source }) => isInside(source)).map(({ id }) => id))],
  }
}

function bindCriteria(
  binder: Binder,
  id: string,
  phase: DraftPhase,
  moved: readonly string[],
): { measured: Measured[]; exit: Gate[]; entry: Gate[] } {
  // A phase whose rollout is not bound yet is judged as if it were: its criteria are no news beside that error.
  const services = moved.length === 0 && sharesOf(phase).length > 0 ? [...binder.services.keys()] : moved
  const bound = phase.criteria.map((criterion) => bindCriterion(binder, id, criterion, services))
  const measured = bound.flatMap((one) => ('measured' in one ? one.measured : []))
  binder.measured.set(id, measured)
  warnOfGaugesAlone(binder, phase.name, measured)
  const entry = phase.entryCriteria.map((criterion) => bindCriterion(binder, id, criterion, []))
  const gates = (list: BoundCriterion[]) => list.flatMap((one) => ('gate' in one ? [one.gate] : []))
  return { measured, exit: gates(bound), entry: gates(entry) }
}
