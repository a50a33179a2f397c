import { describe, expect, it } from 'vitest'
import { bindText, phaseOf, planOf, rolloutsOf, single } from '../../../../test/fixtures/bind-text.ts'

const document = `# Shop

## Phase 1: Canary (10%)

**Rollback triggers:**
- Error rate > 5%
- Queue > 500

## Halt rules
- Error rate > 3%
- The disk is full
`
const metrics = `metrics:
  errors: { says: [Error rate], source: router, events: errors, total: requests }
  queue: { says: [Queue], source: router, events: queued, total: requests }
`
const bind = (triggers: string) => bindText(document, `${metrics}triggers:\n${triggers}`)
const armed = (triggers: string) =>
  rolloutsOf(phaseOf(bind(triggers), 'phase-1'))[0]?.stages[0]?.triggers.map(({ text, action }) => [text, action])

describe('triggers', () => {
  it('do what the document says', () => {
    expect(armed('  The disk is full: { reportedBy: Platform }\n')).toEqual([
      ['Error rate > 3%', { kind: 'halt' }],
      ['Error rate > 5%', { kind: 'rollback' }],
      ['Queue > 500', { kind: 'rollback' }],
    ])
  })

  it('do what the bindings say instead, and less than the document only with a warning', () => {
    const actions = `  Queue > 500: { action: { command: scale, parameters: { to: "8" } } }
  Error rate > 3%: { action: pause }
  The disk is full: { anyOf: queue, action: notify }
`
    expect(armed(actions)).toEqual([
      ['Error rate > 3%', { kind: 'pause' }],
      ['The disk is full', { kind: 'notify' }],
      ['Error rate > 5%', { kind: 'rollback' }],
      ['Queue > 500', { kind: 'command', command: 'scale', parameters: { to: '8' } }],
    ])
    expect(bind(actions).warnings).toEqual([
      'tidegate.yaml:10 warning TRIGGER_WEAKENED: the document rolls back on "Queue > 500", and the binding does not (command) (say so in the document)',
    ])
  })

  it('that nothing measures are reported by people, and the warning says what does not happen by itself', () => {
    const bound = bindText(document)
    expect(planOf(bound).reportedTriggers).toHaveLength(4)
    expect(bound.warnings).toContainEqual(
      'plan.md:11 warning UNBOUND_TRIGGER: nothing measures "The disk is full": nothing will halt by itself, only when Release Manager reports it (bind it under triggers: `reportedBy` a group or `anyOf` a metric)',
    )
  })

  it.each([
    ['  Queue > 500: { action: { command: scal } }\n', 'command "scal" is not known'],
    ['  Queue > 500: { anyOf: queu }\n', 'metric "queu" is not known'],
    ['  The disk is full: { reportedBy: Ops }\n', 'group "Ops" is not known'],
    ['  The disk is empty: { reportedBy: Platform }\n', 'trigger "The disk is empty" is not known'],
  ])('are refused where they stand: %s', (triggers, message) => {
    expect(bind(triggers).errors).toEqual([expect.stringContaining(`tidegate.yaml:10 error UNKNOWN_NAME: ${message}`)])
  })

  it('of one track do not fire in another that runs beside it', () => {
    const tracks = `tidegate: 1
title: Apps
phases:
  - { name: "Phase 1: iOS", track: ios, traffic: 10%, rollBackWhen: [Error rate > 5%] }
  - { name: "Phase 1: Android", track: android, traffic: 10%, rollBackWhen: [Queue > 500] }
`
    const one = 'candidate: v2, baseline: v1, router: edge, deployer: hosts, arms: { label: version }'
    const services = `services:\n  ios: { ${one} }\n  android: { ${one} }\n`
    const bound = bindText(tracks, metrics + services, single.replace(/^service: .*\n/m, ''))
    expect(bound.errors).toEqual([])
    const triggers = (id: string) => rolloutsOf(phaseOf(bound, id))[0]?.stages[0]?.triggers.map(({ text }) => text)
    expect(triggers('ios-phase-1')).toEqual(['Error rate > 5%'])
    expect(triggers('android-phase-1')).toEqual(['Queue > 500'])
  })
})
