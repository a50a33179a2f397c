/** Steps of a phase or a rollback: a numbered item or a titled section with its details and code blocks. */
import type { DraftStep } from '../../core/plan/draft.ts'
import { bareTitle, readMark } from '../markdown/clean-text.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { readCode } from './read-code.ts'

/** The step that a section is, or `undefined` when it has no text. Nothing is added to the draft. `place` says where settings in it hold. */
export function readStep(section: Section, rule: string, place: string): DraftStep | undefined {
  const text = bareTitle(readMark(section.line.text || section.title, section.checked).text)
  if (text === '') return undefined
  const inner = collect(section, place)
  return { source: { start: section.start, end: section.end }, rule, text, details: inner.details, code: inner.code }
}

function collect(section: Section, place: string): Pick<DraftStep, 'details' | 'code'> {
  const found = section.blocks.map((block) => collectBlock(block, place))
  return { details: found.flatMap(({ details }) => details), code: found.flatMap(({ code }) => code) }
}

function collectBlock(block: Block, place: string): Pick<DraftStep, 'details' | 'code'> {
  if (block.kind === 'code') return { details: [], code: [readCode(block, place)] }
  if (block.kind === 'text') return { details: block.lines.map((line) => line.text), code: [] }
  if (block.kind === 'table')
    return {
      details: block.rows
        .map((row) => row.cells.map((cell) => cell.text).join(' | '))
        .filter((text) => /\S/.test(text)),
      code: [],
    }
  if (block.kind === 'section') return withTitle(block.section, collect(block.section, place))
  const items = block.items.map((item) => withTitle(item, collect(item, place)))
  return { details: items.flatMap(({ details }) => details), code: items.flatMap(({ code }) => code) }
}

function withTitle(section: Section, inner: Pick<DraftStep, 'details' | 'code'>): Pick<DraftStep, 'details' | 'code'> {
  const { text } = readMark(section.line.text, section.checked)
  return { details: text === '' ? inner.details : [text, ...inner.details], code: inner.code }
}
