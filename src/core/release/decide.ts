/** The decider: a release and an input give events, or the reason why not. Pure: time comes in with the input. */
import { advance } from './advance.ts'
import type { Rejection, ReleaseCommand, StartRelease } from './commands.ts'
import type { Decided } from './decided.ts'
import type { EffectOutcome } from './effect.ts'
import { effectById } from './effects.ts'
import { type Actor, engine, type ReleaseEvent } from './events.ts'
import type { CheckEvidence } from './evidence.ts'
import { evolve } from './evolve.ts'
import type { Observation } from './needs.ts'
import { reachedGates } from './open-gates.ts'
import { reactToCommand } from './react-to-command.ts'
import { reactToObservation } from './react-to-observation.ts'
import { isOver, type Now, type Release } from './release.ts'

export type Input =
  | { type: 'start'; start: StartRelease; actor: Actor }
  | { type: 'command'; command: ReleaseCommand; actor: Actor }
  | { type: 'effectSettled'; effectId: string; outcome: EffectOutcome }
  | { type: 'observed'; observation: Observation }
  /** An outside system spoke, and its signature was right. */
  | { type: 'webhook'; hook: string; evidence: CheckEvidence }
  | { type: 'tick' }

export type Decision = { rejected: false; events: Decided[] } | Rejection

/** A decision that never comes to rest is a bug of the engine, not a long release. */
const maximumRounds = 1_000

/**
 * What follows from an input at a moment: the events of the input itself, then whatever the plan says comes next, until
 * nothing more follows.
 */
export function decide(release: Release | null, input: Input, now: Now): Decision {
  const reaction = react(release, input, now)
  if ('rejected' in reaction) return reaction
  const events = [...reaction]
  let state = fold(release, reaction, now)
  for (let round = 0; round < maximumRounds; round++) {
    const more = state ? advance(state, now).map((event) => ({ event, actor: engine })) : []
    if (more.length === 0) return { rejected: false, events }
    events.push(...more)
    state = fold(state, more, now)
  }
  throw new Error(`the decision on ${input.type} did not come to rest after ${maximumRounds} rounds`)
}

function fold(release: Release | null, decided: readonly Decided[], { elapsedMs }: Now): Release | null {
  return decided.reduce<Release | null>(
    (state, { event, actor }) => evolve(state, { event, actor, at: '', elapsedMs, position: 0 }),
    release,
  )
}

function react(release: Release | null, input: Input, now: Now): Decided[] | Rejection {
  if (input.type === 'start')
    return release ? alreadyStarted(release) : [{ event: startedEvent(input.start, input.actor), actor: input.actor }]
  if (release === null) return { rejected: true, code: 'notFound', message: 'there is no such release' }
  switch (input.type) {
    case 'command':
      return reactToCommand(release, input.command, input.actor, now)
    case 'effectSettled':
      return reactToEffect(release, input.effectId, input.outcome)
    case 'observed':
      return reactToObservation(release, input.observation, now.elapsedMs).map((event) => ({ event, actor: engine }))
    case 'webhook':
      return reactToWebhook(release, input.hook, input.evidence)
    case 'tick':
      return []
  }
}

function alreadyStarted(release: Release): Rejection {
  return { rejected: true, code: 'wrongState', message: `release ${release.releaseId} has already started` }
}

function startedEvent(start: StartRelease, actor: Actor): ReleaseEvent {
  const { type: _, ...started } = start
  return { ...started, type: 'ReleaseStarted', startedBy: actor.id }
}

function reactToEffect(release: Release, effectId: string, outcome: EffectOutcome): Decided[] | Rejection {
  const state = effectById(release, effectId)
  if (!state) return { rejected: true, code: 'stale', message: `nobody waits for effect ${effectId} any more` }
  if (state.settled) return { rejected: true, code: 'stale', message: `effect ${effectId} has settled already` }
  return [{ event: { type: 'EffectSettled', effectId, outcome }, actor: engine }]
}

/** Every gate that waits for this hook now hears it; a word that nobody waits for is refused, so that its sender knows. */
function reactToWebhook(release: Release, hook: string, evidence: CheckEvidence): Decided[] | Rejection {
  const gates = reachedGates(release).filter((gate) => gate.kind === 'webhook' && gate.hook === hook)
  if (gates.length === 0 || isOver(release))
    return { rejected: true, code: 'notFound', message: `nothing waits for the webhook ${hook} now` }
  return gates.map(({ id }) => ({ event: { type: 'WebhookReceived', gateId: id, evidence }, actor: engine }))
}
