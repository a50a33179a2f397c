/** Everything that a person can say, at every moment of a release: none of it breaks the release, and how it ends is true. */
import { describe, expect, it } from 'vitest'
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import { releaseOf } from '../../src/core/release/evolve.ts'
import { fail } from '../../src/core/release/outcome.ts'
import type { Release } from '../../src/core/release/release.ts'
import { plan } from '../fixtures/plan.ts'
import { trainPlan } from '../fixtures/train-plan.ts'
import { everyMoment } from './every-moment.ts'
import { type Behaviour, World } from './world.ts'

const reason = 'because'
const erring = (rate: number, service: string, fromMs: number): Pick<Behaviour, 'errorRate'> => ({
  errorRate: (arm, nowMs, _metric, of) => (arm === 'candidate' && of === service && nowMs >= fromMs ? rate : 0),
})
const checksFail: Behaviour['perform'] = ({ effect }) =>
  effect.kind === 'runCheck' ? fail('rejected', 'no') : undefined

function everyWord({ plan: { services, phases } }: Release): ReleaseCommand[] {
  const ids = phases.flatMap((phase) => [...phase.entry, ...phase.steps, ...phase.exit]).map(({ id }) => id)
  return [
    { type: 'abort', reason },
    { type: 'pause', reason },
    { type: 'resume' },
    { type: 'supersede', by: 'r2', reason },
    ...services.flatMap(({ name: service }): ReleaseCommand[] => [
      { type: 'abort', reason, service },
      { type: 'promote', reason, service },
      { type: 'override', reason, service },
    ]),
    ...ids.flatMap((id): ReleaseCommand[] => [
      { type: 'skip', id, reason },
      { type: 'retry', id },
      { type: 'approve', gateId: id },
      { type: 'reject', gateId: id },
      { type: 'reassign', gateId: id, role: 'Release Manager', reason },
    ]),
  ]
}

const percentOf = ({ shares }: World, service: string): number => shares[service]?.v2 ?? 0

describe.each<[string, () => World]>([
  ['that is good', () => new World({}, plan, 10)],
  ['that is undecided', () => new World(erring(0.03, 'backend', 0), plan, 10)],
  ['that is bad', () => new World(erring(0.4, 'backend', 0), plan, 10)],
  ['whose checks fail', () => new World({ perform: checksFail }, plan, 10)],
  ['of a good train', () => new World({}, trainPlan, 10)],
  ['of a train whose middle is bad', () => new World(erring(0.4, 'frontend', 3_000), trainPlan, 10)],
  ['of a train whose head turns bad when it is done', () => new World(erring(0.4, 'backend', 8_000), trainPlan, 10)],
])('at every moment of a release %s', (_what, start) => {
  const ends = everyMoment(start(), 15_000).flatMap((moment) =>
    everyWord(moment.state).flatMap((command) => {
      const world = moment.fork()
      if (world.command(command).rejected) return []
      world.run({ untilMs: world.nowMs + 60_000 })
      return [{ world, status: world.state.status, said: `${moment.types().at(-1)}, then ${JSON.stringify(command)}` }]
    }),
  )

  it('a success is everybody at the candidate, and nothing that went back', () => {
    for (const { world, said } of ends.filter(({ status }) => status === 'Succeeded')) {
      for (const { name } of world.state.plan.services) expect(percentOf(world, name), said).toBe(100)
      expect(world.events('TriggerFired'), said).toEqual([])
    }
  })

  it('what went back is at the baseline: all of it, or the part that did', () => {
    for (const { world, status, said } of ends) {
      expect(status, said).not.toBe('RollingBack')
      const isAllBack =
        status === 'Superseded' || (world.state.ended !== null && world.state.rollback?.isWhole === true)
      for (const { name } of world.state.plan.services)
        if (isAllBack || world.state.services[name]?.rollback) expect(percentOf(world, name), said).toBe(0)
    }
  })

  it('the fold of its log is its state', () => {
    expect(ends.length).toBeGreaterThan(0)
    for (const { world, said } of ends) expect(releaseOf(world.log), said).toEqual(world.state)
  })
})
