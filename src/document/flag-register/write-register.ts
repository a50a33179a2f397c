/** Writes what changed of a register into its text: every other byte stays as its people wrote it. */
import { parse, parseDocument } from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'
import { editYaml } from './edit-yaml.ts'
import { renderYaml, yamlVersion } from './render-yaml.ts'

/** `text` is the file, `before` what was read from it. */
export function writeRegister(text: string, before: FlagRegister, after: FlagRegister): string {
  const plain = text.replaceAll('\r\n', '\n')
  const written = /^\s*\{/.test(plain) ? editedJson(plain, after) : editedYaml(plain, before, after)
  return text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written
}

/** A file of its own. */
export const newRegister = (register: FlagRegister): string => renderYaml(register)

function editedJson(text: string, register: FlagRegister): string {
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0]
  return `${JSON.stringify(register, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

function editedYaml(text: string, before: FlagRegister, after: FlagRegister): string {
  const edited = editYaml(text, before, after)
  if (edited !== undefined && holds(edited, after)) return edited
  // Aliases stand for one value in several places: where only one of them changes, the values are written out.
  const [head = ''] = /^(?:[ \t]*(?:#[^\n]*)?\n)*/.exec(text) ?? []
  return `${head}${newRegister(after)}`
}

function holds(text: string, register: FlagRegister): boolean {
  if (parseDocument(text, yamlVersion).errors.length > 0) return false
  return canonicalJson(parse(text, yamlVersion)) === canonicalJson(register)
}
