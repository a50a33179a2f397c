/** Steps, criteria, triggers and checklists as `tidegate bind` would write them, and a step that moves the traffic of every phase that states a share. */
import type { Bindings, PhaseBinding } from '../../bindings.ts'
import type { StepBinding } from '../../bindings-steps.ts'
import type { DraftPhase } from '../../draft.ts'
import { nameKey } from '../names.ts'
import { movesTraffic, phaseIdIn } from '../phase-ids.ts'
import type { Finding } from '../propose/proposal.ts'
import { proposeBindings } from '../propose/propose-bindings.ts'
import { callOf, type Imagination } from './imagination.ts'
import { imagineRollback } from './imagine-rollback.ts'

/** `serviceOf` names the service that a phase moves. */
export function imagineStatements(world: Imagination, serviceOf: (phase: DraftPhase) => string): void {
  const findings = proposeBindings(world.proposeInput)
  const still = keysThatStandStill(world)
  const proposed = findings.filter((finding) => finding.state === 'proposed' && !isUnjudged(finding, still))
  const of = <S extends 'criteria' | 'triggers' | 'checklists'>(section: S): Bindings[S] => {
    const own = proposed.filter((finding) => finding.section === section)
    return Object.fromEntries(own.map(({ path, value }) => [path[1], value])) as Bindings[S]
  }
  const { bindings } = world
  world.bindings = {
    ...bindings,
    criteria: { ...bindings.criteria, ...of('criteria') },
    triggers: { ...bindings.triggers, ...of('triggers') },
    checklists: { ...bindings.checklists, ...of('checklists') },
    phases: imagineSteps(world, serviceOf, findings),
  }
  imagineRollback(world, findings)
  const written = new Set(proposed)
  for (const finding of findings) noteStatement(world, finding, written.has(finding))
}

/** Criteria that are stated where nothing moves too: what "the same as phase 2" would have to be judged on is not there. */
function keysThatStandStill({ draft }: Imagination): Set<string> {
  const still = draft.phases.flatMap((phase) =>
    movesTraffic(phase) ? phase.entryCriteria : [...phase.entryCriteria, ...phase.criteria],
  )
  return new Set(still.map(({ text }) => nameKey(text)))
}

function isUnjudged({ section, value, says }: Finding, still: ReadonlySet<string>): boolean {
  return (
    section === 'criteria' &&
    typeof value === 'object' &&
    value !== null &&
    'sameAs' in value &&
    still.has(nameKey(says))
  )
}

function noteStatement(world: Imagination, finding: Finding, isWritten: boolean): void {
  const { section, state, path, value, reason, otherwise, source } = finding
  if (section === 'steps' || section === 'rollback' || section === 'plan' || state === 'bound' || state === 'measured')
    return
  const place = source && { source }
  if (isWritten) world.note({ in: 'bindings', path, value, reason: reason ?? '', ...place })
  else if (otherwise !== undefined) world.note({ in: 'bindings', path, reason: otherwise, ...place })
}

function imagineSteps(
  world: Imagination,
  serviceOf: (phase: DraftPhase) => string,
  findings: readonly Finding[],
): Bindings['phases'] {
  const steps = findings.filter(({ section }) => section === 'steps')
  const byPhase = Map.groupBy(steps, ({ path }) => path[1] ?? '')
  const phases = world.draft.phases.map((phase): [string, PhaseBinding] => {
    const id = phaseIdIn(world.draft.phases, phase)
    const given = world.given.phases?.[id]?.steps ?? {}
    const own = byPhase.get(id) ?? []
    const isMoved = Object.values(given).some((step) => 'rollout' in step)
    const mover = movesTraffic(phase) && !isMoved ? stepThatMoves(phase, own) : undefined
    const imagined = own.flatMap((finding): [string, StepBinding][] => {
      const { state, says, path, source, reason, otherwise } = finding
      if (state === 'bound') return []
      const value =
        finding === mover
          ? { rollout: serviceOf(phase) }
          : state === 'proposed'
            ? ofService(world, callOf(finding.value as StepBinding), serviceOf(phase))
            : undefined
      const why = finding === mover ? 'a step has to move the traffic of its phase' : value ? reason : otherwise
      world.note({ in: 'bindings', path, ...(value && { value }), reason: why ?? '', ...(source && { source }) })
      return value ? [[says, value]] : []
    })
    const whole: Record<string, StepBinding> =
      phase.steps.length === 0 && movesTraffic(phase) && !isMoved ? { [phase.name]: { rollout: serviceOf(phase) } } : {}
    const steps = { ...given, ...whole, ...Object.fromEntries(imagined) }
    return [id, { ...world.given.phases?.[id], steps }]
  })
  return { ...world.given.phases, ...Object.fromEntries(phases) }
}

/** Of several services, a deployment brings that of the phase. */
function ofService({ bindings }: Imagination, step: StepBinding, service: string): StepBinding {
  const isOne = Object.keys(bindings.services ?? {}).length === 0
  return isOne || !('deploy' in step) ? step : { ...step, service }
}

const isRollout = ({ value }: { value?: unknown }): boolean =>
  typeof value === 'object' && value !== null && 'rollout' in value

/** The step that speaks of traffic; else the last that does nothing else, for all before it is done by then. */
function stepThatMoves(phase: DraftPhase, findings: readonly Finding[]): Finding | undefined {
  const free = findings.filter(({ state }) => state !== 'bound')
  const spoken = free.find(({ proposals }) => proposals.some(isRollout))
  if (spoken) return spoken
  const count = Map.groupBy(phase.steps, ({ text }) => nameKey(text))
  const once = free.filter(({ says }) => count.get(nameKey(says))?.length === 1)
  const idle = once.filter(({ state }) => state !== 'proposed')
  return idle.at(-1) ?? once.at(-1) ?? free.at(-1)
}
