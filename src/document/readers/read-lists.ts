/** Lists: ladders whose items are stages, and all others. */
import { readStageTitle } from '../grammar/read-stage-title.ts'
import type { Line } from '../markdown/read-lines.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { notStaged } from './enter-section.ts'
import { readItem, type Walk } from './read-items.ts'
import { openRung, readListLadder } from './read-ladders.ts'
import { isCalendar } from './read-phases.ts'
import { readBudget } from './read-rollback.ts'
import { at, type Context, type Reader, type Rung, setObjective } from './reader.ts'

type List = Extract<Block, { kind: 'list' }>

/** Lines without marks of a list, each a stage ("Day 1: 1%", "Day 2: 5%"), as the list that they are; `undefined` for any others. */
export function asLadder(lines: readonly Line[]): List | undefined {
  if (lines.length < 2 || lines.some(({ text }) => readStageTitle(text)?.percents.length !== 1)) return undefined
  const items = lines.map((line): Section => {
    const { start, end } = at(line)
    return { origin: 'item', title: line.text, line, depth: 0, start, end, blocks: [] }
  })
  return { kind: 'list', ordered: false, items }
}

export function readList(reader: Reader, block: List, context: Context, walk: Walk): void {
  const { role, phase, announced } = context
  const open = !phase && (role === undefined || !notStaged.has(role))
  const rungs = open ? readListLadder(block.items, block.ordered, announced === true) : undefined
  if (!rungs || isCalendarBeside(reader, rungs)) {
    for (const item of block.items) readItem(reader, item, block.ordered, context, walk)
    return
  }
  for (const [index, rung] of rungs.entries()) {
    const item = block.items[index]
    const opened = openRung(reader, rung, context, 'phase/list')
    if (!item) continue
    readBudget(reader, item.line.text, at(item.line), false)
    if (item.line.label !== undefined && item.line.value !== '') setObjective(opened, item.line.value, at(item.line))
    const inside = { ...context, role: undefined, phase: opened, title: rung.title.name, titleLine: item.start }
    for (const inner of item.blocks) walk.readBlock(reader, inner, item, inside)
  }
}

/** "Week 1: monetization" in a summary of phases that have headings. */
const isCalendarBeside = ({ draft }: Reader, rungs: readonly Rung[]): boolean =>
  rungs.every(({ percent }) => percent === undefined) &&
  rungs.some(({ title }) => isCalendar(title)) &&
  draft.phases.some(({ rule }) => rule === 'phase/heading')
