/** How a YAML plan looks: each section under a line that says what it is, small maps on one line, long text folded. */
import { Document, isCollection, isMap, isPair, isScalar, isSeq, type Pair, visit, type YAMLMap } from 'yaml'
import { PlanYaml } from './plan-yaml.ts'
import type { WrittenMap } from './written.ts'

const lineWidth = 120
/** What may stand on one line together. */
const smallMap = 100
const smallList = 24

export function layOutPlan(plan: WrittenMap, schema: string): string {
  const document = new Document(plan, { version: '1.2' })
  const root = document.contents
  if (!isMap(root)) throw new Error('a plan is written as a map')
  for (const pair of root.items) addSection(pair)
  visit(document, {
    Map(_, map) {
      if (
        map !== root &&
        isSmall(
          map.items.flatMap(({ key, value }) => [key, value]),
          smallMap,
        )
      )
        map.flow = true
    },
    Seq(_, seq) {
      if (isSmall(seq.items, smallList) && seq.items.length > 0 && !seq.items.some(isSentence)) seq.flow = true
    },
  })
  document.commentBefore = ` yaml-language-server: $schema=${schema}`
  return document.toString({ lineWidth, minContentWidth: 40 })
}

function addSection({ key, value }: Pair): void {
  if (!isScalar(key)) return
  const name = String(key.value)
  const description = PlanYaml.shape[name as keyof typeof PlanYaml.shape]?.description
  if (!isCollection(value) || description === undefined) return
  key.spaceBefore = true
  key.commentBefore = ` ${description}`
  // Phases are long; a reader needs to see where one ends.
  if (name === 'phases' && isSeq(value))
    for (const [index, phase] of value.items.entries()) if (isMap(phase)) (phase as YAMLMap).spaceBefore = index > 0
}

function isSmall(nodes: readonly unknown[], limit: number): boolean {
  let length = 0
  for (const node of nodes) {
    if (isPair(node) || !isScalar(node)) return false
    const text = String(node.value)
    if (text.includes('\n')) return false
    length += text.length + 2
  }
  return length <= limit
}

function isSentence(node: unknown): boolean {
  return isScalar(node) && /\s/.test(String(node.value))
}
