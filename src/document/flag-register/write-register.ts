/** Writes what changed of a register into its text: every other byte stays as its people wrote it. */
import { LineCounter } from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'
import { checkYamlNodes } from '../yaml/check-yaml-nodes.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { editYaml } from './edit-yaml.ts'
import { renderYaml } from './render-yaml.ts'

/** `text` is the file, `before` what was read from it. `undefined` where no text would be read as `after`: some names cannot stand in a file. */
export function writeRegister(text: string, before: FlagRegister, after: FlagRegister): string | undefined {
  const plain = text.replaceAll('\r\n', '\n')
  const isJson = /^\s*\{/.test(plain)
  const ways = isJson
    ? [() => editedJson(plain, after)]
    : [() => editYaml(plain, before, after), () => laidOut(plain, after)]
  let right: string | undefined
  for (const way of ways) {
    const written = way()
    if (written === undefined || !holds(written, after)) continue
    right = written
    break
  }
  return text.includes('\r\n') ? right?.replaceAll('\n', '\r\n') : right
}

/** A file of its own. */
export const newRegister = (register: FlagRegister): string => renderYaml(register)

function editedJson(text: string, register: FlagRegister): string {
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0]
  return `${JSON.stringify(register, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

/** Aliases stand for one value in several places: where only one of them changes, the values are written out. */
function laidOut(text: string, register: FlagRegister): string {
  const [head = ''] = /^(?:[ \t]*(?:#[^\n]*)?\n)*/.exec(text) ?? []
  return `${head}${newRegister(register)}`
}

/** Whether the text is read as this register. */
function holds(text: string, register: FlagRegister): boolean {
  let faults = 0
  const report = () => {
    faults += 1
  }
  const document = parseYaml(text, new LineCounter(), false, report)
  if (document && faults === 0) checkYamlNodes(document, report)
  return document !== undefined && faults === 0 && canonicalJson(document.toJS()) === canonicalJson(register)
}
