/** Migrations: each part is a command of the catalogue, and one that nothing takes back says who accepted that. */
import type { MigrationBinding } from '../bindings-steps.ts'
import type { StepOf } from '../step.ts'
import { bindCommand } from './bind-commands.ts'
import type { Statement } from './bind-gates.ts'
import type { Binder, BindingsPath } from './binder.ts'

const parts = ['backup', 'verifyBackup', 'dryRun', 'verify', 'revert'] as const

/** `place` is where the migration stands in the bindings. */
export function bindMigration(
  binder: Binder,
  statement: Statement,
  binding: MigrationBinding,
  place: BindingsPath,
): StepOf<'migrate'> {
  const { apply, revert, irreversible, backup, verifyBackup } = binding
  if (!revert && !irreversible) {
    const hint = 'add `revert`, or `irreversible: { acceptedBy: …, reason: … }`'
    binder.report('error', 'NO_WAY_BACK', place, `nothing takes the migration "${statement.text}" back`, hint)
  }
  if (revert && irreversible) {
    const message = `the migration "${statement.text}" is said to be irreversible, and has a \`revert\``
    binder.report('error', 'NO_WAY_BACK', [...place, 'irreversible'], message, 'keep one of the two')
  }
  if (irreversible) {
    const role = binder.role(irreversible.acceptedBy, [...place, 'irreversible', 'acceptedBy'], 0)
    const message = `nothing takes the migration "${statement.text}" back, which ${role} accepted: ${irreversible.reason}`
    binder.report('warning', 'IRREVERSIBLE_MIGRATION', [...place, 'irreversible'], message)
  }
  if (verifyBackup && !backup) {
    const message = 'a backup is verified that nothing takes'
    binder.report('error', 'NO_BACKUP', [...place, 'verifyBackup'], message, 'name the `backup`')
  }
  const calls = parts.flatMap((part) => {
    const call = binding[part]
    return call === undefined ? [] : [[part, bindCommand(binder, [...place, part], call)] as const]
  })
  return {
    ...statement,
    kind: 'migrate',
    apply: bindCommand(binder, [...place, 'apply'], apply),
    ...Object.fromEntries(calls),
    ...(irreversible && { irreversible }),
  }
}
