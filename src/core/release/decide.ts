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
  const decided = decideAndFold(release, input, now)
  if ('rejected' in decided) return decided
  return { rejected: false, events: decided.map(({ event, actor }) => ({ event, actor })) }
}

/** An event that was decided, and the release after it; where it will lie in the store is not known yet. */
export interface Folded extends Decided {
  after: Release
}

/** What `decide` does, with every state on the way: for whoever goes on from there without a store. */
export function decideAndFold(release: Release | null, input: Input, now: Now): Folded[] | Rejection {
  const reaction = react(release, input, now)
  if ('rejected' in reaction) return reaction
  const folded: Folded[] = []
  let state = release
  const add = ({ event, actor }: Decided) => {
    state = evolve(state, { event, actor, at: '', elapsedMs: now.elapsedMs, position: 0 })
    folded.push({ event, actor, after: state })
  }
  reaction.forEach(add)
  for (let round = 0; round < maximumRounds; round++) {
    const more = state ? advance(state, now) : []
    if (more.length === 0) return folded
    for (const event of more) add({ event, actor: engine })
  }
  throw new Error(`the decision on ${input.type} did not come to rest after ${maximumRounds} rounds`)
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
