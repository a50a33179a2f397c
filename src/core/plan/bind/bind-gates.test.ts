import { describe, expect, it } from 'vitest'
import { bindText, phaseOf, planOf, unreadable } from '../../../../test/fixtures/bind-text.ts'
import { runsIn } from './bind-gates.ts'

const document = `# Shop

## Prerequisites
- [x] The load test ran
- [ ] Backups are fresh

## Dependencies
- Availability of Chatwoot 2.4 for support integration (ETA 2026-06-05).

## Phase 1: Prepare
1. Prepare

**Exit criteria:**
- CI shows 5 consecutive green runs
- The board says go

## Phase 2: Release
1. Release

**Exit criteria:**
- The laboratory has signed it off
`
const bind = (more: string) => bindText(document, more)

describe('gates', () => {
  it('hold with the check, the votes or the word that the bindings name', () => {
    const bound = bind(`criteria:
  CI shows 5 consecutive green runs: { streak: ci, every: 10m, maximumAge: 1d }
  The board says go: { goNoGo: Board, quorum: 3 }
  The laboratory has signed it off:
    webhook: qa
    deadline: { after: 3d, remindEvery: 1d, escalateTo: Development, onMissed: abort }
  The load test ran: { rehearsal: clean }
checklists:
  Prerequisites: { signOff: Board, count: 2, before: phase-2 }
dependencies:
  Availability of Chatwoot 2.4 for support integration (ETA 2026-06-05).: { dependency: Support, before: phase-2 }
`)
    expect(phaseOf(bound, 'phase-1').entry).toEqual([])
    expect(phaseOf(bound, 'phase-1').exit).toMatchObject([
      { kind: 'streak', check: 'ci', runs: 5, everyMs: 600_000, maximumAgeMs: 86_400_000 },
      { kind: 'goNoGo', role: 'Board', quorum: 3 },
    ])
    expect(phaseOf(bound, 'phase-2').entry).toMatchObject([
      { kind: 'rehearsal', text: 'The load test ran' },
      { kind: 'signOff', role: 'Board', count: 2, text: 'Backups are fresh' },
      { kind: 'dependency', role: 'Support', due: '2026-06-05', source: { start: 8 } },
    ])
    const deadline = {
      afterMs: 3 * 86_400_000,
      remindEveryMs: 86_400_000,
      escalateTo: 'Development',
      onMissed: 'abort',
    }
    expect(phaseOf(bound, 'phase-2').exit).toMatchObject([{ kind: 'webhook', hook: 'qa', deadline }])
    // Those who are only told may be the author alone.
    expect(planOf(bound).roles.Development).toEqual(['tom'])
  })

  it('that nothing binds wait for whoever is asked, what others deliver before the first phase', () => {
    const bound = bind('')
    expect(phaseOf(bound, 'phase-1').entry.map(({ kind, text }) => [kind, text])).toEqual([
      ['signOff', 'The load test ran'],
      ['signOff', 'Backups are fresh'],
      ['dependency', 'Availability of Chatwoot 2.4 for support integration (ETA 2026-06-05).'],
    ])
    expect(bound.notes).toContainEqual(
      expect.stringMatching(/^plan.md:8 note UNBOUND_DEPENDENCY: Release Manager confirms/),
    )
  })

  it.each([
    ['The board says go: { check: smok }', '7 error UNKNOWN_NAME: check "smok" is not known (known: smoke, ci)'],
    ['The board says go: { webhook: lab }', '7 error UNKNOWN_NAME: hook "lab" is not known (known: qa)'],
    [
      'The board says go: { streak: ci, every: 1m }',
      '7 error NO_RUNS: "The board says go" does not say how many runs have to pass in a row (say it: `runs: 5`)',
    ],
    [
      'CI shows 5 consecutive green runs: { streak: ci, every: 1m, runs: 3 }',
      '7 error FEWER_RUNS: the document asks for 5 runs in a row, and the binding for 3 (leave `runs` out, or write 5 or more)',
    ],
    [
      'The board says go: { goNoGo: Platform, quorum: 2 }',
      '7 error NO_SIGNER: 2 people of "Platform" have to sign, and it has 1 beside the plan\'s author (add somebody to the group)',
    ],
    [
      'The board says go: { signOff: Board, deadline: { after: 1d, escalateTo: Bord } }',
      '7 error UNKNOWN_NAME: group "Bord" is not known (known: Development, Platform, Release Manager, Board, Support)',
    ],
  ])('are refused where they stand: %s', (line, message) => {
    const { plan, errors } = bind(`criteria:\n  ${line}\n`)
    expect(plan).toBeUndefined()
    expect(errors).toEqual([`tidegate.yaml:${message}`])
  })

  it('name a phase that is there, and say nothing of earlier criteria where none are judged', () => {
    const { errors } = bind(`criteria: { The load test ran: { sameAs: phase-1 } }
checklists: { Prerequisites: { signOff: Board, before: phase-3 } }
dependencies: { Chatwoot: { dependency: Support, before: phase-1 } }
`)
    expect(errors).toEqual([
      'tidegate.yaml:7 error UNKNOWN_NAME: phase "phase-3" is not known (known: phase-1, phase-2)',
      'plan.md:4 error NOTHING_TO_JUDGE: "The load test ran" is an item of a checklist, where no criteria are judged (bind it to a check or a `signOff`)',
      expect.stringMatching(/^tidegate.yaml:8 error UNKNOWN_NAME: dependency "Chatwoot" is not known/),
    ])
  })

  it('have limits', () => {
    expect(unreadable('criteria: { x: { goNoGo: Board, quorum: 101 } }\n')).toEqual([
      'tidegate.yaml:6 error YAML_SCHEMA: `criteria.x.quorum` takes at most 100',
    ])
    expect(unreadable('criteria: { x: { streak: ci } }\n')[0]).toContain('criteria.x')
  })
})

it.each([
  ['5 consecutive green runs', 5],
  ['CI: five green runs in a row', 5],
  ['Ten successful nightly builds in a row', 10],
  ['three back-to-back passes', 3],
  ['passes 3 times back to back', 3],
  ['1 consecutive run', undefined],
  ['2000 consecutive runs', undefined],
  ['no 2 consecutive failures', 2],
  ['All 12 tests pass', undefined],
])('reads how many runs "%s" asks for', (text, runs) => {
  expect(runsIn(text)).toBe(runs)
})
