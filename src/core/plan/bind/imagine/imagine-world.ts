/**
 * Bindings and an operator for any plan, so that it can be rehearsed before anything is bound: what is bound stays, what is missing is
 * imagined and listed, and what is weak about that is said.
 */
import { Bindings, type UnfinishedBindings } from '../../bindings.ts'
import type { Diagnostic } from '../../diagnostic.ts'
import type { PlanDraft } from '../../draft.ts'
import type { Operator } from '../../operator.ts'
import { findWeaknesses } from './find-weaknesses.ts'
import { Imagination, type Imagined } from './imagination.ts'
import { imagineMetrics } from './imagine-metrics.ts'
import { imagineAsks, imagineHolders, imaginePeople } from './imagine-people.ts'
import { imaginePhases } from './imagine-phases.ts'
import { imagineService } from './imagine-service.ts'
import { imagineStatements } from './imagine-statements.ts'
import { imagineTracks } from './imagine-tracks.ts'
import { lendCohorts, lendWhatIsNamed } from './lend-named.ts'
import { startOf, type Weakness } from './weakness.ts'

/** What a rollback may take in a rehearsal where nobody has promised anything: the longer of the times that plans usually state. */
export const imaginedDeadlineMs = 15 * 60_000

export interface ImaginedWorld {
  /** The document as it is rehearsed: with a phase where it heads none, and an id of its own for each phase. */
  draft: PlanDraft
  bindings: Bindings
  operator: Operator
  /** In the order in which it was supposed. */
  imagined: Imagined[]
  /** By line of the document. */
  weaknesses: Weakness[]
}

/**
 * Of these three `bindPlan` makes a plan, unless the bindings that were given are wrong in themselves: a name that the operator given does
 * not know stays an error. Without an operator, whatever the bindings name is supposed to be lent. The same input gives the same world. A
 * document in which there is nothing to do gives the error `NOTHING_TO_REHEARSE` instead.
 */
export function imagineWorld(
  document: PlanDraft,
  given: UnfinishedBindings = {},
  operator?: Operator,
): ImaginedWorld | { diagnostics: Diagnostic[] } {
  const prepared = imaginePhases(document)
  if (!prepared) return { diagnostics: [nothingToRehearse(document)] }
  const { draft, imagined } = prepared
  const world = new Imagination(draft, given, operator, imagined)
  imaginePeople(world)
  const unasked = imagineAsks(world)
  lendWhatIsNamed(world)
  const service = imagineService(world)
  const asks = world.bindings.asks ?? ''
  imagineMetrics(world, asks)
  imagineStatements(world, imagineTracks(world, service))
  lendCohorts(world)
  imagineDeadline(world)
  imagineZone(world)
  const unheld = imagineHolders(world)
  const weaknesses = [...withoutPhases(document), ...unasked, ...unheld, ...findWeaknesses(draft, given)]
  return {
    draft,
    bindings: complete(world, service, asks),
    operator: world.operator,
    imagined: world.imagined,
    weaknesses: located(draft, weaknesses),
  }
}

function complete({ draft, bindings }: Imagination, service: Bindings['service'], asks: string): Bindings {
  const { plan, metrics, phases, criteria, triggers, checklists, flags, judging, author, rollback } = bindings
  const { services, dependencies, calendar } = bindings
  return {
    plan: plan ?? draft.file,
    ...(author !== undefined && { author }),
    ...(service && { service }),
    services: services ?? {},
    metrics: metrics ?? {},
    phases: phases ?? {},
    criteria: criteria ?? {},
    triggers: triggers ?? {},
    checklists: checklists ?? {},
    dependencies: dependencies ?? {},
    flags: flags ?? {},
    asks,
    ...(calendar && { calendar }),
    ...(rollback && { rollback }),
    judging: judging ?? Bindings.shape.judging.parse(undefined),
  }
}

function imagineDeadline(world: Imagination): void {
  const { rollback } = world.bindings
  if (rollback?.deadline !== undefined || world.draft.rollback.budgetMs !== undefined) return
  const change = { rollback: { steps: {}, ...rollback, deadline: imaginedDeadlineMs } }
  world.bind(change, ['rollback', 'deadline'], imaginedDeadlineMs, 'nobody has promised a time')
}

/** Windows without a time zone are held to be in UTC, so that the rehearsal meets them. */
function imagineZone(world: Imagination): void {
  const { calendar } = world.bindings
  if (world.draft.windows.length === 0 || calendar?.zone !== undefined) return
  const change = { calendar: { milestones: {}, ...calendar, zone: 'UTC' } }
  world.bind(change, ['calendar', 'zone'], 'UTC', 'no time zone is named')
}

function withoutPhases(document: PlanDraft): Weakness[] {
  if (document.phases.length > 0) return []
  const message = 'the document heads no phases, so the order of what is to be done is a guess'
  return [{ code: 'NO_PHASES', source: startOf(document), message, hint: 'head them "Phase 1: …"' }]
}

function nothingToRehearse({ file }: PlanDraft): Diagnostic {
  return {
    ruleId: 'NOTHING_TO_REHEARSE',
    severity: 'error',
    source: { file, start: 1, end: 1 },
    message:
      'the document has no phases, no stages of a flag, no next steps and no checklist: there is nothing to rehearse',
    hint: 'head its parts "Phase 1: …" and list what is to be done in each',
  }
}

/** With the file of each place, by line. */
function located({ file }: PlanDraft, weaknesses: readonly Weakness[]): Weakness[] {
  return weaknesses
    .map((weakness) => ({ ...weakness, source: { ...weakness.source, file: weakness.source.file ?? file } }))
    .sort((a, b) => a.source.start - b.source.start)
}
