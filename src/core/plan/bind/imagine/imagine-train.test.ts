import { expect, it } from 'vitest'
import { importDocument } from '../../../../document/import-document.ts'
import { UnfinishedBindings } from '../../bindings.ts'
import type { Plan } from '../../plan.ts'
import { bindPlan } from '../bind-plan.ts'
import { type ImaginedWorld, imagineWorld } from './imagine-world.ts'

function world(text: string, bindings: unknown = {}): ImaginedWorld & { plan: Plan } {
  const made = imagineWorld(importDocument(text, 'plan.yaml').draft, UnfinishedBindings.parse(bindings))
  if ('diagnostics' in made) throw new Error(made.diagnostics[0]?.message)
  const at = { file: 'tidegate.yaml', start: 1, end: 1 }
  const { plan, diagnostics } = bindPlan({ ...made, locate: () => at })
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return { ...made, plan }
}
const moved = ({ phases }: Plan) =>
  phases.map(({ id, steps }) => [id, steps.flatMap((step) => (step.kind === 'rollout' ? step.service : []))])

const apps = `tidegate: 1
title: Apps
phases:
  - { name: "Phase 1: iOS", track: ios, traffic: 10%, steps: [Deploy to production, Shift traffic] }
  - { name: "Phase 1: Android", track: android, traffic: 10% }
`

it('supposes a service for each track that runs beside others', () => {
  const { plan, imagined } = world(apps)
  const [first = ''] = plan.services.map(({ name }) => name)
  expect(plan.services).toHaveLength(2)
  expect(moved(plan)).toEqual([
    ['ios-phase-1', [first]],
    ['android-phase-1', ['android']],
  ])
  expect(plan.phases[0]?.steps[0]).toMatchObject({ kind: 'deploy', version: plan.services[0]?.candidate })
  expect(imagined).toContainEqual(expect.objectContaining({ path: ['services', 'android'] }))
})

it('takes the services that are called like the tracks, and those that are bound as they are', () => {
  const one = { candidate: 'v2', baseline: 'v1', router: 'edge', deployer: 'hosts', arms: { label: 'version' } }
  const { plan } = world(apps, { services: { android: one, ios: { ...one, router: 'other' } } })
  expect(moved(plan)).toEqual([
    ['ios-phase-1', ['ios']],
    ['android-phase-1', ['android']],
  ])
  expect(plan.services.map(({ name }) => name)).toEqual(['android', 'ios'])
  const whole = world(apps, { service: { name: 'android' } })
  expect(moved(whole.plan)[1]).toEqual(['android-phase-1', ['android']])
})

it('supposes a command for each step of going back that nothing does', () => {
  const text = `tidegate: 1
title: Shop
phases: [{ name: "Phase 1: Canary", traffic: 10% }]
rollback: { within: 10 min, steps: [Send all traffic back, Purge the cache, Tell the partners] }
`
  const { plan, bindings } = world(text, { rollback: { steps: { 'Tell the partners': { byHand: 'Support' } } } })
  expect(bindings.rollback?.steps).toEqual({
    'Send all traffic back': { covered: 'share 0 is set and read back first' },
    'Purge the cache': { command: 'imagined-purge-the-cache', parameters: {} },
    'Tell the partners': { byHand: 'Support' },
  })
  expect(plan.rollback.steps).toMatchObject([{ kind: 'command', command: 'imagined-purge-the-cache' }])
})

it('without an operator lends whatever the bindings name', () => {
  const text = `tidegate: 1
title: Shop
phases:
  - { name: "Phase 1: Canary", traffic: 10%, steps: [Back up and migrate, Try the toggle, Shift], success: [CI is green, The vendor agrees] }
flags: [{ key: new.basket }]
`
  const { plan, operator } = world(text, {
    flags: { 'new.basket': { backend: 'team', key: 'basket' } },
    phases: {
      'phase-1': {
        cohorts: { 'Phase 1: Canary': 'internal' },
        steps: {
          'Back up and migrate': {
            migrate: { backup: 'dump', apply: 'migrate', revert: { command: 'undo', parameters: { to: '1' } } },
          },
          'Try the toggle': { drill: 'new.basket' },
        },
      },
    },
    criteria: {
      'CI is green': { streak: 'ci', runs: 3, every: '1m' },
      'The vendor agrees': { webhook: 'vendor', deadline: { after: '1d', escalateTo: 'Board' } },
    },
  })
  expect(Object.keys(operator.commands)).toEqual(['dump', 'migrate', 'undo'])
  expect(Object.keys(operator.flagBackends)).toEqual(['team'])
  expect(Object.keys(operator.checks)).toEqual(['ci'])
  expect(Object.keys(operator.hooks)).toEqual(['vendor'])
  expect(plan.roles.Board).toHaveLength(1)
  const [rollout] = plan.phases[0]?.steps.filter(({ kind }) => kind === 'rollout') ?? []
  expect(rollout?.kind === 'rollout' && rollout.stages[0]?.cohort).toBe('internal')
})

it('supposes as many people as have to sign', () => {
  const text = 'tidegate: 1\ntitle: Shop\nphases: [{ name: "Phase 1: Go", success: [The board says go] }]\n'
  const { plan } = world(text, { criteria: { 'The board says go': { goNoGo: 'Board', quorum: 3 } } })
  expect(plan.roles.Board).toHaveLength(3)
})

it('keeps the calendar that is bound', () => {
  const text = 'tidegate: 1\ntitle: Shop\nphases: [{ name: "Phase 1: Go", steps: [Go] }]\n'
  const calendar = { zone: 'Europe/Berlin', windows: [{ days: ['mon'], from: '09:00', to: '16:00' }] }
  expect(world(text, { calendar }).plan.phases[0]?.entry).toMatchObject([{ kind: 'window' }])
})
