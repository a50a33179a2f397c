/** Reads a flag register from YAML or JSON, with all that is wrong and its line. */
import type { Fault } from '../../core/flags/fault.ts'
import { checkRegister } from '../../core/flags/register/check-register.ts'
import { FlagRegister } from '../../core/flags/register/flag-register.ts'
import type { Diagnostic } from '../../core/plan/diagnostic.ts'
import { readYaml } from '../yaml/read-yaml.ts'

export const registerLimitBytes = 1024 * 1024

/** Whether a text is meant as a register: its first member says so. Others are definitions in flagd's format. */
export const isRegister = (text: string): boolean =>
  /^(?:\s|#[^\n]*(?:\n|$)|---[ \t]*\r?\n)*(?:\{\s*)?["']?tidegateFlags["']?[ \t]*:/.test(text.slice(0, 65_536))

/** `name` is the file's, for messages. At most 1 MiB is read. */
export function readRegister(text: string, name: string): { register: FlagRegister } | { faults: Fault[] } {
  const { value, diagnostics, locate } = readYaml(text, name, FlagRegister, { maximumBytes: registerLimitBytes })
  if (value === undefined) return { faults: diagnostics.map(faultOf) }
  const faults = checkRegister(value)
  if (faults.length > 0) return { faults: faults.map((fault) => ({ ...fault, line: locate(fault.path).start })) }
  return { register: value }
}

function faultOf({ message, hint, source }: Diagnostic): Fault {
  return {
    path: [],
    message: hint === undefined ? message : `${message} (${hint})`,
    ...(source && { line: source.start }),
  }
}
