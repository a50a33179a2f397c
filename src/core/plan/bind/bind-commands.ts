/** Calls of the operator's catalogue: the command is lent, and gets the parameters that it declares. */
import type { CallBinding } from '../bindings-steps.ts'
import type { CatalogueCall } from '../step.ts'
import type { Binder, BindingsPath } from './binder.ts'

/** `place` is where the call stands in the bindings. */
export function bindCommand(binder: Binder, place: BindingsPath, binding: CallBinding): CatalogueCall {
  const call = typeof binding === 'string' ? { command: binding, parameters: {} } : binding
  const { commands } = binder.input.operator
  const entry = Object.hasOwn(commands, call.command) ? commands[call.command] : undefined
  if (!entry) {
    const path = typeof binding === 'string' ? place : [...place, 'command']
    binder.unknown(path, 'command', call.command, Object.keys(commands))
    return call
  }
  const declared = Object.keys(entry.parameters)
  for (const name of Object.keys(call.parameters))
    if (!declared.includes(name))
      binder.unknown([...place, 'parameters', name], `parameter of command ${call.command}`, name, declared)
  const missing = declared.filter((name) => !Object.hasOwn(call.parameters, name))
  if (missing.length > 0) {
    const message = `command ${call.command} needs ${missing.join(', ')}`
    binder.report('error', 'MISSING_PARAMETER', place, message, `write \`parameters: { ${missing[0]}: … }\``)
  }
  return call
}
