/** Phases that are scheduled by each other: no circle of them, and nothing before a phase that has no planned time or that must come first. */
import type { Phase } from '../plan.ts'
import type { Schedule } from '../schedule.ts'
import type { Binder } from './binder.ts'

type Anchored = Phase & { schedule: Extract<Schedule, { kind: 'anchored' }> }

export function checkAnchors(binder: Pick<Binder, 'report'>, phases: readonly Phase[]): void {
  for (const phase of phases) {
    if (!isAnchored(phase)) continue
    const anchor = phases.find(({ id }) => id === phase.schedule.phase)
    // A milestone that names a phase which is not there was reported where it stands.
    if (!anchor) continue
    const { source, text } = phase.schedule
    const problem = problemOf(phases, phase, anchor)
    if (problem)
      binder.report('error', problem.ruleId, source, `"${phase.name}" (${text}) ${problem.message}`, problem.hint)
  }
}

const isAnchored = (phase: Phase): phase is Anchored => phase.schedule?.kind === 'anchored'

function problemOf(
  phases: readonly Phase[],
  phase: Anchored,
  anchor: Phase,
): { ruleId: string; message: string; hint: string } | undefined {
  const circle = circleFrom(phases, `plan ${phase.id}`)
  if (circle) {
    const names = circle.map((id) => phases.find((one) => one.id === id)?.name ?? id)
    const hint = 'take one of these waits away'
    return {
      ruleId: 'ANCHOR_CIRCLE',
      message: `waits for itself: ${names.map((name) => `"${name}"`).join(' → ')}`,
      hint,
    }
  }
  const { edge, offsetMs } = phase.schedule
  if (offsetMs >= 0) return undefined
  const isPlanned = edge === 'start' && (anchor.schedule !== undefined || anchor.startOffsetMs > 0)
  if (!isPlanned) {
    const what = edge === 'start' ? 'start' : 'completion'
    const message = `comes before the ${what} of "${anchor.name}", and nothing says when that is planned`
    const hint = edge === 'start' ? `give ${anchor.id} a schedule` : 'count from its start'
    return { ruleId: 'ANCHOR_UNPLANNED', message, hint }
  }
  if (!reaches(phases, phase, anchor.id)) return undefined
  const message = `is to come before "${anchor.name}", and depends on it`
  return { ruleId: 'ANCHOR_ORDER', message, hint: 'change the order of the phases, or the schedule' }
}

/** Whether `phase` depends on `id`, however far back. */
function reaches(phases: readonly Phase[], phase: Phase, id: string): boolean {
  const seen = new Set(phase.dependsOn)
  for (const one of seen) for (const next of phases.find((known) => known.id === one)?.dependsOn ?? []) seen.add(next)
  return seen.has(id)
}

/**
 * A phase starts after those that it depends on and by its plan; its plan needs the start of what it comes after, and the plan of what it comes
 * before. Gives the phases on the shortest way from a plan back to itself.
 */
function circleFrom(phases: readonly Phase[], origin: string): string[] | undefined {
  const cameBy = new Map<string, string>()
  const queue = [origin]
  for (const node of queue) {
    for (const next of needsOf(phases, node)) {
      if (next === origin)
        return [...wayTo(node, cameBy), origin].map((one) => one.slice(one.indexOf(' ') + 1)).filter(isChange)
      if (cameBy.has(next)) continue
      cameBy.set(next, node)
      queue.push(next)
    }
  }
  return undefined
}

function needsOf(phases: readonly Phase[], node: string): string[] {
  const [kind, id] = [node.slice(0, node.indexOf(' ')), node.slice(node.indexOf(' ') + 1)]
  const phase = phases.find((one) => one.id === id)
  if (!phase) return []
  if (kind === 'start') return [`plan ${id}`, ...phase.dependsOn.map((earlier) => `start ${earlier}`)]
  if (!isAnchored(phase)) return []
  const { phase: anchor, offsetMs, edge } = phase.schedule
  return [`${offsetMs < 0 && edge === 'start' ? 'plan' : 'start'} ${anchor}`]
}

function wayTo(node: string, cameBy: ReadonlyMap<string, string>): string[] {
  const way = [node]
  for (let before = cameBy.get(node); before !== undefined; before = cameBy.get(before)) way.unshift(before)
  return way
}

const isChange = (id: string, index: number, ids: readonly string[]): boolean => id !== ids[index - 1]
