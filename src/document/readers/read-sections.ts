/** Walks the tree of a document and hands each block to the reader that its titles call for. */
import type { DraftStep } from '../../core/plan/draft.ts'
import { findPhase } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle, type Role, triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readStageTitle, type StageTitle } from '../grammar/read-stage-title.ts'
import { bareTitle, stripPictures } from '../markdown/clean-text.ts'
import type { Line } from '../markdown/read-lines.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { addChecklistItem } from './read-checklists.ts'
import { readCode } from './read-code.ts'
import { addMitigation, addRisk, isField, readLabel } from './read-label.ts'
import { addOwners } from './read-people.ts'
import {
  addStage,
  addStatedStages,
  isRealStage,
  openPhase,
  restatedPhase,
  setPercent,
  setTiming,
} from './read-phases.ts'
import { addFlagSettings } from './read-references.ts'
import { addRollbackStep, readBudget } from './read-rollback.ts'
import { addStatement } from './read-statements.ts'
import { readStep } from './read-steps.ts'
import { readTable } from './read-tables.ts'
import { at, type Context, type Reader, setObjective } from './reader.ts'

/** Reads a section with everything under it. */
export function readSection(reader: Reader, section: Section, outer: Context): void {
  const context = enterSection(reader, section, outer)
  const isLabel = section.origin === 'label' || section.origin === 'item'
  if (isLabel && section.line.label !== undefined && section.line.value !== '')
    readLabel(reader, section, outer, context)
  if (context.role === 'rollback' || section.origin === 'heading')
    readBudget(reader, section.line.text, at(section.line), context.role === 'rollback')
  for (const block of section.blocks) readBlock(reader, block, section, context)
}

/** Sections in which "Day 1" or "Step 2" is no stage of the rollout. */
const notStaged = new Set<Role>([
  'checklist',
  'rollback',
  'triggers',
  'communication',
  'people',
  'risks',
  'criteria',
  'entry',
  'nextSteps',
  'monitoring',
])
/** These name a part of the section around them rather than something of their own. */
const weak = new Set<Role>(['monitoring', 'steps', 'target', 'objective', 'timing', 'people', 'flags'])

function enterSection(reader: Reader, section: Section, outer: Context): Context {
  const { title, origin } = section
  const place = { ...outer, title: origin === 'document' ? outer.title : title, titleLine: section.start }
  const stage =
    origin === 'heading' || (origin === 'label' && section.line.value === '') ? readStageTitle(title) : undefined
  if (stage && isStaged(stage, outer.role)) return enterStage(reader, section, place, stage)
  // The title of the document names all of it and no part.
  const own = section.depth === 1 && stripPictures(title) === reader.draft.title ? undefined : classifyTitle(title)
  const inherits = own === undefined || (weak.has(own) && outer.role !== undefined && !weak.has(outer.role))
  const role = inherits ? outer.role : own
  const level = /\b(critical|high|medium|moderate|low)\b/i.exec(title)?.[1]
  return {
    ...place,
    role,
    ...(own === 'triggers' ? { action: triggerAction(title) ?? 'rollBack' } : {}),
    ...(role === 'risks' && level ? { riskLevel: level[0]?.toUpperCase() + level.slice(1).toLowerCase() } : {}),
    ...(origin === 'heading' && role === undefined && section.depth === 2 ? { track: bareTitle(title) } : {}),
  }
}

/** Under "Deployment steps" a step is work to do, unless it has a share. */
function isStaged({ kind, percents }: StageTitle, role: Role | undefined): boolean {
  return role === 'steps'
    ? percents.length > 0 || !/^(?:step|etape|步)/.test(kind)
    : role === undefined || !notStaged.has(role)
}

function enterStage(reader: Reader, section: Section, place: Context, stage: StageTitle): Context {
  const source = { start: section.start, end: section.end }
  const inside = { ...place, role: undefined }
  if (!isRealStage(stage)) return { ...inside, role: classifyTitle(stage.rest), phase: undefined }
  const { phase } = place
  if (phase) {
    const [percent, ...more] = stage.percents
    if (percent !== undefined && more.length === 0)
      addStage(reader, phase, stage.name, percent, at(section.start), 'stage/heading', stage.name)
    return inside
  }
  if (place.role === 'flags') return { ...inside, role: place.role, phase: restatedPhase(reader, stage) }
  return { ...inside, phase: openPhase(reader, stage, source, 'phase/heading') }
}

function readBlock(reader: Reader, block: Block, section: Section, context: Context): void {
  if (block.kind === 'section') readSection(reader, block.section, context)
  else if (block.kind === 'code') readCodeBlock(reader, block, section, context)
  else if (block.kind === 'table') readTable(reader, block, context)
  else if (block.kind === 'list') for (const item of block.items) readItem(reader, item, block.ordered, context)
  else for (const line of block.lines) readSentence(reader, line, context)
}

function readCodeBlock(
  reader: Reader,
  block: Extract<Block, { kind: 'code' }>,
  section: Section,
  context: Context,
): void {
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

function addCode(
  reader: Reader,
  block: Extract<Block, { kind: 'code' }>,
  { phase }: Context,
): DraftStep['code'][number] {
  const code = readCode(block)
  reader.draft.code.push(code)
  if (code.content !== 'settings') return code
  addFlagSettings(reader, code)
  const percent = /^\w*(?:PERCENT|PCT|ROLLOUT_WEIGHT|CANARY_WEIGHT)\w*=(\d{1,5}(?:\.\d{1,3})?)\b/m.exec(code.text)?.[1]
  if (phase && percent !== undefined) setPercent(reader, phase, Number(percent), code.source)
  return code
}

/** A line of prose gives a fact only where its section says which. */
function readSentence(reader: Reader, line: Line, context: Context): void {
  const { phase, role } = context
  if (role === 'criteria' || role === 'entry' || role === 'triggers') {
    const read = readConditions(line.text)
    if (read.conditions.length > 0 || read.unread)
      addStatement(reader, context, { text: line.text, source: at(line), shape: 'line' })
  } else if (phase && role === 'objective') {
    setObjective(phase, line.text, at(line))
  } else if (phase && role === 'timing') {
    setTiming(phase, line.text, at(line), 'timing/section')
  } else if (phase && role === undefined) {
    addStatedStages(reader, phase, line.text, at(line))
  }
  readBudget(reader, line.text, at(line), role === 'rollback')
}

function readItem(reader: Reader, item: Section, ordered: boolean, context: Context): void {
  const plain = item.line.label === undefined ? /^([^:：]{2,60}?) ?[:：] (.*)$/.exec(item.line.text) : undefined
  const label = item.line.label ?? plain?.[1]
  readBudget(reader, item.line.text, at(item.line), context.role === 'rollback')
  if (label !== undefined && item.checked === undefined && isField(label, context)) {
    const line = { ...item.line, label, ...(plain ? { value: plain[2] ?? '' } : {}) }
    readSection(reader, { ...item, title: label, line }, context)
    return
  }
  const { role, phase } = context
  const source = { start: item.start, end: item.line.end }
  if (role === 'criteria' || role === 'entry' || role === 'triggers') readStatementItem(reader, item, context)
  else if (role === 'rollback') readStepItem(reader, item, context)
  else if (
    role === 'monitoring' &&
    phase &&
    item.checked !== undefined &&
    readConditions(item.line.text).conditions.length > 0
  )
    readStatementItem(reader, item, { ...context, role: 'criteria' })
  else if (role === 'mitigation') addMitigation(reader, item.line.text, source)
  else if (role === 'risks') addRisk(reader, context, item.line.text, source, 'risk/item')
  else if (phase && item.checked === undefined && (role === 'steps' || (ordered && role === undefined)))
    readStepItem(reader, item, context)
  else if (role === 'people' && label !== undefined)
    addOwners(reader, stripPictures(label), 'owner', source, 'owner/item')
  else readOtherItem(reader, item, label, context)
}

/** A criterion or trigger; an item that only heads a list gives way to the list. */
function readStatementItem(reader: Reader, item: Section, context: Context): void {
  const nested = item.blocks.some((block) => block.kind === 'list')
  const isHead = nested && (/[:：]$/.test(item.line.text) || (item.line.label !== undefined && item.line.value === ''))
  const source = { start: item.start, end: item.line.end }
  const added =
    !isHead && addStatement(reader, context, { text: item.line.text, source, checked: item.checked, shape: 'item' })
  if (!added) addChecklistItem(reader, item, context)
  readInside(reader, item, context)
}

function readStepItem(reader: Reader, item: Section, context: Context): void {
  const isRollback = context.role === 'rollback'
  const step = readStep(item, isRollback ? 'rollback/item' : 'step/item')
  if (!step) return
  if (isRollback) addRollbackStep(reader, step)
  else context.phase?.steps.push(step)
  if (!isRollback && context.phase)
    addStatedStages(reader, context.phase, item.line.label ?? item.line.text, at(item.line))
  // Its code belongs to the document as well, and its own items may be stages or boxes.
  for (const block of item.blocks) {
    if (block.kind === 'code') addCode(reader, block, context)
    if (block.kind === 'list')
      for (const child of block.items)
        readInsideStep(reader, child, { ...context, title: step.text, titleLine: item.start })
  }
}

function readInsideStep(reader: Reader, item: Section, context: Context): void {
  if (context.phase && context.role !== 'rollback')
    addStatedStages(reader, context.phase, item.line.text, at(item.line))
  if (item.checked !== undefined) addChecklistItem(reader, item, context)
  for (const block of item.blocks) {
    if (block.kind === 'code') addCode(reader, block, context)
    if (block.kind === 'list') for (const child of block.items) readInsideStep(reader, child, context)
  }
}

function readOtherItem(reader: Reader, item: Section, label: string | undefined, context: Context): void {
  const { phase, role } = context
  const source = { start: item.start, end: item.line.end }
  if (role === 'timing' && label !== undefined) {
    const meant = findPhase(reader.draft.phases, item.line.value)
    if (meant) setTiming(meant, label, source, 'timing/item')
  }
  const stated =
    phase &&
    (role === undefined || role === 'target' || role === 'timing') &&
    addStatedStages(reader, phase, item.line.label ?? item.line.text, source)
  if (!stated) addChecklistItem(reader, item, context)
  readInside(reader, item, context)
}

function readInside(reader: Reader, item: Section, context: Context): void {
  const inner =
    item.blocks.length > 0 ? { ...context, title: item.line.text || context.title, titleLine: item.start } : context
  for (const block of item.blocks) readBlock(reader, block, item, inner)
}
