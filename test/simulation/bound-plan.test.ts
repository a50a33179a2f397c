/** What documents and bindings say is what the engine does: a plan made of text runs to its end, and back. */
import { describe, expect, it } from 'vitest'
import { bindText, planOf, train } from '../fixtures/bind-text.ts'
import { World } from './world.ts'

const document = `tidegate: 1
title: Shop
checklists: [{ title: Prerequisites, items: [Backups are fresh] }]
dependencies: [{ text: The form that Support orders, phase: "Phase 2: Canary" }]
flags: [{ key: rollback.basket, rollbackToggle: true }]
phases:
  - name: "Phase 1: Prepare"
    steps: [Migrate the database, Try the toggle, Tell support, Let it settle]
    success: [CI shows 3 consecutive green runs, The board says go]
  - name: "Phase 2: Canary"
    stages:
      - { name: First, share: 10%, timing: { text: a while, for: 20s } }
      - { name: Then, share: 50%, timing: { text: a while, for: 20s } }
    steps: [Deploy it, Shift the traffic, Turn the banner on]
    success: [Error rate < 1%]
    rollBackWhen: [Error rate > 5%]
  - name: "Phase 3: App"
    traffic: 100%
    success: [All stays well]
rollback: { within: 10 min, steps: [Turn the fallback on, Check it, Think about it] }
`
const bindings = `metrics:
  errors: { says: [Error rate], source: router, events: errors, total: requests }
flags: { rollback.basket: { backend: flags, key: basket-back } }
phases:
  phase-1:
    steps:
      Migrate the database: { migrate: { backup: backup, apply: migrate, verify: backup, revert: undo } }
      Try the toggle: { drill: rollback.basket, after: [] }
      Tell support: { notify: [Support], after: [Migrate the database, Try the toggle] }
      Let it settle: { wait: 10s }
  phase-2:
    steps:
      Deploy it: { deploy: hosts, service: backend }
      Shift the traffic: { rollout: [web, backend] }
      Turn the banner on: { setFlag: { backend: flags, flag: banner }, percent: 100 }
  phase-3:
    dependsOn: [phase-2]
    steps: { "Phase 3: App": { rollout: app } }
criteria:
  CI shows 3 consecutive green runs: { streak: ci, every: 10s }
  The board says go: { goNoGo: Board, quorum: 1 }
  Backups are fresh: { check: smoke }
  All stays well: { sameAs: phase-2 }
dependencies:
  The form that Support orders: { dependency: Support, before: phase-2, deadline: { after: 1h, onMissed: hold } }
`
const rollback = `rollback:
  steps:
    Turn the fallback on: { setFlag: rollback.basket, percent: 100 }
    Check it: { check: smoke }
    Think about it: { byHand: Support }
`
const bound = bindText(document, bindings + rollback, train.replace('rollback: { deadline: 10m }\n', ''))

describe('a train bound from text', () => {
  it('runs to its end', () => {
    expect(bound.errors).toEqual([])
    const world = new World({}, planOf(bound))
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const climbed = world.log.flatMap(({ event }) =>
      event.type === 'StageEntered' || event.type === 'StagePassed' ? [`${event.type} ${event.stageId}`] : [],
    )
    const at = (line: string) => climbed.indexOf(line)
    expect(climbed).toHaveLength(10)
    expect(at('StageEntered phase-2/web-stage-10')).toBeGreaterThan(at('StagePassed phase-2/backend-stage-10'))
    expect(at('StageEntered phase-2/web-stage-10')).toBeLessThan(at('StagePassed phase-2/backend-stage-50'))
    expect(at('StageEntered phase-2/web-stage-50')).toBeGreaterThan(at('StagePassed phase-2/backend-stage-50'))
    expect(climbed.at(-1)).toBe('StagePassed phase-3/stage-100')
    const started = world.events('StepStarted').map(({ stepId }) => stepId)
    expect(started.slice(0, 3)).toEqual([
      'phase-1/migrate-the-database',
      'phase-1/try-the-toggle',
      'phase-1/tell-support',
    ])
    expect(world.events('EffectRequested').filter(({ effect }) => effect.kind === 'runCheck')).toHaveLength(4)
  })

  it('goes back with its steps when one service fails', () => {
    const errorRate = (arm: string, nowMs: number, _metric: string, of: string) =>
      arm === 'candidate' && of === 'backend' && nowMs > 60_000 ? 0.4 : 0
    const world = new World({ errorRate, requestsPerSecond: 500 }, planOf(bound))
    world.run()
    expect(world.state.status).toBe('RolledBack')
    const asked = world.events('EffectRequested').flatMap(({ purpose, effect }) => {
      if (purpose.kind === 'rollbackStep') return [effect.kind]
      return purpose.kind === 'rollback' && purpose.part === 'shares' ? [purpose.service] : []
    })
    expect(asked).toEqual(['web', 'backend', 'setFlag', 'runCheck'])
  })
})
