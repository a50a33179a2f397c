/** What goes wrong in the simulated world, by name: calls that fail or lie, data that is missing or bad, a controller that dies. */
import { type EffectOutcome, effectLimits } from '../../src/core/release/effect.ts'
import type { MetricReading } from '../../src/core/release/evidence.ts'
import { type DriverErrorCode, fail, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'

/** How a call is answered: after a while, done or not done in the world. `share` is the candidate's, where not all of it was moved. */
export interface Reply {
  afterMs: number
  outcome: EffectOutcome
  performs: boolean
  share?: number | 'unmoved'
  /** Answered a second time, which nobody waits for. */
  twice?: true
}

type CallFault = (state: EffectState, good: Reply, nowWallMs: number) => Reply | undefined

const failing =
  (code: DriverErrorCode, afterMs: number, performs = false): CallFault =>
  (_state, good) => ({ ...good, afterMs, performs, outcome: fail(code, `${code}, says the simulation`) })

const ofKind =
  (kind: EffectState['effect']['kind'], change: CallFault): CallFault =>
  (state, good, nowWallMs) =>
    state.effect.kind === kind ? change(state, good, nowWallMs) : undefined

const evidence = (verdict: 'passed' | 'failed' | 'pending', more: object = {}): CallFault =>
  ofKind('runCheck', (_state, good) => ({
    ...good,
    outcome: succeed({ kind: 'runCheck', evidence: { verdict, summary: verdict, details: [], ...more } }),
  }))

const hourMs = 3_600_000

/** Faults of calls; each says how it answers, or that this call is none of its own. */
export const callFaults = {
  unavailable: failing('unavailable', 20),
  denied: failing('rejected', 20),
  unauthorized: failing('unauthorized', 20),
  timeout: (state, good, now) =>
    failing('timeout', Math.min(effectLimits[state.effect.kind].timeoutMs, 5_000))(state, good, now),
  lostAnswer: failing('timeout', 3_000, true),
  /** Far beyond every limit: the performer gives up. */
  hangs: failing('timeout', 6_000),
  slow: (_state, good) => ({ ...good, afterMs: 4_000 }),
  twice: (_state, good) => ({ ...good, twice: true }),
  wrongKind: ({ effect }, good) =>
    effect.kind === 'notify' ? undefined : { ...good, outcome: succeed({ kind: 'notify' }) },
  /** Only half of the users were moved, and the readback says so. */
  halfMoved: ({ effect, purpose }, good) => {
    if (purpose.kind !== 'stage' && purpose.kind !== 'rollback') return undefined
    if (effect.kind === 'setFlag') {
      const percent = (effect.setting.percent + 3) / 2
      return { ...good, share: percent, outcome: succeed({ kind: 'setFlag', setting: { percent } }) }
    }
    if (effect.kind !== 'setShares') return undefined
    const [candidate = '', asked = 0] = Object.entries(effect.shares)[1] ?? []
    const [baseline = ''] = Object.keys(effect.shares)
    const percent = (asked + 3) / 2
    return {
      ...good,
      share: percent,
      outcome: succeed({ kind: 'setShares', shares: { [baseline]: 100 - percent, [candidate]: percent } }),
    }
  },
  /** The readback says what was asked, and nobody was moved. Only upwards: going back, such a router could not be helped. */
  phantomShares: ({ purpose }, good) => (purpose.kind === 'stage' ? { ...good, share: 'unmoved' } : undefined),
  unhealthy: ofKind('deploy', ({ effect }, good) => ({
    ...good,
    outcome: succeed({
      kind: 'deploy',
      versions: { running: [{ version: 'version' in effect ? effect.version : '', healthy: false }] },
    }),
  })),
  otherArtefact: ofKind('deploy', ({ effect }, good) => ({
    ...good,
    outcome: succeed({
      kind: 'deploy',
      versions: {
        running: [{ version: 'version' in effect ? effect.version : '', healthy: true, artefactDigest: 'other' }],
      },
    }),
  })),
  commandFails: ofKind('runCommand', (_state, good) => ({
    ...good,
    outcome: succeed({ kind: 'runCommand', result: { exitCode: 1, output: 'no' } }),
  })),
  checkFails: evidence('failed'),
  checkPending: evidence('pending'),
  otherSubject: evidence('passed', { subject: { artefactDigest: 'other' } }),
  oldEvidence: ofKind('runCheck', (_state, good, nowWallMs) => ({
    ...good,
    outcome: succeed({
      kind: 'runCheck',
      evidence: {
        verdict: 'passed',
        summary: 'old',
        details: [],
        producedAt: new Date(nowWallMs - hourMs).toISOString(),
      },
    }),
  })),
  baselineDown: ofKind('readVersions', (_state, good) => ({
    ...good,
    outcome: succeed({ kind: 'readVersions', versions: { running: [] } }),
  })),
} satisfies Record<string, CallFault>

/** What a look may find; `rate` and `slow` are the candidate's. */
export interface Sight {
  errorRate: number
  slowShare: number
  conversion: number
  requestsPerSecond: number
  read(reading: MetricReading, metricId: string): MetricReading | 'down'
  shares: 'read' | 'unread'
}

const all = (reading: MetricReading): MetricReading => reading

export const clearSight: Sight = {
  errorRate: 0.002,
  slowShare: 0.01,
  conversion: 0.2,
  requestsPerSecond: 400,
  read: all,
  shares: 'read',
}

/** Faults of what is seen. */
export const sightFaults = {
  badErrors: { errorRate: 0.3 },
  bandErrors: { errorRate: 0.03 },
  slowCandidate: { slowShare: 0.4 },
  lostConversions: { conversion: 0.01 },
  fewRequests: { requestsPerSecond: 10 },
  metricsDown: { read: (): 'down' => 'down' },
  metricsGone: { read: ({ cursor }: MetricReading) => ({ arms: {}, cursor }) },
  baselineOnly: {
    read: ({ arms: { baseline }, cursor }: MetricReading) => ({ arms: baseline ? { baseline } : {}, cursor }),
  },
  oneMetricDown: { read: (reading: MetricReading, metricId: string) => (metricId === 'errors' ? 'down' : reading) },
  arrivalsDown: { read: (reading: MetricReading, metricId: string) => (metricId === 'arrivals' ? 'down' : reading) },
  sharesUnread: { shares: 'unread' },
} satisfies Record<string, Partial<Sight>>

/** Faults of the world around it; the world itself knows what they do. */
export const worldFaults = [
  /** The controller dies, and another one takes over at the end of the fault. */
  'crash',
  /** Nobody takes looks; timers still run. */
  'lateLooks',
  /** Somebody else takes all users of a service back. */
  'sharesLost',
  /** Writes take long, and what was called off is done all the same, later. */
  'zombieWrites',
  'wallClockBack',
  'wallClockAhead',
  /** Somebody writes signatures into the store: of the author, of strangers, on another digest. */
  'forgedSignature',
  /** Nobody signs, answers or resumes. */
  'peopleAway',
] as const

export type FaultKind = keyof typeof callFaults | keyof typeof sightFaults | (typeof worldFaults)[number]

export const faultKinds: readonly FaultKind[] = [
  ...(Object.keys(callFaults) as (keyof typeof callFaults)[]),
  ...(Object.keys(sightFaults) as (keyof typeof sightFaults)[]),
  ...worldFaults,
]

export const isCallFault = (kind: FaultKind): kind is keyof typeof callFaults => kind in callFaults
export const isSightFault = (kind: FaultKind): kind is keyof typeof sightFaults => kind in sightFaults
