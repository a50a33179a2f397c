/** Phases with their steps and stages. Steps without a binding are confirmed by a person; stages inherit the triggers armed before them. */
import type { StepBinding } from '../bindings.ts'
import type { SourceRange } from '../diagnostic.ts'
import type { DraftPhase, DraftStep, DraftTrigger, PlanDraft } from '../draft.ts'
import type { Gate } from '../gate.ts'
import type { Phase, ReportedTrigger } from '../plan.ts'
import type { Criterion, RolloutStep, Stage, Step, Trigger } from '../step.ts'
import { bindChecklist, bindCriterion, bindTrigger, requireCheck } from './bind-statements.ts'
import type { Binder } from './binder.ts'
import { NamedEntries, nameKey, slugOf } from './names.ts'

export const phaseIdOf = (phase: DraftPhase): string =>
  phase.ordinal === undefined ? slugOf(phase.name) : `phase-${phase.ordinal}`

export function bindPhases(binder: Binder, reportedTriggers: ReportedTrigger[]): Phase[] {
  const { draft, bindings } = binder.input
  const ids = draft.phases.map(phaseIdOf)
  if (ids.length === 0) {
    binder.report(
      'error',
      'NO_PHASES',
      { start: 1, end: 1 },
      'the document has no phases or stages to run',
      'head them "Phase 1: …"',
    )
  }
  for (const id of Object.keys(bindings.phases)) if (!ids.includes(id)) binder.unknown(['phases', id], 'phase', id, ids)
  const checklists = draft.checklists.map((checklist) => bindChecklist(binder, checklist, ids[0] ?? ''))
  for (const { before } of checklists)
    if (ids.length > 0 && !ids.includes(before)) binder.unknown(['checklists'], 'phase', before, ids)
  const armed: Trigger[] = []
  const arm = (trigger: DraftTrigger) => {
    const bound = bindTrigger(binder, trigger)
    if ('measured' in bound) armed.push(bound.measured)
    else reportedTriggers.push(bound.reported)
  }
  for (const trigger of draft.triggers ?? []) arm(trigger)
  return draft.phases.map((phase, index) => {
    const id = ids[index] ?? ''
    for (const trigger of phase.triggers) arm(trigger)
    const { measured, exit, entry } = bindCriteria(binder, id, phase)
    return {
      id,
      name: phase.name,
      source: phase.source,
      ...(phase.objective === undefined ? {} : { objective: phase.objective }),
      ...(phase.track === undefined ? {} : { track: phase.track }),
      ...peopleOf(draft, phase),
      startOffsetMs: phase.timing?.startOffsetMs ?? 0,
      dependsOn: ids.slice(Math.max(0, index - 1), index),
      entry: [...checklists.flatMap(({ before, gates }) => (before === id ? gates : [])), ...entry],
      steps: bindSteps(binder, id, phase, measured, [...armed]),
      exit,
    }
  })
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
): { measured: Criterion[]; exit: Gate[]; entry: Gate[] } {
  const bound = phase.criteria.map((criterion) => bindCriterion(binder, id, criterion, sharesOf(phase).length > 0))
  const measured = bound.flatMap((one) => ('measured' in one ? one.measured : []))
  binder.measured.set(id, measured)
  const entry = phase.entryCriteria.map((criterion) => bindCriterion(binder, id, criterion, false))
  const gates = (list: typeof bound) => list.flatMap((one) => ('gate' in one ? [one.gate] : []))
  return { measured, exit: gates(bound), entry: gates(entry) }
}

/** The shares of a phase in order: its stages, or the one percent that the phase states. */
function sharesOf(phase: DraftPhase): Pick<Stage, 'name' | 'percent' | 'bakeMs' | 'source'>[] {
  const phaseBakeMs = phase.timing?.durationMs?.[0] ?? 0
  if (phase.stages.length > 0) {
    return phase.stages.map(({ name, percent, timing, source }) => {
      return {
        name: `${name}: ${percent} %`,
        percent,
        source,
        bakeMs: timing?.durationMs?.[0] ?? phaseBakeMs / phase.stages.length,
      }
    })
  }
  if (phase.percent === undefined) return []
  return [{ name: `${phase.percent} %`, percent: phase.percent, source: phase.source, bakeMs: phaseBakeMs }]
}

function bindSteps(
  binder: Binder,
  phaseId: string,
  phase: DraftPhase,
  criteria: Criterion[],
  triggers: Trigger[],
): Step[] {
  const entries = new NamedEntries(binder.input.bindings.phases[phaseId]?.steps ?? {})
  const shares = sharesOf(phase)
  const steps = phase.steps.flatMap((step): Step[] => {
    const binding = entries.find(step.text)
    if (binding && 'rollout' in binding)
      return [rolloutStep(binder, phaseId, step, binding.rollout, shares, criteria, triggers)]
    return bindStep(binder, phaseId, step, binding)
  })
  const known = phase.steps.map(({ text }) => text)
  for (const name of entries.unused())
    binder.unknown(['phases', phaseId, 'steps', name], `step of ${phaseId}`, name, known)
  if (shares.length > 0 && phase.steps.length === 0) {
    // "Stage 2 (5% traffic)" with nothing below it but criteria has one thing to do, and says so itself.
    const name = binder.input.bindings.service.name
    return [rolloutStep(binder, phaseId, { text: phase.name, source: phase.source }, name, shares, criteria, triggers)]
  }
  if (shares.length > 0 && !steps.some(({ kind }) => kind === 'rollout')) {
    const hint = `bind one of its steps under phases: ${phaseId}: steps, for example \`{ rollout: ${binder.input.bindings.service.name} }\``
    binder.report(
      'error',
      'UNBOUND_ROLLOUT',
      phase.source,
      `${phase.name} moves traffic, and no step of it is bound to the rollout`,
      hint,
    )
  }
  return steps
}

function bindStep(binder: Binder, phaseId: string, step: DraftStep, binding: StepBinding | undefined): Step[] {
  const { operator, bindings } = binder.input
  const statement = { id: binder.id(phaseId, step.text), text: step.text, source: step.source }
  if (!binding || 'confirm' in binding) {
    const role = binding?.confirm ?? bindings.asks
    if (!binding)
      binder.report('note', 'UNBOUND_STEP', step.source, `"${step.text}" is done outside Tidegate; ${role} confirms it`)
    return [{ ...statement, kind: 'confirm', role: binder.role(role, step.source) }]
  }
  if ('covered' in binding) return []
  if ('check' in binding) {
    requireCheck(binder, step.source, binding.check)
    return [{ ...statement, kind: 'check', check: binding.check }]
  }
  if ('command' in binding) {
    if (!operator.commands[binding.command])
      binder.unknown(step.source, 'command', binding.command, Object.keys(operator.commands))
    return [{ ...statement, kind: 'command', command: binding.command, parameters: binding.parameters }]
  }
  if ('deploy' in binding) {
    const target = operator.targets[binding.deploy]
    if (target?.driver !== 'process')
      binder.unknown(step.source, 'deployer', binding.deploy, Object.keys(operator.targets))
    else if (!target.versions[bindings.service.candidate]) {
      binder.unknown(
        step.source,
        `version of target ${binding.deploy}`,
        bindings.service.candidate,
        Object.keys(target.versions),
      )
    }
    return [{ ...statement, kind: 'deploy', target: binding.deploy, version: bindings.service.candidate }]
  }
  return []
}

function rolloutStep(
  binder: Binder,
  phaseId: string,
  step: Pick<DraftStep, 'text' | 'source'>,
  service: string,
  shares: ReturnType<typeof sharesOf>,
  criteria: Criterion[],
  triggers: Trigger[],
): RolloutStep {
  const known = binder.input.bindings.service.name
  if (service !== known) binder.unknown(step.source, 'service', service, [known])
  if (shares.length === 0) {
    const message = `"${step.text}" is bound to the rollout, and its phase states no share of traffic`
    binder.report('error', 'NO_SHARE', step.source, message, 'write the percentage into the phase')
  }
  const id = binder.id(phaseId, step.text)
  const stages = shares.map((share) => ({
    ...share,
    id: binder.id(phaseId, `stage ${share.percent}`),
    after: [],
    criteria,
    triggers,
  }))
  return { id, text: step.text, source: step.source, kind: 'rollout', service, stages }
}
