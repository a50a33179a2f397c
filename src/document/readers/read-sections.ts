/** Walks the tree of a document and hands each block to the reader that its titles call for. */
import type { DraftStep } from '../../core/plan/draft.ts'
import { findPhase } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readStageTitle } from '../grammar/read-stage-title.ts'
import { bareTitle, readMark, stripPictures } from '../markdown/clean-text.ts'
import { type Line, readPlainLines } from '../markdown/read-lines.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { enterSection, isRunIn, notStaged } from './enter-section.ts'
import { addCode, type Walk } from './read-items.ts'
import { isField, readLabel } from './read-label.ts'
import { addProseLadder } from './read-ladders.ts'
import { asLadder, readList } from './read-lists.ts'
import { addNote } from './read-notes.ts'
import { addNamedOwner } from './read-people.ts'
import { addStatedStages, setTiming } from './read-phases.ts'
import { addRollbackStep, readBudget } from './read-rollback.ts'
import { addStatedGate, addStatement } from './read-statements.ts'
import { readTable } from './read-tables.ts'
import { addStatedEvent, readSustain } from './read-triggers.ts'
import { addEachWait, readWatch } from './read-waits.ts'
import { at, type Context, type Reader, setObjective } from './reader.ts'

/** Reads a section with everything under it. */
export function readSection(reader: Reader, section: Section, outer: Context): void {
  const context = enterSection(reader, section, outer)
  readTitle(reader, section, outer, context)
  readBlocks(reader, section, context)
}

/** What the line of a title says itself, beside announcing what follows. */
function readTitle(reader: Reader, section: Section, outer: Context, context: Context): void {
  if (context.role === 'rollback') addStatedEvent(reader, context, stripPictures(section.line.text), at(section.line))
  const isLabel = section.origin === 'label' || section.origin === 'item'
  const { label, value } = section.line
  if (isRunIn(section) && context.phase && context.phase !== outer.phase)
    readSentence(reader, { ...section.line, text: value, label: '' }, context)
  else if (isLabel && label !== undefined && value !== '') readLabel(reader, section, outer, context)
  if (isLabel) addEachWait(reader, section.line.text, at(section.line))
  else if (section.origin === 'heading') readTitledField(reader, section, outer, context)
  if (context.role === 'rollback' || section.origin !== 'item')
    readBudget(reader, section.line.text, at(section.line), context.role === 'rollback')
}

function readBlocks(reader: Reader, section: Section, context: Context): void {
  const sustainMs = context.role === 'triggers' ? readSustain(section.line.text) : undefined
  const inside = sustainMs === undefined ? context : { ...context, sustainMs }
  let within = inside
  for (const block of section.blocks) {
    const label = block.kind === 'section' && block.section.origin === 'label' ? block.section : undefined
    const stage = label && !context.phase ? readStageTitle(label.title) : undefined
    const ends = stage && within.phase && readStageTitle(within.phase.name)?.kind === stage.kind
    if (ends || (block.kind === 'section' && block.section.origin === 'heading')) within = inside
    readBlock(reader, block, section, within)
    const said = context.role === 'triggers' ? sustainedIn(block) : undefined
    if (said !== undefined) within = { ...within, sustainMs: said }
    const staged = stage && label ? findPhase(reader.draft.phases, label.title) : undefined
    // "**Phase 1: Pilot**" heads the labels that follow it as a heading would, up to "**Phase 2: Everybody**".
    if (staged) within = { ...context, phase: staged, role: undefined }
  }
}

/** "### Duration: 2-4 hours", "## Owner: Payments": a heading that says it all. */
function readTitledField(reader: Reader, section: Section, outer: Context, context: Context): void {
  const [, label = '', value = ''] = /^([^:：]{2,40}?) ?[:：] (.{2,80})$/.exec(section.title) ?? []
  const role = classifyTitle(label)
  if (role !== 'people' && !(role === 'timing' && outer.phase)) return
  readLabel(reader, { ...section, title: bareTitle(label), line: { ...section.line, label, value } }, outer, context)
}

/** "Any of the following for 10 minutes:" before a list of triggers. */
function sustainedIn(block: Block): number | undefined {
  const texts =
    block.kind === 'text'
      ? block.lines.map(({ text }) => text)
      : block.kind === 'section'
        ? [block.section.line.text]
        : []
  return texts.map(readSustain).find((ms) => ms !== undefined)
}

const walk: Walk = { readSection, readBlock }

function readBlock(reader: Reader, block: Block, section: Section, context: Context): void {
  if (block.kind === 'section') readSection(reader, block.section, context)
  else if (block.kind === 'code') readCodeBlock(reader, block, section, context)
  else if (block.kind === 'table') readTable(reader, block, context)
  else if (block.kind === 'list') readList(reader, block, context, walk)
  else {
    const ladder = asLadder(block.lines)
    if (ladder) readList(reader, ladder, context, walk)
    else for (const line of block.lines) readSentence(reader, line, context)
  }
}

function readCodeBlock(
  reader: Reader,
  block: Extract<Block, { kind: 'code' }>,
  section: Section,
  context: Context,
): void {
  const ladder = block.language === '' ? asLadder(readPlainLines(block.text, block.start + 1)) : undefined
  if (ladder) {
    readList(reader, ladder, context, walk)
    return
  }
  const code = addCode(reader, block, context)
  const step: DraftStep = {
    source: code.source,
    rule: 'step/code',
    text: bareTitle(section.title) || 'Commands',
    details: [],
    code: [code],
  }
  if (context.role === 'rollback') addRollbackStep(reader, { ...step, rule: 'rollback/code' })
  else if (context.phase && (context.role === undefined || context.role === 'steps') && code.content === 'commands')
    context.phase.steps.push(step)
}

/** "Duration: 2 days", "Traffic: 10%" without bold: a field all the same, where the label is one. */
function asField({ phase }: Context, line: Line): Section | undefined {
  const [, label = '', value = ''] = /^(\p{Lu}[\p{L} /-]{1,40}?) ?[:：] (.+)$/u.exec(line.text) ?? []
  if (!phase || label.split(' ').length > 4 || line.label !== undefined) return undefined
  const { start, end } = at(line)
  return { origin: 'label', title: label, line: { ...line, label, value }, depth: 10, start, end, blocks: [] }
}

const sentencesOf = (text: string): string[] => text.split(/(?<=[.!]) (?=\p{Lu})/u)

/** "To roll back, switch the flag off and tell the on-call." */
const toGoBack = /^to (?:roll ?back|revert|go back|undo (?:it|this)),? ((?!is |are |was |need)[^,;]{6,200}?)[.]?$/i

/** A line of prose gives a fact only where its section says which. */
function readSentence(reader: Reader, line: Line, context: Context): void {
  const field = asField(context, line)
  if (field?.line.label !== undefined && isField(field.line.label, field.line.value, context)) {
    readSection(reader, field, context)
    return
  }
  const { phase, role } = context
  const source = at(line)
  if (role === 'criteria' || role === 'entry' || role === 'triggers') {
    const read = readConditions(readMark(line.text, undefined).text)
    if (read.conditions.length > 0 || read.unread)
      addStatement(reader, context, { text: line.text, source, shape: 'line' })
  } else if (phase && role === 'objective') {
    setObjective(phase, line.text, source)
  } else if (phase && role === 'timing') {
    setTiming(reader, phase, line.text, source, 'timing/section')
  } else if (phase && role === undefined) {
    addStatedStages(reader, phase, line.text, source)
    for (const sentence of sentencesOf(line.text)) {
      addStatedGate(reader, context, sentence, source)
      const watch = readWatch(sentence)
      if (watch) setTiming(reader, phase, watch, source, 'timing/line')
    }
  } else if (!phase && (role === undefined || !notStaged.has(role))) {
    addProseLadder(reader, line.text, source, context)
  }
  const undone = role === 'rollback' ? undefined : toGoBack.exec(line.text)?.[1]
  if (undone) addRollbackStep(reader, { source, rule: 'rollback/prose', text: undone, details: [], code: [] })
  addEachWait(reader, line.text, source)
  for (const sentence of sentencesOf(line.text)) addStatedEvent(reader, context, sentence, source)
  addNamedOwner(reader, line.text, source)
  if (role !== 'communication' || !phase) addNote(reader, context, line.text, source)
  readBudget(reader, line.text, source, role === 'rollback')
}
