/** `tidegate flags check`: whether a register is right, what of it wants attention, and whether its history is whole. */
import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { HistoryEntry } from '../core/flags/register/history-entry.ts'
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'

interface HistoryFinding {
  entries: number
  /** Lines that hold no entry. */
  unreadable: number
  /** Why it does not hold. */
  broken?: string
}

export const flagsCheckCommand: RegisterCommand = (flags, context) => {
  flags
    .command('check')
    .description('say what is wrong with a register and its history, which flags have expired, and which have no owner')
    .argument('<file>', 'the register, in YAML or JSON')
    .option('--json', 'print one JSON object')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const [{ readRegisterFile }, { reviewRegister }] = await Promise.all([
        import('./read-register-file.ts'),
        import('../core/flags/register/review-register.ts'),
      ])
      const register = await readRegisterFile(context, file)
      const warnings = reviewRegister(register, new Date().toISOString().slice(0, 10))
      const history = await checkHistory(context, file)
      const [flagCount, environments] = [Object.keys(register.flags).length, register.environments]
      if (json) context.out(JSON.stringify({ file, flags: flagCount, environments, warnings, history }))
      else {
        context.out(`${file}: ${flagCount} flags for ${environments.join(', ')}`)
        for (const { message } of warnings) context.out(`warning: ${message}`)
        if (history) context.out(historyLine(history))
      }
      context.exit(history?.broken === undefined ? exitCodes.ok : exitCodes.failed)
    })
}

function historyLine({ entries, unreadable, broken }: HistoryFinding): string {
  const torn = unreadable > 0 ? `; ${unreadable} lines cannot be read, left by a crash or spoilt` : ''
  return broken === undefined
    ? `history: ${entries} entries, each follows the one before${torn}`
    : `error: history: ${broken}${torn}`
}

/** `undefined` where there is none. */
async function checkHistory({ cwd }: CliContext, file: string): Promise<HistoryFinding | undefined> {
  const { breakBetween, historyPathOf, readHistoryLine } = await import('../core/flags/register/history-entry.ts')
  const path = historyPathOf(resolve(cwd, file))
  if (!existsSync(path)) return undefined
  const found: HistoryFinding = { entries: 0, unreadable: 0 }
  let last: HistoryEntry | undefined
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const entry = readHistoryLine(line)
      if (!entry) {
        if (line !== '') found.unreadable += 1
        continue
      }
      found.entries += 1
      const broken = breakBetween(last, entry)
      if (broken !== undefined) return { ...found, broken }
      last = entry
    }
  } catch (error) {
    throw new UserError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`)
  }
  return found
}
