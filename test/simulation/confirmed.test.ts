/** What a target says it did is seen again before anything rests on it. */
import { describe, expect, it } from 'vitest'
import type { EffectOutcome } from '../../src/core/release/effect.ts'
import { fail, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'
import { plan } from '../fixtures/plan.ts'
import { World } from './world.ts'

/** Says that the users were moved, and moves nobody. */
const lies = ({ effect }: EffectState): EffectOutcome | undefined =>
  effect.kind === 'setShares' ? succeed({ kind: 'setShares', shares: effect.shares }) : undefined

const quick = {
  ...plan,
  phases: plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) =>
      step.kind === 'rollout'
        ? { ...step, stages: step.stages.map((stage) => ({ ...stage, bakeMs: 0, criteria: [], triggers: [] })) }
        : step,
    ),
  })),
}

describe('what was read back is seen once more', () => {
  it('a stage with nothing to bake and nothing to judge passes after one look, not before', () => {
    const world = new World({}, quick)
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const looks = world.events('StageObserved').map(({ stageId }) => stageId)
    for (const { stageId } of world.events('StagePassed')) expect(looks).toContain(stageId)
  })

  it('a router that lies when the share is set is found out by the next look', () => {
    const world = new World({ perform: lies }, quick)
    world.run()
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain('no longer there')
    expect(world.events('StagePassed')).toEqual([])
  })

  it('a stage whose users nobody can find asks a person', () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    const give = world.give.bind(world)
    world.give = (input) =>
      give(
        input.type === 'observed'
          ? { ...input, observation: { ...input.observation, shares: fail('timeout', 'the router did not answer') } }
          : input,
      )
    world.run({ until: ({ state }) => state.status === 'Held' })
    expect(world.state.holds[0]?.reason).toContain('nobody can read where its users are')
  })

  it('a rollback that was read back at share 0 while the candidate still receives requests is degraded', () => {
    const world = new World({ perform: (state) => (state.purpose.kind === 'rollback' ? lies(state) : undefined) })
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) > 2_000 })
    world.command({ type: 'abort', reason: 'it looks odd' })
    world.run()
    expect(world.shares.backend).toEqual({ v1: 90, v2: 10 })
    expect(world.state.status).toBe('Degraded')
    expect(world.state.ended?.reason).toContain('requests still reach the candidate of backend')
  })
})
