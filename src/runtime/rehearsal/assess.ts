/** How a rehearsed release came out: safe or not, and how long going back took. */

import type { Recorded } from '../../core/release/fold.ts'
import { openGates } from '../../core/release/open-gates.ts'
import { backMs, type Now, type Release } from '../../core/release/release.ts'
import type { Fault } from './fault.ts'
import type { Rest, SimulatedWorld } from './world.ts'

/** One scenario and its end. `problems` says why it is not safe; empty when it is. */
export interface Run {
  faults: readonly Fault[]
  rest: Rest
  release: Release
  log(): Recorded[]
  hash: number
  /** From the trigger to share 0 read back; null where nobody went back, or not yet. */
  rollbackMs: number | null
  /** Nothing was wrong with what a rollback needs. */
  isPathLive: boolean
  problems: string[]
}

/** The good path: what was held first on it, if anything was. */
export interface GoodRun extends Run {
  firstHold: { about: string; reason: string } | null
  /** When it came to rest. */
  now: Now
}

export function assess(world: SimulatedWorld, faults: readonly Fault[], rest: Rest, found: readonly string[]): Run {
  const { release } = world
  const isPathLive = !faults.some(spoilsTheWayBack)
  const run = { faults, rest, release, log: () => world.log(), hash: world.hash, isPathLive }
  const back = backMs(release)
  const rollbackMs = back === null || !release.rollback ? null : back - release.rollback.triggeredMs
  const problems = [...found, ...endProblems(world, rest, isPathLive)]
  return { ...run, rollbackMs, problems }
}

/** Percent that no router resolves. */
const unresolved = 0.001

/** A router, a flag or a step of the rollback that does not do what it is asked, a baseline that is not there, or nobody to act for a while. */
const spoilsTheWayBack = (fault: Fault): boolean =>
  fault.kind === 'baselineDown' ||
  fault.kind === 'crash' ||
  (fault.kind === 'call' && (fault.purpose.startsWith('rollback ') || fault.purpose.startsWith('rollbackStep ')))

function endProblems(world: SimulatedWorld, rest: Rest, isPathLive: boolean): string[] {
  const { release } = world
  if (rest === 'endless') return ['it does not come to an end']
  if (rest === 'waits') return hasSomebodyToWaitFor(release, world) ? [] : ['it waits, and nobody was asked']
  const { shares } = world.truth
  const users = release.plan.services.filter(({ name }) => (shares[name] ?? 0) > unresolved).map(({ name }) => name)
  switch (release.ended?.status) {
    case 'RolledBack':
    case 'Superseded': {
      const left = users.filter((name) => release.services[name]?.rollback)
      return left.map((name) => `it says that users are back, and ${shares[name]} % are at the candidate of ${name}`)
    }
    case 'Degraded': {
      const isPaged = Object.keys(release.effects).some((key) => key.startsWith('notice degraded'))
      return [
        ...(isPaged ? [] : ['it is degraded, and nobody was paged']),
        ...(isPathLive ? [`it is degraded with nothing wrong on the way back: ${release.ended.reason}`] : []),
      ]
    }
    default:
      return successProblems(release, shares)
  }
}

function successProblems(release: Release, shares: Readonly<Record<string, number>>): string[] {
  return release.plan.services.flatMap(({ name }) => {
    const confirmed = release.services[name]?.confirmedPercents.at(-1) ?? 0
    const real = shares[name] ?? 0
    return Math.abs(real - confirmed) < unresolved
      ? []
      : [`it succeeded with ${confirmed} % for ${name}, and ${real} % are there`]
  })
}

const hasSomebodyToWaitFor = (release: Release, { now }: SimulatedWorld): boolean =>
  release.holds.length > 0 ||
  release.pause !== null ||
  Object.values(release.services).some(({ exposure }) => (exposure?.acting.length ?? 0) > 0) ||
  openGates(release, now).length > 0
