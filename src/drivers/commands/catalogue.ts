/** Runs the operator's catalogue of commands: fixed programs and arguments, checked parameters, no shell, a scrubbed environment. */
import { access, constants } from 'node:fs/promises'
import { formatDuration } from '../../core/plan/duration.ts'
import type { CatalogueCommand } from '../../core/plan/operator.ts'
import type { CommandResult } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CommandRunner, EffectContext } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { redactSecrets } from '../redact-secrets.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'
import { createBegunCommands } from './begun-commands.ts'
import { runProgram } from './run-program.ts'

const path = '/usr/bin:/bin'
const maximumOutput = 65_536
const maximumParameterLength = 1_000
/** Effects whose results are remembered, so that a repeated one is not run again while the controller lives. */
const maximumRemembered = 100

interface CatalogueOptions {
  /** Where commands run. */
  cwd: string
  /** Where it is noted which effects were begun. */
  begunFile: string
  /** Other controllers, on other machines, may have begun an effect. */
  isShared: boolean
}

/** `unknown` for a command that is not repeatable and may have been begun for the same effect by a controller that is no more. */
export function createCatalogueRunner(
  commands: Readonly<Record<string, CatalogueCommand>>,
  { cwd, begunFile, isShared }: CatalogueOptions,
): CommandRunner {
  const done = new Map<string, Promise<Outcome<CommandResult>>>()
  const begun = createBegunCommands(begunFile)

  /** The crash of a controller comes between no note and no run: a command that was begun has one. */
  async function mayBegin(
    id: string,
    { repeatable = false }: CatalogueCommand,
    { effectId, isTakenUp = false }: EffectContext,
  ): Promise<Outcome<void>> {
    if (repeatable) return succeed(undefined)
    try {
      if (isTakenUp && (isShared || (await begun.has(effectId)))) return fail('unknown', unknownOutcome(id))
      await begun.add(effectId)
      return succeed(undefined)
    } catch (error) {
      return fail('unavailable', `${id} was not run: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async function runOnce(
    id: string,
    parameters: Readonly<Record<string, string>>,
    context: EffectContext,
  ): Promise<Outcome<CommandResult>> {
    const found = findByName('command', commands, id)
    if (!found.ok) return found
    const command = found.value
    const values = parameterValues(id, command, parameters)
    if (!values.ok) return values
    const timeoutMs = Math.min(command.timeout, context.timeoutMs)
    const { signal } = withDeadline({ ...context, timeoutMs })
    if (signal.aborted) return fail('unavailable', `${id} was not run: ${String(signal.reason)}`)
    const permit = await mayBegin(id, command, context)
    if (!permit.ok) return permit
    const argv: [string, ...string[]] = [...command.argv, ...(values.value.length > 0 ? ['--', ...values.value] : [])]
    const ending = await runProgram({ argv, cwd, env: { PATH: path, ...command.env } }, signal).catch(
      (error: Error) => error,
    )
    if (ending instanceof Error) return fail('rejected', `${id} cannot be run: ${ending.message}`)
    const output = redactSecrets(ending.output, command.env).slice(-maximumOutput)
    if (!signal.aborted) return succeed({ exitCode: ending.exitCode, output })
    if (isTimeout(signal))
      return fail('timeout', `${id} did not end within ${formatDuration(timeoutMs)} and was stopped`, output)
    return fail('unavailable', `${id} was stopped: ${String(signal.reason)}`, output)
  }

  return {
    name: 'catalogue',
    run(id, parameters, context) {
      const known = done.get(context.effectId)
      if (known) return known
      const outcome = runOnce(id, parameters, context)
      done.set(context.effectId, outcome)
      for (const oldest of [...done.keys()].slice(0, -maximumRemembered)) done.delete(oldest)
      return outcome
    },
    async ping(id) {
      const found = findByName('command', commands, id)
      if (!found.ok) return found
      const [program] = found.value.argv
      return access(program, constants.X_OK).then(
        () => succeed(undefined),
        () => fail('rejected', `the program of ${id}, ${program}, does not exist or cannot be executed`),
      )
    },
  }
}

const unknownOutcome = (id: string): string =>
  `nobody can tell whether ${id} was run: the controller that asked for it is no more, and it may even run still. Look, then retry it or skip it; a command that may be run again says repeatable: true in the operator's file`

/** The values in the order declared; every declared one must be given and match its pattern whole. */
export function parameterValues(
  id: string,
  { parameters: declared }: CatalogueCommand,
  given: Readonly<Record<string, string>>,
): Outcome<string[]> {
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(declared, name))
  if (stranger !== undefined)
    return fail(
      'rejected',
      `${id} takes no parameter "${stranger}"; it takes: ${Object.keys(declared).join(', ') || 'none'}`,
    )
  const values: string[] = []
  for (const [name, { pattern }] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined) return fail('rejected', `${id} needs the parameter "${name}"`)
    if (value.length > maximumParameterLength)
      return fail('rejected', `${id}: parameter "${name}" is longer than ${maximumParameterLength} characters`)
    if (!matchesWhole(value, pattern)) return fail('rejected', `${id}: parameter "${name}" does not match ${pattern}`)
    values.push(value)
  }
  return succeed(values)
}

/** A pattern that is no regular expression matches nothing; nor does a value no program can be given. */
function matchesWhole(value: string, pattern: string): boolean {
  if (value.includes('\0')) return false
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value)
  } catch {
    return false
  }
}
