import { describe, expect, it } from 'vitest'
import { bindText, phaseOf, planOf, rolloutsOf, train } from '../../../../test/fixtures/bind-text.ts'

const document = `# Shop

## Phase 1: Canary (10%)
1. Raise backend and web
2. Turn the app on

**Success criteria:**
- Error rate < 1%
- Crash rate < 2%

**Rollback triggers:**
- Error rate > 5%

## Phase 2: Everyone
1. Everyone

**Stages:**
- Day 1: 50%
- Day 2: 100%

## Rollback
1. Back
`
const covered = 'rollback: { deadline: 10m, steps: { Back: { covered: share 0 } } }\n'
const base = train.replace('rollback: { deadline: 10m }\n', covered)
const metrics = `metrics:
  errors: { says: [Error rate], source: router, events: errors, total: requests }
  crashes: { says: [Crash rate], source: router, events: crashes, total: sessions, service: app, matures: 1h }
`
const moving = (more = '') => `phases:
  phase-1:
    steps:
      Raise backend and web: { rollout: [backend, web] }
      Turn the app on: { rollout: app }
${more}`
const bind = (bindings: string, text = document) => bindText(text, bindings, base)
const rest = '  phase-2: { steps: { Everyone: { rollout: [app, backend, web] } } }\n'

describe('services', () => {
  it('climb in the order of the train, each stage after the same stage of the one before', () => {
    const bound = bind(metrics + moving(rest))
    expect(bound.errors).toEqual([])
    expect(planOf(bound).services.map(({ name, mover }) => [name, mover])).toEqual([
      ['backend', { kind: 'traffic', router: 'edge' }],
      ['web', { kind: 'traffic', router: 'web-edge' }],
      ['app', { kind: 'flag', backend: 'flags', flag: 'new-basket' }],
    ])
    const stages = (id: string) =>
      rolloutsOf(phaseOf(bound, id)).map(({ service, stages }) => [service, stages.map((one) => [one.id, one.after])])
    expect(stages('phase-1')).toEqual([
      ['backend', [['phase-1/backend-stage-10', []]]],
      ['web', [['phase-1/web-stage-10', ['phase-1/backend-stage-10']]]],
      ['app', [['phase-1/app-stage-10', ['phase-1/web-stage-10']]]],
    ])
    expect(stages('phase-2')).toEqual([
      [
        'backend',
        [
          ['phase-2/backend-stage-50', []],
          ['phase-2/backend-stage-100', []],
        ],
      ],
      [
        'web',
        [
          ['phase-2/web-stage-50', ['phase-2/backend-stage-50']],
          ['phase-2/web-stage-100', ['phase-2/backend-stage-100']],
        ],
      ],
      [
        'app',
        [
          ['phase-2/app-stage-50', ['phase-2/web-stage-50']],
          ['phase-2/app-stage-100', ['phase-2/web-stage-100']],
        ],
      ],
    ])
  })

  it('of one step climb side by side, and the next step waits for all of them', () => {
    const [backend, web, app] = phaseOf(bind(metrics + moving(rest)), 'phase-1').steps
    expect([backend?.after, web?.after]).toEqual([[], []])
    expect(app?.after).toEqual([backend?.id, web?.id])
  })

  it('are judged by the metrics of all services and by their own', () => {
    const bound = bind(metrics + moving(rest))
    const judged = rolloutsOf(phaseOf(bound, 'phase-1')).map(({ stages }) => stages[0])
    expect(judged.map((stage) => stage?.criteria.map(({ id }) => id))).toEqual([
      ['phase-1/error-rate-1-percent/backend'],
      ['phase-1/error-rate-1-percent/web'],
      ['phase-1/error-rate-1-percent/app', 'phase-1/crash-rate-2-percent/app'],
    ])
    expect(judged.map((stage) => stage?.triggers.map(({ id }) => id))).toEqual([
      ['trigger/error-rate-5-percent/backend'],
      ['trigger/error-rate-5-percent/web'],
      ['trigger/error-rate-5-percent/app'],
    ])
    expect(planOf(bound).metrics.crashes?.maturesMs).toBe(3_600_000)
  })

  it('follow another order where the phase says so', () => {
    const order = 'order: [app, web]'
    const bound = bind(
      metrics + moving(`  phase-2: { ${order}, steps: { Everyone: { rollout: [backend, web, app] } } }\n`),
    )
    expect(rolloutsOf(phaseOf(bound, 'phase-2')).map(({ service }) => service)).toEqual(['app', 'web', 'backend'])
  })

  it('do not wait for each other in a circle: a step before cannot follow a step after it', () => {
    const { errors } = bind(metrics + moving(rest).replace('  phase-1:\n', '  phase-1:\n    order: [app, backend]\n'))
    expect(errors).toEqual([
      expect.stringMatching(/^plan.md:3.* error STEP_CYCLE: .*"Raise backend and web", .*"Turn the app on"/),
    ])
  })

  it('moved by a flag climb the ladder that the document states for it', () => {
    const flagged = `tidegate: 1
title: Shop
phases:
  - { name: "Phase 1: The app", steps: [Turn it on] }
flags:
  - { key: new.basket, stages: [5%, 100%] }
`
    const flags = 'flags: { new.basket: { backend: flags, key: new-basket } }\n'
    const app = `${flags}phases: { phase-1: { steps: { Turn it on: { rollout: app } } } }\n`
    const own = base
      .replace('flag: { backend: flags, flag: new-basket }', 'flag: new.basket')
      .replace(covered, 'rollback: { deadline: 10m }\n')
    const bound = bindText(flagged, app, own)
    expect(bound.errors).toEqual([])
    expect(rolloutsOf(phaseOf(bound, 'phase-1'))[0]?.stages.map(({ percent }) => percent)).toEqual([5, 100])
    expect(planOf(bound).services[2]?.mover).toEqual({ kind: 'flag', backend: 'flags', flag: 'new-basket' })
  })

  it('give cohorts the candidate before shares do, where the router knows them', () => {
    const cohorts = (stage: string, name: string) =>
      metrics + moving(`  phase-2: { cohorts: { ${stage}: ${name} }, steps: { Everyone: { rollout: backend } } }\n`)
    const stages = rolloutsOf(phaseOf(bind(cohorts('day 1', 'internal')), 'phase-2'))[0]?.stages
    expect(stages?.map(({ cohort }) => cohort)).toEqual(['internal', undefined])
    expect(bind(cohorts('Day 1', 'staff')).errors).toEqual([
      'tidegate.yaml:17 error UNKNOWN_NAME: cohort of the router "staff" is not known (known: internal)',
    ])
    expect(bind(cohorts('Day 9', 'internal')).errors).toEqual([
      'tidegate.yaml:17 error UNKNOWN_NAME: stage of phase-2 "Day 9" is not known (known: Day 1, Day 2)',
    ])
    const byFlag = bind(cohorts('Day 1', 'staff').replace('rollout: backend', 'rollout: app'))
    expect(rolloutsOf(phaseOf(byFlag, 'phase-2'))[0]?.stages.map(({ cohort }) => cohort)).toEqual(['staff', undefined])
  })
})

describe('a service', () => {
  const service = (text: string) => `plan: plan.md
asks: Release Manager
rollback: { deadline: 10m }
service: { name: api, candidate: v2, arms: { label: version }, ${text} }
`
  const small = '# Shop\n\n## Phase 1: Canary (10%)\n'
  const errors = (text: string) => bindText(small, '', service(text)).errors

  it('of a first release goes back to its fallback, which its hosts need not have', () => {
    const hosts = 'router: edge, deployer: hosts'
    const bound = bindText(small, '', service(`${hosts}, firstRelease: { fallback: v1 }`))
    expect(planOf(bound).services[0]).toMatchObject({ baseline: 'v1', isFirstRelease: true })
    expect(errors(`${hosts}, firstRelease: { fallback: sorry-page }`)).toEqual([
      'tidegate.yaml:4 error UNKNOWN_NAME: version of target edge "sorry-page" is not known (known: v1, v2)',
    ])
    expect(errors(`${hosts}, baseline: v1, firstRelease: { fallback: v1 }`)).toEqual([
      'tidegate.yaml:4 error NOT_THE_FIRST_RELEASE: api has a baseline, so this is not its first release (keep one of the two)',
    ])
    expect(errors(hosts)).toEqual([expect.stringContaining('error NO_BASELINE: nothing says which version of api')])
  })

  it('is moved by a router or by a flag', () => {
    expect(errors('baseline: v1, deployer: hosts')).toEqual([
      'tidegate.yaml:4 error NO_MOVER: nothing says what moves api (name a `router` or a `flag`)',
    ])
    expect(errors('baseline: v1, deployer: hosts, router: edge, flag: { backend: flags, flag: x }')).toEqual([
      'tidegate.yaml:4 error NO_MOVER: api is moved by a router or by a flag, not both (name a `router` or a `flag`)',
    ])
    expect(errors('baseline: v1, router: edge')).toEqual([
      'tidegate.yaml:4 error NO_DEPLOYER: nothing says what runs the versions of api (name a `deployer`)',
    ])
  })

  it('has to be there, once, and so has that of a metric', () => {
    const none = 'plan: plan.md\nasks: Release Manager\nrollback: { deadline: 10m }\n'
    expect(bindText(small, '', none).errors).toContain(
      'tidegate.yaml:1 error NO_SERVICE: nothing says what moves (write it under `service`, or several under `services`)',
    )
    const fine = 'baseline: v1, router: edge, deployer: hosts'
    const again = `services: { api: { candidate: v2, arms: { label: version }, ${fine} } }\n`
    expect(bindText(small, again, service(fine)).errors).toEqual([
      'tidegate.yaml:5 error SERVICE_TWICE: service api is bound twice (keep one of them)',
    ])
    const metric = 'metrics: { e: { says: [e], source: router, events: e, total: t, service: web } }\n'
    expect(bindText(small, metric, service(fine)).errors).toEqual([
      'tidegate.yaml:5 error UNKNOWN_NAME: service "web" is not known (known: api)',
    ])
  })
})
