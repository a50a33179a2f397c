/** What must hold of a run as a whole, read from its log alone: it is bounded, it ends safe, and nothing was done twice (3, 7, 11, 12). */
import type { Plan } from '../../../core/plan/plan.ts'
import type { EffectOutcome } from '../../../core/release/effect.ts'
import type { Purpose, ReleaseEvent } from '../../../core/release/events.ts'
import type { Recorded } from '../../../core/release/fold.ts'
import type { Release } from '../../../core/release/release.ts'
import { keyOf, mostWaysBack, tries } from './calls.ts'
import type { Truth } from './invariant.ts'
import { indexOf } from './plan-index.ts'

type Value = Extract<EffectOutcome, { ok: true }>['value']

interface FinalInvariant {
  name: string
  broken(release: Release, log: readonly Recorded[], truth: Truth): string | null
}

/** What was asked for and not answered yet, and how often each thing was tried since somebody ordered it anew. */
function brokenCalls(_release: Release, log: readonly Recorded[]): string | null {
  const asked = new Map<string, boolean>()
  const attempts = new Map<string, number>()
  const told = new Set<string>()
  for (const { event } of log) {
    if (event.type === 'RetryOrdered' || event.type === 'TriggerFired') attempts.clear()
    if (event.type === 'EffectSettled') {
      const isOpen = asked.get(event.effectId)
      if (isOpen !== true) return `${event.effectId} came back ${isOpen === false ? 'twice' : 'and was not asked for'}`
      asked.set(event.effectId, false)
    }
    if (event.type !== 'EffectRequested') continue
    const { effectId, effect, purpose } = event
    if (asked.has(effectId)) return `${effectId} was asked for twice`
    asked.set(effectId, true)
    const run = purpose.kind === 'gate' ? purpose.run : purpose.kind === 'trigger' ? purpose.episode : ''
    const key = `${keyOf(purpose)} ${run}`
    const count = (attempts.get(key) ?? 0) + 1
    attempts.set(key, count)
    const most = purpose.kind === 'rollback' ? mostWaysBack : tries[effect.kind].most
    if (count > most) return `${key.trim()} was tried ${count} times`
    if (purpose.kind !== 'notice' || event.attempt > 1) continue
    if (told.has(purpose.about)) return `"${purpose.about}" was told twice`
    told.add(purpose.about)
  }
  return null
}

/** Bake time of a stage is never more than the time since it was entered. */
function brokenBake(_release: Release, log: readonly Recorded[]): string | null {
  const entered = new Map<string, { stageId: string; atMs: number; bakedMs: number }>()
  for (const { event, elapsedMs } of log) {
    if (event.type === 'StageEntered')
      entered.set(event.service, { stageId: event.stageId, atMs: elapsedMs, bakedMs: 0 })
    if (event.type !== 'StageObserved') continue
    const stage = entered.get(event.service)
    if (stage?.stageId !== event.stageId) return `${event.stageId} was looked at and never entered`
    stage.bakedMs += event.creditMs
    if (stage.bakedMs > elapsedMs - stage.atMs + 0.001)
      return `${event.stageId} baked ${stage.bakedMs} ms of ${elapsedMs - stage.atMs} ms`
  }
  return null
}

/** From the first trigger to the end: within the deadline, or degraded. */
function brokenDeadline({ plan }: Release, log: readonly Recorded[]): string | null {
  let firedMs: number | null = null
  for (const { event, elapsedMs } of log) {
    if (event.type === 'TriggerFired') firedMs ??= elapsedMs
    if (event.type === 'ReleaseDegraded') firedMs = null
    if (event.type !== 'RollbackEnded' && event.type !== 'ReleaseRolledBack' && event.type !== 'ReleaseSuperseded')
      continue
    if (firedMs !== null && elapsedMs - firedMs > plan.rollback.deadlineMs)
      return `${event.type} after ${elapsedMs - firedMs} ms, and ${plan.rollback.deadlineMs} ms were allowed`
    firedMs = null
  }
  return null
}

/** While every call of a way back is answered well, the engine itself costs no more than one look's interval. */
function brokenSpeed({ plan }: Release, log: readonly Recorded[]): string | null {
  const open = new Map<string, Extract<Purpose, { kind: 'rollback' }>>()
  const back = new Set<string>()
  let away = new Set<string>()
  let idleMs = 0
  let lastMs = 0
  for (const { event, elapsedMs } of log) {
    if (away.size > 0 && open.size === 0) idleMs += elapsedMs - lastMs
    lastMs = elapsedMs
    if (away.size > 0 && idleMs > plan.judging.intervalMs) return `${idleMs} ms went by without a call on the way back`
    if (event.type === 'TriggerFired') {
      if (away.size === 0) idleMs = 0
      away = new Set([...away, ...event.services.filter((name) => !back.has(name))])
    }
    if (event.type === 'RollbackEnded' || event.type === 'ReleaseDegraded') back.clear()
    if (event.type === 'EffectRequested' && event.purpose.kind === 'rollback') open.set(event.effectId, event.purpose)
    const purpose = event.type === 'EffectSettled' ? open.get(event.effectId) : undefined
    if (event.type !== 'EffectSettled' || !purpose) continue
    open.delete(event.effectId)
    if (!event.outcome.ok) return null
    if (purpose.part === 'restore' && !isHealthy(event.outcome.value)) return null
    if (purpose.part !== 'shares') continue
    if (!isShareZero(plan, purpose.service, event.outcome.value)) return null
    if (away.delete(purpose.service)) back.add(purpose.service)
  }
  return null
}

const isHealthy = (value: Value): boolean =>
  value.kind === 'deploy' && value.versions.running.some(({ healthy }) => healthy)

function isShareZero({ services }: Plan, name: string, value: Value): boolean {
  const candidate = services.find((service) => service.name === name)?.candidate ?? ''
  if (value.kind === 'setFlag') return value.setting.percent === 0
  return value.kind === 'setShares' && (value.shares[candidate] ?? 0) < 0.001
}

/** Who went back has no user at the candidate any more. */
function brokenSafety(release: Release, _log: readonly Recorded[], { shares }: Truth): string | null {
  const { ended, rollback, services } = release
  if (ended?.status !== 'RolledBack' && ended?.status !== 'Superseded') return null
  for (const [name, state] of Object.entries(services)) {
    const wentBack = state.rollback !== null || (rollback?.isWhole && state.askedStageId !== null)
    if (wentBack && (shares[name] ?? 0) > 0.001)
      return `${shares[name]} % of ${name} are at the candidate after ${ended.status}`
  }
  return null
}

/** Success is every ladder climbed to its end. */
function brokenSuccess({ ended, plan, services }: Release): string | null {
  if (ended?.status !== 'Succeeded') return null
  for (const [name, ladder] of indexOf(plan).ladders) {
    const top = ladder.at(-1)
    const exposure = services[name]?.exposure
    if (top && !(exposure?.stageId === top.stage.id && exposure.passed)) return `it succeeded without ${top.stage.id}`
  }
  return null
}

/** A deadline that was missed asks a person or takes the release back, as the plan says, at once. */
function brokenMissed({ plan }: Release, log: readonly Recorded[]): string | null {
  const held = new Set<string>()
  for (const [position, { event }] of log.entries()) {
    if (event.type === 'ReleaseHeld') held.add(event.about)
    if (event.type === 'HoldCleared' || event.type === 'RetryOrdered') held.delete(event.about)
    if (event.type === 'TriggerFired' && event.isWhole) held.clear()
    if (event.type !== 'GateDeadlineMissed') continue
    const next: ReleaseEvent | undefined = log[position + 1]?.event
    const deadline = indexOf(plan).gates.get(event.gateId)?.gate.deadline
    const wanted = deadline?.onMissed === 'abort' ? 'TriggerFired' : 'ReleaseHeld'
    if (next?.type !== wanted && !(wanted === 'ReleaseHeld' && held.has(`gate ${event.gateId}`)))
      return `${event.gateId} missed its deadline, and ${next?.type ?? 'nothing'} follows`
  }
  return null
}

const endsOfRollbacks: ReadonlySet<ReleaseEvent['type']> = new Set<ReleaseEvent['type']>([
  'RollbackEnded',
  'ReleaseRolledBack',
  'ReleaseDegraded',
  'ReleaseSuperseded',
])

/** Whoever is asked is paged for each rollback, and once more when it is late or failed. */
function brokenPages(_release: Release, log: readonly Recorded[]): string | null {
  const told = new Set<string>()
  for (const { event } of log)
    if (event.type === 'EffectRequested' && event.effect.kind === 'notify' && event.effect.message.urgency === 'page')
      if (event.purpose.kind === 'notice') told.add(event.purpose.about)
  let firedMs: number | null = null
  for (const { event, elapsedMs } of log) {
    if (event.type === 'TriggerFired') {
      firedMs ??= elapsedMs
      if (!told.has(`rollback at ${firedMs}`)) return `nobody was paged for the rollback at ${firedMs} ms`
    }
    if (event.type === 'ReleaseHeld' && !told.has(`held at ${elapsedMs}, ${event.about}`))
      return `nobody was paged for the hold of ${event.about}`
    if (event.type === 'ReleaseDegraded' && !told.has(`degraded at ${elapsedMs}`))
      return 'nobody was paged for a degraded end'
    if (endsOfRollbacks.has(event.type)) firedMs = null
  }
  return null
}

/** A release that is not over waits for something: a person, an answer, data, or the time. */
function brokenEnd({ ended, holds, pause, effects, phases, plan, services }: Release): string | null {
  if (ended || pause || holds.length > 0) return null
  if (Object.values(effects).some(({ settled }) => settled === null)) return null
  const waits = plan.phases.some(({ id, startOffsetMs, entry, exit, steps }) => {
    const state = phases[id]
    if (state?.status === 'waiting') return startOffsetMs > 0
    if (state?.status !== 'active') return false
    const isOpen = (stepId: string): boolean => state.steps[stepId]?.completedMs == null
    return entry.length + exit.length > 0 || steps.some(({ id: stepId }) => isOpen(stepId))
  })
  const isWatched = Object.values(services).some(({ exposure }) => exposure && !exposure.passed)
  return waits || isWatched ? null : 'nothing is under way, and it is not over'
}

export const finalInvariants: FinalInvariant[] = [
  { name: '3 calls are asked for, answered and told once', broken: brokenCalls },
  { name: '12 bake time is never more than passed', broken: brokenBake },
  { name: '11 late is degraded', broken: brokenDeadline },
  { name: '7 a way back waits for nothing but the router', broken: brokenSpeed },
  { name: '7 no user is left at a candidate that went back', broken: brokenSafety },
  { name: '8 success is every stage passed', broken: brokenSuccess },
  { name: '12 a missed deadline does what the plan says', broken: brokenMissed },
  { name: '11 whoever is asked is paged', broken: brokenPages },
  { name: '7 every release comes to an end, or asks', broken: brokenEnd },
]
