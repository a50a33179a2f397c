/** Boxes and ticks in lists: what somebody claims to have done. */
import { bareTitle, readMark } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import type { Context, Reader } from './reader.ts'

/** Adds an item that carries a mark to the checklist of its title; `false` when it carries none. */
export function addChecklistItem(reader: Reader, item: Section, context: Context): boolean {
  const mark = readMark(item.line.text, item.checked)
  const text = bareTitle(mark.text)
  if (mark.form === 'none' || text === '') return false
  const source = { start: item.start, end: item.line.end }
  const { checklists } = reader.draft
  let list = reader.checklistAt.get(context.titleLine)
  if (!list) {
    list = {
      source: { start: context.titleLine, end: item.end },
      rule: 'checklist/title',
      title: bareTitle(context.title) || 'Checklist',
      items: [],
    }
    checklists.push(list)
    reader.checklistAt.set(context.titleLine, list)
  }
  list.source = { ...list.source, end: Math.max(list.source.end, item.end) }
  list.items.push({
    source,
    rule: mark.form === 'box' ? 'checklist/box' : 'checklist/picture',
    text,
    claimed: mark.claimed,
  })
  return true
}
