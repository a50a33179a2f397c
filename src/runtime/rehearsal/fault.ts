/** What can go wrong in a rehearsal: one fault, at one place, in one way. */

/**
 * How a driver fails a call. `unavailableOnce` and `hangsOnce` spoil the first try only; `slow` answers just within the limit. `doneUnheard`: the change was made and no answer came.
 * `halfDone`: a part was made, and the readback says so. `lies`: the readback says that it was made, and it was not. `failed`, `pending`: of a
 * check. `wrongArtefact`: of a deployment, another build under the same version.
 */
export type CallFault =
  | 'unavailableOnce'
  | 'hangsOnce'
  | 'slow'
  | 'doneUnheard'
  | 'refused'
  | 'hangs'
  | 'halfDone'
  | 'lies'
  | 'failed'
  | 'pending'
  | 'wrongArtefact'

/**
 * What is wrong with the data of a stage, of all its metrics. `stale`: the counts stand still. `notANumber`: a division by zero somewhere.
 * `drift`: a foreign hand has moved the users back. `flickers`: there is data in every other look only.
 */
export type DataFault =
  | 'missing'
  | 'unavailable'
  | 'stale'
  | 'notANumber'
  | 'candidateOnly'
  | 'baselineOnly'
  | 'flickers'
  | 'fewSamples'
  | 'sharesUnreadable'
  | 'drift'

export type Word = 'abort' | 'pause' | 'supersede'

export type Moment = 'atOnce' | 'midBake' | 'afterPass'

/** `purpose` is the key of what a call serves (`purposeKey`); `version` is the event after which something happens. */
export type Fault =
  | { kind: 'call'; purpose: string; how: CallFault }
  | { kind: 'data'; service: string; stageId: string; how: DataFault }
  | { kind: 'breach'; service: string; stageId: string; triggerId: string; from: Moment }
  /** Neither good nor bad: no trigger is breached, and a criterion does not hold. */
  | { kind: 'undecided'; service: string; stageId: string }
  | { kind: 'person'; gateId: string; how: 'absent' | 'refuses' | 'late' }
  /** Whoever is asked about what is held. */
  | { kind: 'asked'; how: 'absent' | 'aborts' }
  | { kind: 'crash'; version: number; downMs: number }
  /** Said `afterMs` after the event: at once, or while what it asked for is under way. */
  | { kind: 'word'; version: number; afterMs: number; word: Word }
  /** The baseline is not there when users come back to it. */
  | { kind: 'baselineDown'; service: string }
  /** The release starts this much later: windows and freezes are in the way. */
  | { kind: 'startsLater'; byMs: number }

const callWords: Record<CallFault, string> = {
  unavailableOnce: 'is unavailable at the first try',
  hangsOnce: 'hangs at the first try',
  slow: 'takes nearly as long as it may',
  doneUnheard: 'is done, and the answer is lost',
  refused: 'is refused every time',
  hangs: 'hangs every time',
  halfDone: 'is done by half',
  lies: 'is not done, and the readback says it is',
  failed: 'fails',
  pending: 'stays pending',
  wrongArtefact: 'brings another artefact',
}

const dataWords: Record<DataFault, string> = {
  missing: 'has no data',
  unavailable: 'cannot be read',
  stale: 'has data that stands still',
  notANumber: 'has data that is no number',
  candidateOnly: 'has data of the candidate only',
  baselineOnly: 'has data of the baseline only',
  flickers: 'has data now and then',
  fewSamples: 'has too few samples',
  sharesUnreadable: 'has shares that cannot be read',
  drift: 'has its users moved back by a foreign hand',
}

/** One fault in words: what a timeline begins with. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'call':
      return `${fault.purpose} ${callWords[fault.how]}`
    case 'data':
      return `${fault.stageId} ${dataWords[fault.how]}`
    case 'breach':
      return `${fault.triggerId} is breached at ${fault.stageId} (${fault.from})`
    case 'undecided':
      return `${fault.stageId} is neither good nor bad`
    case 'person':
      return `${fault.gateId}: who signs ${fault.how === 'absent' ? 'is absent' : fault.how === 'late' ? 'comes late' : 'refuses'}`
    case 'asked':
      return fault.how === 'absent' ? 'whoever is asked does not answer' : 'whoever is asked aborts'
    case 'crash':
      return `the controller is killed after event ${fault.version}, for ${fault.downMs} ms`
    case 'word':
      return `${fault.word} ${fault.afterMs === 0 ? 'right' : `${fault.afterMs} ms`} after event ${fault.version}`
    case 'baselineDown':
      return `the baseline of ${fault.service} is down when users come back`
    case 'startsLater':
      return `the release starts ${Math.round(fault.byMs / 3_600_000)} h later`
  }
}
