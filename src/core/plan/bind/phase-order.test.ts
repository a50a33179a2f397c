import { describe, expect, it } from 'vitest'
import { bindText, planOf, rolloutsOf, train } from '../../../../test/fixtures/bind-text.ts'

const steps = (...names: string[]) => names.map((name) => `## Phase ${name}\n1. Work on ${name}\n`).join('\n')
const chain = `# Shop\n\n${steps('1: Prepare', '2: Build', '3: Try')}`
const order = (bound: ReturnType<typeof bindText>) =>
  Object.fromEntries(planOf(bound).phases.map(({ id, dependsOn }) => [id, dependsOn]))

describe('phases', () => {
  it('come one after another, unless the bindings say otherwise', () => {
    expect(order(bindText(chain))).toEqual({ 'phase-1': [], 'phase-2': ['phase-1'], 'phase-3': ['phase-2'] })
    const graph = 'phases: { phase-2: { dependsOn: [] }, phase-3: { dependsOn: [phase-2, phase-1, phase-2] } }\n'
    expect(order(bindText(chain, graph))).toEqual({ 'phase-1': [], 'phase-2': [], 'phase-3': ['phase-2', 'phase-1'] })
  })

  it('wait neither for each other in a circle nor for one that is not there', () => {
    expect(bindText(chain, 'phases: { phase-1: { dependsOn: [phase-3] } }\n').errors).toEqual([
      'tidegate.yaml:6 error PHASE_CYCLE: these phases wait for each other and never begin: phase-1, phase-2, phase-3 (take one of these waits away)',
    ])
    expect(bindText(chain, 'phases: { phase-3: { dependsOn: [phase-4] } }\n').errors).toEqual([
      'tidegate.yaml:6 error UNKNOWN_NAME: phase "phase-4" is not known (known: phase-1, phase-2, phase-3)',
    ])
  })

  it('called alike have an id each', () => {
    const twice = `tidegate: 1\ntitle: Shop\nphases: [{ name: "Phase 1: Try" }, { name: "Phase 1: Try again" }]\n`
    expect(Object.keys(order(bindText(twice)))).toEqual(['phase-1', 'phase-1-2'])
  })
})

describe('tracks', () => {
  const table = (name: string) =>
    `## ${name} Store Rollout\n\n| Stage | Percentage | Duration |\n|---|---|---|\n| 1 | 10% | 24 hours |\n| 2 | 100% | 24 hours |\n`
  const apps = `# Apps\n\n${table('Backend')}\n${table('Web')}`

  it('run beside each other, with ids of their own, and each moves the service that is called like it', () => {
    const bound = bindText(apps, '', train)
    expect(bound.errors).toEqual([])
    expect(order(bound)).toEqual({
      'backend-phase-1': [],
      'backend-phase-2': ['backend-phase-1'],
      'web-phase-1': [],
      'web-phase-2': ['web-phase-1'],
    })
    const moved = planOf(bound).phases.flatMap((phase) => rolloutsOf(phase).map(({ service }) => service))
    expect(moved).toEqual(['backend', 'backend', 'web', 'web'])
  })

  it('begin after what stands before them, and what stands behind them waits for all', () => {
    const forked = `tidegate: 1
title: Apps
phases:
  - { name: "Phase 0: Prepare" }
  - { name: "Phase 1: iOS", track: backend, traffic: 10% }
  - { name: "Phase 2: iOS", track: backend, traffic: 100% }
  - { name: "Phase 1: Android", track: web, traffic: 10% }
  - { name: "Phase 9: Tidy up" }
`
    expect(order(bindText(forked, '', train))).toEqual({
      'phase-0': [],
      'backend-phase-1': ['phase-0'],
      'backend-phase-2': ['backend-phase-1'],
      'web-phase-1': ['phase-0'],
      'phase-9': ['backend-phase-2', 'web-phase-1'],
    })
  })

  it('that move one service need an order', () => {
    expect(bindText(apps).errors).toEqual([
      'plan.md:14 error SERVICE_MOVED_TWICE: Backend Stage 1 and Web Stage 1 may run at the same time, and both move backend (give each track a service of its own, or an order: phases: web-phase-1: { dependsOn: [backend-phase-1] })',
    ])
    const serial = 'phases: { web-phase-1: { dependsOn: [backend-phase-2] } }\n'
    expect(bindText(apps, serial).errors).toEqual([])
  })

  it('need their service named where none of several is called like them', () => {
    const { errors } = bindText(apps, '', train.replace('\n  web:', '\n  api:'))
    expect(errors).toEqual([
      'plan.md:14 error UNBOUND_ROLLOUT: Web Stage 1 moves traffic, and no step of it is bound to the rollout (bind "Web Stage 1" under phases: web-phase-1: steps, for example `{ rollout: backend }`)',
      expect.stringContaining('plan.md:15 error UNBOUND_ROLLOUT: Web Stage 2'),
    ])
  })
})
