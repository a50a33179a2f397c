/**
 * Events of version 1: a release moved one service, everything went back at once, and what a gate is now was a requirement. What later events say
 * and these did not, follows from the events before them.
 */
import { z } from 'zod'
import { stageAbout } from '../holds.ts'
import { liftPlanFrom1, Plan1 } from './lift-plan-from-1.ts'

/** What later events of the stream are lifted by. */
interface Known {
  service: string
  /** The stage that was entered last: holds were about nothing else. */
  stageId: string
  /** Users were asked for. */
  isMoved: boolean
  /** Phases that are not completed. */
  openPhases: string[]
}

const Event1 = z.looseObject({ type: z.string() })
const Started1 = z.looseObject({ plan: Plan1 })
const SignOff1 = z.looseObject({ requirementId: z.string() })
const Requested1 = z.looseObject({
  attempt: z.int(),
  effect: z.looseObject({ kind: z.string() }),
  purpose: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('step') }),
    z.looseObject({ kind: z.literal('stage') }),
    z.looseObject({ kind: z.literal('requirement'), phaseId: z.string(), requirementId: z.string() }),
    z.looseObject({ kind: z.literal('rollback') }),
    z.looseObject({ kind: z.literal('notice'), about: z.string() }),
  ]),
})
const Entered1 = z.looseObject({ stageId: z.string() })
const Completed1 = z.looseObject({ phaseId: z.string() })
const Fired1 = z.looseObject({ cause: z.looseObject({ kind: z.string() }) })

export function liftFrom1(): (event: unknown) => unknown {
  let known: Known = { service: '', stageId: '', isMoved: false, openPhases: [] }
  return (stored) => {
    const event = Event1.parse(stored)
    known = knownAfter(known, event)
    return lifted(event, known)
  }
}

function knownAfter(known: Known, event: z.infer<typeof Event1>): Known {
  switch (event.type) {
    case 'ReleaseStarted': {
      const { rollout, phases } = Started1.parse(event).plan
      return { service: rollout.service, stageId: '', isMoved: false, openPhases: phases.map(({ id }) => id) }
    }
    case 'StageEntered':
      return { ...known, stageId: Entered1.parse(event).stageId }
    case 'EffectRequested':
      return { ...known, isMoved: known.isMoved || Requested1.parse(event).effect.kind === 'setShares' }
    case 'PhaseCompleted': {
      const { phaseId } = Completed1.parse(event)
      return { ...known, openPhases: known.openPhases.filter((id) => id !== phaseId) }
    }
    default:
      return known
  }
}

function lifted(event: z.infer<typeof Event1>, known: Known): unknown {
  const { service } = known
  switch (event.type) {
    case 'ReleaseStarted':
      return { ...event, plan: liftPlanFrom1(Started1.parse(event).plan) }
    case 'SignOffGiven':
    case 'SignOffRefused': {
      const { requirementId, ...rest } = SignOff1.parse(event)
      return { ...rest, gateId: requirementId }
    }
    case 'EffectRequested':
      return { ...event, ...requested(Requested1.parse(event), known) }
    case 'StageEntered':
    case 'StageObserved':
    case 'StagePassed':
    case 'RollbackObserved':
      return { ...event, service }
    case 'ReleaseHeld':
    case 'HoldCleared':
      return { ...event, about: stageAbout(known.stageId) }
    case 'TriggerFired': {
      const { cause } = Fired1.parse(event)
      return {
        ...event,
        cause: cause.kind === 'trigger' ? { ...cause, service } : cause,
        services: known.isMoved ? [service] : [],
        phases: known.openPhases,
        isWhole: true,
      }
    }
    default:
      return event
  }
}

/** A check of a requirement was tried again within one purpose; each try is a run of its gate now. */
function requested({ purpose, attempt }: z.infer<typeof Requested1>, { service, stageId }: Known) {
  switch (purpose.kind) {
    case 'stage':
      return { purpose: { ...purpose, service } }
    case 'requirement': {
      const { phaseId, requirementId } = purpose
      return { purpose: { kind: 'gate', phaseId, gateId: requirementId, run: attempt }, attempt: 1 }
    }
    case 'rollback':
      return { purpose: { kind: 'rollback', service, part: 'shares' } }
    case 'notice':
      // Under the name that its hold has now: whoever was paged is not paged again.
      return purpose.about.startsWith('held at ')
        ? { purpose: { ...purpose, about: `${purpose.about}, ${stageAbout(stageId)}` } }
        : {}
    case 'step':
      return {}
  }
}
