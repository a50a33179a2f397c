/** Settings between two lines of dashes before the text of a document, as Jekyll, Hugo and Obsidian have them. */

export interface FrontMatter {
  /** Plain `key: value` pairs; lists and nested settings are left out. */
  fields: { label: string; value: string; line: number }[]
  /** The document with empty lines in place of the settings. */
  text: string
}

const lineLimit = 100
const pair = /^(\p{L}[\p{L}\d_ -]{0,60}):(?: +(.*))?$/u
/** An empty line, a comment, or what goes on from the line before. */
const continued = /^(?:\s|#|-( |$)|$)/

/** Lines have to end in `\n`. A document without such settings has none, and stays as it is. */
export function takeFrontMatter(text: string): FrontMatter {
  const lines = text.split('\n', lineLimit + 2)
  const last = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/.test(line))
  const inside = lines.slice(1, last)
  const isSettings = /^---\s*$/.test(lines[0] ?? '') && inside.some((line) => pair.test(line))
  if (last < 0 || !isSettings || !inside.every((line) => pair.test(line) || continued.test(line)))
    return { fields: [], text }
  const fields = inside.flatMap((line, index) => {
    const [, label = '', said = ''] = pair.exec(line) ?? []
    const value = said.replace(/^(["'])(.*)\1$/, '$2').trim()
    return label === '' || value === '' || /^[[{|>&*]/.test(value) ? [] : [{ label, value, line: index + 2 }]
  })
  const end = lines.slice(0, last + 1).join('\n').length
  return { fields, text: '\n'.repeat(last) + text.slice(end) }
}
