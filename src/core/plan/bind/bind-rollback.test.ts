import { expect, it } from 'vitest'
import { bindText, planOf, train } from '../../../../test/fixtures/bind-text.ts'

const document = `# Shop

## Phase 1: Canary (10%)

## Rollback plan
1. Send all traffic back
2. Put the old version back
3. Tell the partners
`
const rollback = (lines: string) => `rollback:\n  deadline: 10m\n  steps:\n${lines.replace(/^/gm, '    ')}\n`
const bind = (lines: string, base?: string) =>
  bindText(
    document,
    rollback(lines),
    (base ?? undefined)?.replace('rollback: { deadline: 10m }\n', '') ?? withoutRollback,
  )
const withoutRollback = `plan: plan.md
asks: Release Manager
service: { name: backend, candidate: v2, baseline: v1, router: edge, deployer: hosts, arms: { label: version } }
`

it('does what is bound, says who does the rest, and has somebody accept what nothing does', () => {
  const bound = bind(`Send all traffic back: { covered: share 0 }
Put the old version back: { deploy: hosts }`)
  expect(planOf(bound).rollback).toEqual({
    deadlineMs: 600_000,
    steps: [
      {
        kind: 'deploy',
        id: 'rollback/put-the-old-version-back',
        text: 'Put the old version back',
        source: expect.objectContaining({ start: 7 }),
        target: 'hosts',
        version: 'v1',
      },
    ],
  })
  expect(bound.warnings).toEqual([
    'plan.md:8 warning UNBOUND_ROLLBACK_STEP: nothing does "Tell the partners" when the release goes back (bind it under rollback: steps, or say who does it: `byHand: …`)',
  ])
  const told = bind(`Send all traffic back: { covered: share 0 }
Put the old version back: { setFlag: { backend: flags, flag: banner }, percent: 100 }
Tell the partners: { byHand: Support }`)
  expect(told.warnings).toEqual([])
  expect(told.notes.filter((note) => note.includes('ROLLBACK_BY_HAND'))).toEqual([
    'plan.md:8 note ROLLBACK_BY_HAND: Support does "Tell the partners" by hand when the release goes back; Tidegate does not wait for it',
  ])
  expect(planOf(told).rollback.steps).toMatchObject([{ kind: 'setFlag', flag: 'banner', percent: 100 }])
})

it('brings back the version of the service that is meant', () => {
  const lines = (deploy: string) => `Put the old version back: { ${deploy} }`
  const versionOf = (deploy: string) => planOf(bind(lines(deploy), ladder)).rollback.steps[0]
  const ladder = `${train}phases: { phase-1: { steps: { "Phase 1: Canary (10%)": { rollout: [backend, web] } } } }\n`
  expect(versionOf('deploy: web-hosts')).toMatchObject({ target: 'web-hosts', version: 'v1' })
  expect(versionOf('deploy: hosts, service: web')).toMatchObject({ target: 'hosts', version: 'v1' })
  expect(bind(lines('deploy: hosts, service: api'), ladder).errors).toEqual([
    'tidegate.yaml:12 error UNKNOWN_NAME: service "api" is not known (known: backend, web, app)',
  ])
})

it.each([
  ['Put it back: { deploy: hosts }', 'step of the rollback "Put it back" is not known'],
  ['Put the old version back: { check: smok }', 'check "smok" is not known'],
  ['Tell the partners: { byHand: Partners }', 'group "Partners" is not known'],
])('refuses %s where it stands', (line, message) => {
  expect(bind(line).errors).toEqual([
    expect.stringMatching(new RegExp(`^tidegate.yaml:7 error UNKNOWN_NAME: ${message}`)),
  ])
})
