/** A short hash of what happened, event by event: two rehearsed releases with the same one went the same way. */
import { purposeKey } from '../../core/release/effects.ts'
import type { ReleaseEvent } from '../../core/release/events.ts'
import type { Recorded } from '../../core/release/fold.ts'

/** FNV-1a over the words of the event and its time; 32 bits each in two lanes, kept as one number below 2^53. */
export function hashAfter(before: number, { event, actor, elapsedMs }: Recorded): number {
  const text = `${event.type} ${actor.id} ${elapsedMs} ${wordsOf(event)}`
  let low = (before >>> 0) ^ 0x811c9dc5
  let high = Math.floor(before / 2 ** 32) ^ 0x9747b28c
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
  }
  return (low >>> 0) + (high & 0x1fffff) * 2 ** 32
}

/** What tells two events of one type apart, without the numbers of a look. */
function wordsOf(event: ReleaseEvent): string {
  switch (event.type) {
    case 'EffectRequested':
      return `${purposeKey(event.purpose)} ${event.attempt}`
    case 'EffectSettled':
      return `${event.effectId} ${event.outcome.ok ? 'ok' : event.outcome.error.code}`
    case 'StageObserved':
      return `${event.stageId} ${event.creditMs} ${Object.keys(event.missing).length} ${verdicts(event.criteria)} ${verdicts(event.triggers)}`
    case 'RollbackObserved':
      return `${event.service} ${event.quiet}`
    case 'TriggerFired':
      return `${event.cause.kind} ${event.services.join()} ${event.phases.join()}`
    case 'ReleaseHeld':
    case 'HoldCleared':
      return `${event.about} ${event.reason}`
    default:
      return `${'stageId' in event ? event.stageId : ''}${'stepId' in event ? event.stepId : ''}${'gateId' in event ? event.gateId : ''}${'phaseId' in event ? event.phaseId : ''}`
  }
}

const verdicts = (judgements: readonly { verdict: string }[]): string =>
  judgements.map(({ verdict }) => verdict.charAt(0)).join('')
