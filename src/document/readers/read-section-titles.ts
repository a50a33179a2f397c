/** Sections that a reader looks for by title and may not find under it: those called triggers, and numbered ones that are no stage. */
import type { DraftSection } from '../../core/plan/draft.ts'
import { classifyTitle } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readStageTitle } from '../grammar/read-stage-title.ts'
import { stripPictures } from '../markdown/clean-text.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { readCode } from './read-code.ts'
import { isRealStage } from './read-phases.ts'

type Held = DraftSection['holds'][number]

/** In the order of the document. */
export function readSectionTitles(section: Section): DraftSection[] {
  const inner = section.blocks.flatMap((block) => (block.kind === 'section' ? readSectionTitles(block.section) : []))
  const announces = section.origin === 'heading' && section.depth > 1 ? announced(section.title) : undefined
  if (announces === undefined) return inner
  const source = { start: section.start, end: section.end }
  const title = stripPictures(section.title)
  const holds = [...new Set(section.blocks.flatMap(heldBy))]
  return [...(title === '' ? [] : [{ source, rule: 'section/title', title, announces, holds }]), ...inner]
}

function announced(title: string): DraftSection['announces'] | undefined {
  const stage = readStageTitle(title)
  if (stage) return isRealStage(stage) ? undefined : 'stage'
  return classifyTitle(title) === 'triggers' ? 'triggers' : undefined
}

function heldBy(block: Block): Held[] {
  if (block.kind === 'section')
    return [...heldByText(block.section.line.value), ...block.section.blocks.flatMap(heldBy)]
  if (block.kind === 'text') return block.lines.flatMap(({ text }) => heldByText(text))
  if (block.kind === 'table')
    return block.rows.flatMap(({ cells }) => heldByText(cells.map(({ text }) => text).join(' ')))
  if (block.kind === 'list')
    return block.items.flatMap((item) => [...heldByText(item.line.text), ...item.blocks.flatMap(heldBy)])
  const { content } = readCode(block)
  return [content === 'commands' || content === 'settings' ? content : 'code']
}

function heldByText(text: string): Held[] {
  if (text === '') return []
  return [readConditions(text).conditions.length > 0 ? 'conditions' : 'text']
}
