import { describe, expect, it } from 'vitest'
import { bindText, phaseOf, planOf, unreadable } from '../../../../test/fixtures/bind-text.ts'

const document = `# Shop

## Phase 1: Prepare
1. Freeze the old tables
2. Migrate the database
3. Try the toggle
4. Tell support

## Feature flags
- \`rollback.basket\`: off
`
const steps = (lines: string) => `phases:\n  phase-1:\n    steps:\n${lines.replace(/^/gm, '      ')}\n`
const bind = (lines: string, more = '') => bindText(document, steps(lines) + more)
const bound = (lines: string, more = '') => phaseOf(bind(lines, more), 'phase-1').steps

describe('steps', () => {
  it('migrate with the commands that there are, each by its name or with its parameters', () => {
    const [, step] = bound(
      'Migrate the database: { migrate: { backup: backup, apply: { command: scale, parameters: { to: "2" } }, revert: undo } }',
    )
    expect(step).toEqual({
      kind: 'migrate',
      id: 'phase-1/migrate-the-database',
      text: 'Migrate the database',
      source: expect.objectContaining({ start: 5 }),
      backup: { command: 'backup', parameters: {} },
      apply: { command: 'scale', parameters: { to: '2' } },
      revert: { command: 'undo', parameters: {} },
    })
  })

  it('take a migration that nothing takes back only with who accepted that, and have it acknowledged', () => {
    const { plan, errors } = bind('Migrate the database: { migrate: { apply: migrate } }')
    expect(plan).toBeUndefined()
    expect(errors).toEqual([
      'tidegate.yaml:9 error NO_WAY_BACK: nothing takes the migration "Migrate the database" back (add `revert`, or `irreversible: { acceptedBy: …, reason: … }`)',
    ])
    const accepted = bind(
      'Migrate the database: { migrate: { apply: migrate, irreversible: { acceptedBy: Platform, reason: it only adds } } }',
    )
    expect(phaseOf(accepted, 'phase-1').steps[1]).toMatchObject({ irreversible: { acceptedBy: 'Platform' } })
    expect(accepted.warnings).toEqual([expect.stringContaining('IRREVERSIBLE_MIGRATION')])
  })

  it('set, drill, tell and wait', () => {
    const flags = 'flags:\n  rollback.basket: { backend: flags, key: basket-back }\n'
    const list = bound(
      `Freeze the old tables: { wait: 15m }
Migrate the database: { setFlag: { backend: flags, flag: banner }, percent: 50 }
Try the toggle: { drill: rollback.basket }
Tell support: { notify: [Support, Development] }`,
      flags,
    )
    expect(list).toMatchObject([
      { kind: 'wait', waitMs: 900_000 },
      { kind: 'setFlag', backend: 'flags', flag: 'banner', percent: 50 },
      { kind: 'drill', backend: 'flags', flag: 'basket-back' },
      { kind: 'notify', audience: ['Support', 'Development'] },
    ])
  })

  it('tell a group of the author too, who could sign nothing', () => {
    expect(planOf(bind('Tell support: { notify: [Development] }')).roles.Development).toEqual(['tom'])
  })

  it('wait for the step before, or for those that are named', () => {
    const list = bound(`Migrate the database: { confirm: Platform, after: [] }
Tell support: { notify: [Support], after: [freeze the old tables, Try the toggle] }`)
    expect(list.map(({ after }) => after)).toEqual([
      undefined,
      [],
      undefined,
      ['phase-1/freeze-the-old-tables', 'phase-1/try-the-toggle'],
    ])
  })

  it.each([
    [
      'Migrate the database: { migrate: { apply: migrat, revert: undo } }',
      'tidegate.yaml:9 error UNKNOWN_NAME: command "migrat" is not known (known: migrate, backup, undo, scale)',
    ],
    [
      'Migrate the database: { command: scale }',
      'tidegate.yaml:9 error MISSING_PARAMETER: command scale needs to (write `parameters: { to: … }`)',
    ],
    [
      'Migrate the database: { command: migrate, parameters: { to: "1" } }',
      'tidegate.yaml:9 error UNKNOWN_NAME: parameter of command migrate "to" is not known (there is no parameter of command migrate yet)',
    ],
    [
      'Migrate the database: { migrate: { verifyBackup: backup, apply: migrate, revert: undo } }',
      'tidegate.yaml:9 error NO_BACKUP: a backup is verified that nothing takes (name the `backup`)',
    ],
    [
      'Migrate the database: { migrate: { apply: migrate, revert: undo, irreversible: { acceptedBy: Platform, reason: x } } }',
      'tidegate.yaml:9 error NO_WAY_BACK: the migration "Migrate the database" is said to be irreversible, and has a `revert` (keep one of the two)',
    ],
    [
      'Try the toggle: { drill: rollback.basket }',
      'tidegate.yaml:9 error UNKNOWN_NAME: bound flag "rollback.basket" is not known (there is no bound flag yet)',
    ],
    [
      'Try the toggle: { drill: { backend: flag, flag: x } }',
      'tidegate.yaml:9 error UNKNOWN_NAME: flag backend "flag" is not known (known: flags)',
    ],
    [
      'Tell support: { notify: [Supprot] }',
      'tidegate.yaml:9 error UNKNOWN_NAME: group "Supprot" is not known (known: Development, Platform, Release Manager, Board, Support)',
    ],
    [
      'Tell support: { deploy: edge }',
      'tidegate.yaml:9 error UNKNOWN_NAME: deployer "edge" is not known (known: hosts, web-hosts)',
    ],
    [
      'Tell support: { wait: 5m, after: [Migrate] }',
      'tidegate.yaml:9 error UNKNOWN_NAME: step of this phase "Migrate" is not known (known: Freeze the old tables, Migrate the database, Try the toggle, Tell support)',
    ],
    [
      'Freeze the old tables: { confirm: Platform, after: [Tell support] }',
      'plan.md:3-7 error STEP_CYCLE: these steps wait for each other and never begin: "Freeze the old tables", "Migrate the database", "Try the toggle", "Tell support" (change `after`, the order of the steps, or the `order` of the services in this phase)',
    ],
    [
      'Tell support: { wait: 5m, after: [Try the toggle] }\nTry the toggle: { covered: elsewhere }',
      'tidegate.yaml:9 error COVERED_STEP: "Try the toggle" is covered: there is nothing of it to wait for (name a step that does something)',
    ],
  ])('are refused where they stand: %s', (lines, message) => {
    const { plan, errors } = bind(lines)
    expect(plan).toBeUndefined()
    expect(errors).toEqual([message])
  })

  it('say which flags cannot be set', () => {
    const { errors } = bind(
      'Try the toggle: { drill: rollback.basket }',
      'flags: { rollback.basket: { source: readable, key: x } }\n',
    )
    expect(errors).toEqual([
      'tidegate.yaml:9 error FLAG_NOT_SETTABLE: flag "rollback.basket" is bound to source readable, which cannot set it (bind it to a `backend` under flags: rollback.basket)',
    ])
  })

  it('explain a form that is none', () => {
    expect(unreadable(steps('Tell support: { wait: soon }'))).toEqual([
      'tidegate.yaml:9 error YAML_SCHEMA: `phases.phase-1.steps.Tell support.wait` must be a duration such as 500ms, 10s, 15m, 24h or 7d',
    ])
  })
})
