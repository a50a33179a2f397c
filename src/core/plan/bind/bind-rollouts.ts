/** Ladders: which services a phase moves, in which order, by which shares, and the stages that each of them climbs. */
import type { PhaseBinding } from '../bindings.ts'
import type { DraftPhase } from '../draft.ts'
import type { Criterion, RolloutStep, Stage, Trigger } from '../step.ts'
import type { Statement } from './bind-gates.ts'
import type { Binder } from './binder.ts'
import { NamedEntries, nameKey } from './names.ts'

/** A stage as the document states it. `words` name it in the bindings. */
type Share = Pick<Stage, 'name' | 'percent' | 'bakeMs' | 'source' | 'cohort'> & { words: string }

/** One service's way up in a phase. */
export interface Ladder {
  service: string
  shares: Share[]
}

/** The ladders of a phase in the order in which they follow each other. */
export function bindLadders(
  binder: Binder,
  phaseId: string,
  phase: DraftPhase,
  moved: readonly string[],
  binding: PhaseBinding | undefined,
): Ladder[] {
  const train = [...binder.services.keys()]
  const said = binding?.order ?? []
  for (const name of said)
    if (!moved.includes(name)) binder.unknown(['phases', phaseId, 'order'], 'service moved here', name, moved)
  const rank = (name: string) => (said.includes(name) ? said.indexOf(name) : said.length + train.indexOf(name))
  const cohorts = new NamedEntries(binding?.cohorts ?? {})
  const ladders = [...new Set(moved)]
    .sort((a, b) => rank(a) - rank(b))
    .map((service): Ladder => {
      const own = sharesOf(phase)
      const shares = own.length > 0 ? own : flagShares(binder, service)
      return { service, shares: shares.map((share) => withCohort(binder, phaseId, service, share, cohorts)) }
    })
  const names = ladders.flatMap(({ shares }) => shares.map(({ words }) => words))
  for (const name of cohorts.unused())
    binder.unknown(['phases', phaseId, 'cohorts', name], `stage of ${phaseId}`, name, names)
  return ladders
}

/** The shares of a phase in order: its stages, or the one percent that the phase states. */
export function sharesOf(phase: Pick<DraftPhase, 'name' | 'stages' | 'percent' | 'timing' | 'source'>): Share[] {
  const phaseBakeMs = phase.timing?.durationMs?.[0] ?? 0
  const { percent, source, stages } = phase
  if (stages.length === 0)
    return percent === undefined
      ? []
      : [{ words: phase.name, name: `${percent} %`, percent, source, bakeMs: phaseBakeMs }]
  return stages.map((stage) => ({
    words: stage.name,
    name: `${stage.name}: ${stage.percent} %`,
    percent: stage.percent,
    source: stage.source,
    bakeMs: stage.timing?.durationMs?.[0] ?? phaseBakeMs / stages.length,
  }))
}

/** The stages that the document states for the flag that moves this service. */
function flagShares(binder: Binder, service: string): Share[] {
  const { bindings, draft } = binder.input
  const key = bindings.service?.name === service ? bindings.service.flag : bindings.services[service]?.flag
  const flag = draft.flags.find((one) => one.key === key && one.stages.length > 0)
  return flag ? sharesOf({ name: flag.key, source: flag.source, stages: flag.stages }) : []
}

function withCohort(
  binder: Binder,
  phaseId: string,
  service: string,
  share: Share,
  cohorts: NamedEntries<string>,
): Share {
  const bound = cohorts.entry(share.words)
  if (!bound) return share
  const place = ['phases', phaseId, 'cohorts', bound.name]
  const mover = binder.services.get(service)?.mover
  // Of a flag, the backend itself is asked before the start.
  if (mover?.kind === 'flag') return { ...share, cohort: bound.value }
  const target = mover && binder.input.operator.targets[mover.router]
  const known = target && 'cohorts' in target ? Object.keys(target.cohorts) : []
  if (!known.includes(bound.value)) binder.unknown(place, 'cohort of the router', bound.value, known)
  return { ...share, cohort: bound.value }
}

/** What the stages of one service are judged by. */
export interface Judged {
  criteria: Criterion[]
  triggers: Trigger[]
}

/** The rollout of one service. Its stages follow those of the service before it: the second one is not ahead of the first. */
export function bindRollout(
  binder: Binder,
  phaseId: string,
  statement: Statement,
  { service, shares }: Ladder,
  { criteria, triggers }: Judged,
  { isAlone, before }: { isAlone: boolean; before: RolloutStep | undefined },
): RolloutStep {
  const stages = shares.map(({ words: _words, ...share }, index): Stage => {
    const followed = before?.stages[Math.min(index, before.stages.length - 1)]
    return {
      ...share,
      name: isAlone ? share.name : `${service}, ${share.name}`,
      id: binder.id(phaseId, isAlone ? `stage ${share.percent}` : `${service} stage ${share.percent}`),
      after: followed ? [followed.id] : [],
      criteria,
      triggers,
    }
  })
  return { ...statement, kind: 'rollout', service, stages }
}

/** Of a phase that lists no steps: the service that is called like its track, or the only one. */
export function serviceOfPhase(binder: Binder, { track }: DraftPhase): string | undefined {
  const names = [...binder.services.keys()]
  const [only, ...others] = names
  return (
    names.find((name) => track !== undefined && nameKey(name) === nameKey(track)) ??
    (others.length === 0 ? only : undefined)
  )
}
