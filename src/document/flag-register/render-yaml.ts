/** Values as YAML in the style of our files: lists of plain values on one line, `[a, b]` without blanks and `{ a: b }` with them. */
import { Document, isScalar, type Node, parseDocument, visit } from 'yaml'
import { applySplices, type Splice } from './apply-splices.ts'

export const yamlVersion = { version: '1.2' } as const

/** `isInline`: all of it on one line. */
export function renderYaml(value: unknown, isInline = false): string {
  const document = new Document(null, yamlVersion)
  const contents = document.createNode(value, { aliasDuplicateObjects: false }) as Node
  visit(contents, {
    Map: (_, map) => {
      if (isInline) map.flow = true
    },
    Seq: (_, list) => {
      if (isInline || list.items.every((item) => isScalar(item))) list.flow = true
    },
  })
  document.contents = contents as typeof document.contents
  return tightened(document.toString({ lineWidth: 0 }))
}

/** `[ a, b ]` as people write it: `[a, b]`. */
function tightened(text: string): string {
  const splices: Splice[] = []
  visit(parseDocument(text, yamlVersion), {
    Seq: (_, { flow, range }) => {
      const [start = 0, end = 0] = range ?? []
      if (flow !== true || !/^\[ [^\n]* \]$/.test(text.slice(start, end))) return
      splices.push({ start: start + 1, end: start + 2, text: '' }, { start: end - 2, end: end - 1, text: '' })
    },
  })
  return applySplices(text, splices)
}
