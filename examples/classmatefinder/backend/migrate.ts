// Command: brings a database to the newest migration, or with --to to an earlier one. Repeating it changes nothing.
import { parseArgs } from 'node:util'
import { runProcess, StartError } from '../process/run-process.ts'
import { describeError, writeLog } from '../process/write-log.ts'
import { migrate, newestMigration } from './migrations.ts'

await runProcess(async () => {
  const { database, to } = readArguments()
  const applied = migrate(database, to, Date.now())
  writeLog('migrated', { database, migration: to, applied: applied.length })
  return async () => {}
})

function readArguments(): { database: string; to: number } {
  const usage = 'usage: node backend/migrate.ts --database PATH [--to NUMBER]'
  try {
    const { values } = parseArgs({
      options: { database: { type: 'string' }, to: { type: 'string', default: String(newestMigration) } },
    })
    const to = Number(values.to)
    if (!values.database) throw new Error('--database is missing')
    if (!Number.isInteger(to) || to < 1 || to > newestMigration)
      throw new Error(`--to must be a number from 1 to ${newestMigration}`)
    return { database: values.database, to }
  } catch (error) {
    throw new StartError(`${describeError(error)}; ${usage}`)
  }
}
