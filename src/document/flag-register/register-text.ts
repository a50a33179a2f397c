/** The text of a register, and what becomes of it when something changes: every other byte stays as its people wrote it. */
import { type Document, parseDocument } from 'yaml'
import { canonicalJson } from '../../core/canonical.ts'
import type { FlagRegister } from '../../core/flags/register/flag-register.ts'
import { checkYamlNodes } from '../yaml/check-yaml-nodes.ts'
import { depthLimit } from '../yaml/parse-yaml.ts'
import { editYaml } from './edit-yaml.ts'
import { renderYaml, yamlVersion } from './render-yaml.ts'

export class RegisterText {
  readonly text: string
  /** With line feeds alone. */
  readonly #plain: string
  /** Of `#plain`: parsing is most of the time that a change takes, and what was just written has been parsed. */
  #document: Document.Parsed | undefined

  constructor(text: string, document?: Document.Parsed) {
    this.text = text
    this.#plain = text.replaceAll('\r\n', '\n')
    this.#document = document
  }

  /** `before` is what was read from this text. `undefined` where no text would be read as `after`: some names cannot stand in a file. */
  changed(before: FlagRegister, after: FlagRegister): RegisterText | undefined {
    if (depthOf(after) > depthLimit) return undefined
    if (/^\s*\{/.test(this.#plain)) return this.#readAs(editedJson(this.#plain, after), after)
    this.#document ??= parseDocument(this.#plain, yamlVersion)
    const edited = editYaml({ text: this.#plain, document: this.#document }, before, after)
    const right = edited === undefined ? undefined : this.#readAs(edited, after)
    return right ?? this.#readAs(laidOut(this.#plain, after), after)
  }

  /** The new text, if it is read as this register. */
  #readAs(plain: string, register: FlagRegister): RegisterText | undefined {
    const document = parseDocument(plain, yamlVersion)
    let faults = document.errors.length
    if (faults === 0)
      checkYamlNodes(document, () => {
        faults += 1
      })
    if (faults > 0 || canonicalJson(document.toJS()) !== canonicalJson(register)) return undefined
    return new RegisterText(this.text.includes('\r\n') ? plain.replaceAll('\n', '\r\n') : plain, document)
  }
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

/** Levels of lists and maps inside each other. A register has few of them, and variants what their values have. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
