/** Reads a register that the user named; where it is wrong, all faults are one clear message. */
import { formatFault } from '../core/flags/fault.ts'
import type { FlagRegister } from '../core/flags/register/flag-register.ts'
import { formatDiagnostic } from '../core/plan/diagnostic.ts'
import { decodeText } from '../document/decode-text.ts'
import { isRegister, readRegister, registerLimitBytes } from '../document/flag-register/read-register.ts'
import { type CliContext, exitCodes, UserError } from './context.ts'
import { readBoundedFile } from './read-bounded-file.ts'

/** Throws a `UserError`. */
export async function readRegisterFile(context: CliContext, path: string): Promise<FlagRegister> {
  const text = await readUtf8File(context, path, registerLimitBytes)
  if (!isRegister(text))
    throw new UserError(
      `${path} is no register: its first line says \`tidegateFlags: 1\`; make one: tidegate flags import FLAGD.json`,
    )
  const read = readRegister(text, path)
  if ('register' in read) return read.register
  throw new UserError(read.faults.map((fault) => `${path}: ${formatFault(fault)}`).join('\n'), exitCodes.failed)
}

/** Throws a `UserError`, also for bytes that are no text. */
export async function readUtf8File(context: CliContext, path: string, maximumBytes: number): Promise<string> {
  const { text, diagnostics } = decodeText(await readBoundedFile(context, path, '', maximumBytes), path)
  if (diagnostics.length === 0) return text
  throw new UserError(diagnostics.map(formatDiagnostic).join('\n'), exitCodes.failed)
}
