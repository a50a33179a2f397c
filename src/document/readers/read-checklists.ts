/** Boxes and ticks in lists and tables: what somebody claims to have done. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftChecklist } from '../../core/plan/draft.ts'
import { bareTitle, readMark } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import { at, type Context, type Reader } from './reader.ts'
import type { Row } from './table-columns.ts'

/** Adds an item that carries a mark to the checklist of its title; `false` when it carries none. */
export function addChecklistItem(reader: Reader, item: Section, context: Context): boolean {
  const mark = readMark(item.line.text, item.checked)
  const text = bareTitle(mark.text)
  if (mark.form === 'none' || text === '') return false
  const list = checklistOf(reader, context, item.end)
  list.items.push({
    source: { start: item.start, end: item.line.end },
    rule: mark.form === 'box' ? 'checklist/box' : 'checklist/picture',
    text,
    claimed: mark.claimed,
  })
  return true
}

const isDone = /^\[[xX]\]|[✅☑✔]|^(?:done|completed?|yes|ready|passed|ok)\b/iu

/** "| 1 | Restore tested | PENDING |" under a checklist: its first words, done where another cell says so. */
export function addChecklistRow(reader: Reader, row: Row, context: Context): void {
  const [text = '', ...others] = Object.values(row.all).filter((cell) => !/^\d{0,3}[.)]?$/.test(cell))
  if (text === '') return
  const source: SourceRange = at(row.line)
  const claimed = others.some((cell) => isDone.test(cell)) || readMark(text, undefined).claimed
  const item = bareTitle(readMark(text, undefined).text)
  checklistOf(reader, context, row.line).items.push({ source, rule: 'checklist/table', text: item, claimed })
}

/** The checklist of the title around, which goes on to line `end`. */
function checklistOf(reader: Reader, { title, titleLine }: Context, end: number): DraftChecklist {
  const known = reader.checklistAt.get(titleLine)
  const list = known ?? {
    source: { start: titleLine, end },
    rule: 'checklist/title',
    title: bareTitle(title) || 'Checklist',
    items: [],
  }
  if (!known) {
    reader.draft.checklists.push(list)
    reader.checklistAt.set(titleLine, list)
  }
  list.source = { ...list.source, end: Math.max(list.source.end, end) }
  return list
}
