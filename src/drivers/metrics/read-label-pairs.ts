/** The part between the braces of a sample or a selector: `a="b", c=~"d"`. */

const pair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,\s*|$)/y
const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

export interface LabelPair {
  label: string
  operator: string
  value: string
}

/** The pairs in order, a comma at the end allowed; undefined if any of the text is something else. */
export function readLabelPairs(text: string): LabelPair[] | undefined {
  const pairs: LabelPair[] = []
  pair.lastIndex = 0
  for (let position = 0; position < text.trimEnd().length; position = pair.lastIndex) {
    pair.lastIndex = position
    const match = pair.exec(text)
    if (!match) return undefined
    const [, label = '', operator = '', value = ''] = match
    pairs.push({ label, operator, value: value.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole) })
  }
  return pairs
}
