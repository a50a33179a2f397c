/** A small part of what `npm run simulate` does, the same at every run. */
import { describe, expect, it } from 'vitest'
import { succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'
import { coverageOf } from './coverage.ts'
import { callFaults, faultKinds, type Reply, sightFaults, worldFaults } from './faults.ts'
import { relativeScenario } from './relative-scenario.ts'
import { randomScenario, type Scenario } from './scenario.ts'
import { sequentialScenario } from './sequential-scenario.ts'
import { shrinkScenario } from './shrink-scenario.ts'
import { simulateRelease } from './simulate-release.ts'
import { headOf, simulate } from './simulate-worker.ts'
import { wrongBets } from './spot-wrong-bets.ts'

const releases = 200

/** Everything that some releases asked for. */
function callsOf(seeds: number): EffectState[] {
  return Array.from({ length: seeds }, (_, index) => simulateRelease(randomScenario(index + 1)).release).flatMap(
    ({ effects }) => Object.values(effects),
  )
}

describe('the simulation', () => {
  it('finds nothing in a fixed set of releases, and all of them come to an end', () => {
    const report = simulate({ from: 1, to: 1 + releases }, false)
    expect(report.violations.map(({ text }) => text)).toEqual([])
    expect(Object.keys(report.ends).toSorted()).toEqual(['Degraded', 'RolledBack', 'Succeeded', 'Superseded'])
    const { answers, hits } = coverageOf(report.commands, report.faults)
    expect({ answers: answers.surprising, hits: hits.surprising }).toEqual({ answers: [], hits: [] })
  })

  it('finds nothing under the sequential judge either, and both promote and take back', () => {
    const worlds = Array.from({ length: 100 }, (_, index) => simulateRelease(sequentialScenario(index + 1)))
    expect(worlds.flatMap(({ violations }) => violations)).toEqual([])
    expect(worlds.flatMap(({ scenario, log }) => wrongBets(scenario, log))).toEqual([])
    const ends = new Set(worlds.map(({ release }) => release.status))
    expect(ends).toContain('Succeeded')
    expect(ends).toContain('RolledBack')
    const causes = worlds.map(({ release }) => release.rollback?.cause)
    expect(causes.some((cause) => cause?.kind === 'trigger' && cause.judgement.statistics !== undefined)).toBe(true)
  })

  it('finds nothing where plans compare with the baseline, or go back on data that stays away', () => {
    const worlds = Array.from({ length: 200 }, (_, index) => simulateRelease(relativeScenario(index + 1)))
    expect(worlds.flatMap(({ violations }) => violations)).toEqual([])
    const causes = worlds.map(({ release }) => release.rollback?.cause)
    const isCompared = (cause: (typeof causes)[number]) =>
      cause?.kind === 'trigger' && cause.judgement.explanation.includes('x baseline')
    expect(causes.some(isCompared)).toBe(true)
    expect(causes.some((cause) => cause?.kind === 'failure' && cause.what.startsWith('fresh data'))).toBe(true)
    expect(worlds.some(({ release }) => release.status === 'Succeeded')).toBe(true)
  })

  it('runs a seed the same way every time, and another seed another way', () => {
    const head = (seed: number) => headOf(simulateRelease(randomScenario(seed)).log)
    expect(head(7)).toBe(head(7))
    expect(head(7)).not.toBe(head(8))
  })

  it('has more than twenty kinds of faults, and each of calls changes some answer', () => {
    expect(faultKinds.length).toBe(
      Object.keys(callFaults).length + Object.keys(sightFaults).length + worldFaults.length,
    )
    expect(faultKinds.length).toBeGreaterThan(20)
    const good: Reply = { afterMs: 1, performs: true, outcome: succeed({ kind: 'notify' }) }
    const calls = callsOf(60)
    const idle = Object.entries(callFaults).filter(([, answer]) => !calls.some((call) => answer(call, good, 0)))
    expect(idle.map(([kind]) => kind)).toEqual([])
  })

  it('makes a failing scenario short: what does not matter is left out', () => {
    const scenario = randomScenario(2)
    const fault = (kind: (typeof faultKinds)[number]) => ({ kind, fromMs: 0, lastsMs: 1, awaits: null, service: null })
    const long: Scenario = { ...scenario, faults: [fault('slow'), fault('crash'), fault('hangs')] }
    const breaks = ({ faults }: Scenario) => (faults.some(({ kind }) => kind === 'crash') ? 'an invariant' : undefined)
    const short = shrinkScenario(long, breaks)
    expect(short.faults.map(({ kind }) => kind)).toEqual(['crash'])
    expect(short.acts).toEqual([])
  })
})
