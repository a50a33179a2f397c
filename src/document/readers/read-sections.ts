/** Walks the tree of a document and hands each block to the reader that its titles call for. */
import type { DraftStep } from '../../core/plan/draft.ts'
import { findPhase } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle, triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readBareStageTitle, readStageTitle, type StageTitle } from '../grammar/read-stage-title.ts'
import { announcesStages, namesStage, platformOf } from '../grammar/stage-words.ts'
import type { Role } from '../grammar/title-words.ts'
import { bareTitle, stripPictures } from '../markdown/clean-text.ts'
import type { Line } from '../markdown/read-lines.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { addCode, type Walk } from './read-items.ts'
import { readLabel } from './read-label.ts'
import { addProseLadder, hasTiming } from './read-ladders.ts'
import { asLadder, notStaged, readList } from './read-lists.ts'
import { addNote } from './read-notes.ts'
import { addNamedOwner } from './read-people.ts'
import {
  addStage,
  addStatedStages,
  isCalendar,
  isRealStage,
  openPhase,
  restatedPhase,
  setPercent,
  setTiming,
} from './read-phases.ts'
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
  if (isLabel && section.line.label !== undefined && section.line.value !== '')
    readLabel(reader, section, outer, context)
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

/** These name a part of the section around them rather than something of their own. */
const weak = new Set<Role>(['monitoring', 'steps', 'target', 'objective', 'timing', 'people', 'flags'])

function enterSection(reader: Reader, section: Section, outer: Context): Context {
  const { title, origin } = section
  const place = {
    ...outer,
    title: origin === 'document' ? outer.title : title,
    titleLine: section.start,
    announced: false,
  }
  // The title of the document names all of it and no part.
  const isWhole = section.depth <= 1 && (origin === 'document' || stripPictures(title) === reader.draft.title)
  const stage = isWhole ? undefined : stageOf(section, outer)
  if (stage && isStaged(stage, outer.role)) return enterStage(reader, section, place, stage)
  const said = isWhole ? undefined : classifyTitle(title)
  const own = said === 'triggers' && startsRelease(reader, title, outer) ? undefined : said
  const inherits =
    own === undefined ||
    (own === 'rollback' && outer.role === 'triggers') ||
    (weak.has(own) && outer.role !== undefined && !weak.has(outer.role))
  const role = roleOf(section, own, outer, inherits)
  const level = /\b(critical|high|medium|moderate|low)\b/i.exec(title)?.[1]
  const track =
    origin === 'heading' && !isWhole && section.depth <= 2 && role === undefined ? bareTitle(title) : outer.track
  return {
    ...place,
    role,
    ...(track ? { track: platformOf(track) ?? track } : {}),
    ...groupOf(section, own, outer, isWhole),
    announced: isWhole ? false : announces(section, role),
    ...(own === 'triggers' ? { action: triggerAction(title) ?? 'rollBack' } : {}),
    ...(role === 'risks' && level ? { riskLevel: level[0]?.toUpperCase() + level.slice(1).toLowerCase() } : {}),
  }
}

/** "Automatic triggers" of a workflow, outside everything about going back, are what starts a release. */
function startsRelease({ draft }: Reader, title: string, { role, title: around }: Context): boolean {
  const isGeneral = /^(?:manual|automatic|scheduled|workflow|pipeline|deployment) triggers?$/i.test(bareTitle(title))
  return isGeneral && role === undefined && !/roll-? ?back|abort|halt|stop|revert/i.test(`${around} ${draft.title}`)
}

function roleOf({ title }: Section, own: Role | undefined, outer: Context, inherits: boolean): Role | undefined {
  if (own === 'checklist' && outer.phase && /pre-?requisi/i.test(title)) return 'entry'
  if (outer.role === 'triggers' && /^(?:if|when|si|se|wenn) /i.test(bareTitle(title)) && !/[:：]$/.test(title.trim()))
    return 'rollback'
  return inherits ? outer.role : own
}

/** Whether what stands under this title is likely to be stages. */
function announces({ title, origin }: Section, role: Role | undefined): boolean {
  const open = role === undefined || role === 'timing' || role === 'steps' || role === 'target' || role === 'flags'
  return open && origin !== 'item' && announcesStages(bareTitle(title))
}

/** "Success criteria" or "Halt rules" could stand anywhere: what tells them apart is the title around them. */
function groupOf(
  { title, origin, line }: Section,
  own: Role | undefined,
  outer: Context,
  isWhole: boolean,
): { group?: string } {
  if (origin === 'item') return {}
  const bare = bareTitle(title)
  const general =
    /^(?:(?:automatic|automated|key|overall|general|final|global) )?(?:success|exit|entry|halt|stop|abort|rollback|monitoring|metrics?|criteri(?:a|on)|kpis?|slos?|triggers?|alerts?|gates?|validation|thresholds?|conditions?|rules?|\(stop rollout\)|[&/]| )+$/i
  const isGate = (/\bgates?\b/i.test(bare) && !general.test(bare)) || readStageTitle(bare) !== undefined
  const isSentence = origin === 'label' && !isGate && bare.split(' ').length > 3
  // Inside a list of criteria, headings sort them; a line that merely ends in a colon is a sentence.
  const sorts = outer.role === 'criteria' || outer.role === 'entry' || (origin === 'label' && line.label === undefined)
  if (isWhole || own === 'triggers' || isSentence || (general.test(bare) && own !== 'monitoring') || (sorts && !isGate))
    return {}
  const group = (own === undefined && platformOf(bare)) || bare
  return group === '' ? {} : { group }
}

/** The stage that a title is: numbered, or told by its share or its place in a countdown, or by the title above it. */
function stageOf(section: Section, { announced, phase, role }: Context): StageTitle | undefined {
  const { title, origin, line } = section
  if (origin !== 'heading' && !(origin === 'label' && line.value === '')) return undefined
  const numbered = readStageTitle(title)
  if (numbered) return numbered
  const bare = origin === 'heading' || announced ? readBareStageTitle(title) : undefined
  if (bare) return bare
  const isTimed = origin === 'heading' && section.depth === 2 && classifyTitle(title) === undefined && hasTiming(title)
  if (isTimed && !phase)
    return { name: title, kind: '', ordinal: /^\d+/.exec(title)?.[0] ?? '', rest: bareTitle(title), percents: [] }
  const isLong = title.split(' ').length > 8 || /^total\b/i.test(title)
  if (!announced || isLong || phase || role === 'flags' || !namesStage(title) || classifyTitle(title) !== undefined)
    return undefined
  return { name: bareTitle(title), kind: '', ordinal: '', rest: bareTitle(title), percents: [] }
}

/** Under "Deployment steps" a step is work to do, unless it has a share. */
function isStaged(stage: StageTitle, role: Role | undefined): boolean {
  const { kind, percents } = stage
  if (role === 'steps') return percents.length > 0 || !/^(?:step|etape|步)/.test(kind)
  if (
    isNumbered(stage) &&
    (role === 'checklist' || role === 'criteria' || role === 'monitoring' || role === 'nextSteps')
  )
    return true
  return role === undefined || !notStaged.has(role)
}

function isNumbered({ kind }: StageTitle): boolean {
  return /^(?:phase|stage|wave|ring|fase|etapa|etape|vague|フェーズ|阶段)$/.test(kind)
}

function enterStage(reader: Reader, section: Section, place: Context, stage: StageTitle): Context {
  const source = { start: section.start, end: section.end }
  const { group: _, part: __, ...around } = place
  const inside = { ...around, role: undefined }
  if (stage.kind !== '' && !isRealStage(stage)) {
    const role = classifyTitle(stage.rest)
    return {
      ...inside,
      role,
      phase: undefined,
      group: stage.name,
      ...(role === 'triggers' ? { action: 'rollBack' as const } : {}),
    }
  }
  const { phase } = place
  const isNested = phase !== undefined && (!isNumbered(stage) || readStageTitle(phase.name) !== undefined)
  if (phase && isNested) {
    const [percent, ...more] = stage.percents
    if (percent === undefined || more.length > 0) return { ...inside, part: { stage: undefined } }
    const isShareAlone = /^\W*\d{1,3}(?:\.\d{1,3})? ?%/.test(stage.rest)
    if (stage.kind === '' && !isShareAlone && !namesStage(stage.name)) {
      setPercent(reader, phase, percent, at(section.start))
      return inside
    }
    addStage(reader, phase, stage.name, percent, at(section.start), 'stage/heading', stage.name)
    return { ...inside, part: { stage: phase.stages.find(({ name }) => name === stage.name) } }
  }
  const known = restatedPhase(reader, stage)
  // "Step 2: Watch the first stage" tells how, where a table has said which stages there are.
  if (stage.kind === 'step' && stage.percents.length === 0 && !known && hasShares(reader)) return inside
  if (isCalendar(stage) && !known && reader.draft.phases.some(({ name }) => isNumbered(readStageTitle(name) ?? stage)))
    return inside
  if (place.role === 'checklist' && known) return { ...inside, role: 'checklist', phase: known }
  if (place.role === 'flags') return { ...inside, role: place.role, phase: known }
  return { ...inside, phase: openPhase(reader, stage, source, 'phase/heading', place.track) }
}

const hasShares = ({ draft }: Reader): boolean =>
  draft.phases.filter(({ rule, percent }) => rule !== 'phase/heading' && percent !== undefined).length > 1

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

/** A line of prose gives a fact only where its section says which. */
function readSentence(reader: Reader, line: Line, context: Context): void {
  const { phase, role } = context
  const source = at(line)
  if (role === 'criteria' || role === 'entry' || role === 'triggers') {
    const read = readConditions(line.text)
    if (read.conditions.length > 0 || read.unread)
      addStatement(reader, context, { text: line.text, source, shape: 'line' })
  } else if (phase && role === 'objective') {
    setObjective(phase, line.text, source)
  } else if (phase && role === 'timing') {
    setTiming(reader, phase, line.text, source, 'timing/section')
  } else if (phase && role === undefined) {
    addStatedStages(reader, phase, line.text, source)
    for (const sentence of line.text.split(/(?<=[.!]) (?=\p{Lu})/u)) {
      addStatedGate(reader, context, sentence, source)
      const watch = readWatch(sentence)
      if (watch) setTiming(reader, phase, watch, source, 'timing/line')
    }
  } else if (!phase && (role === undefined || !notStaged.has(role))) {
    addProseLadder(reader, line.text, source, context)
  }
  addEachWait(reader, line.text, source)
  addStatedEvent(reader, context, line.text, source)
  addNamedOwner(reader, line.text, source)
  if (role !== 'communication' || !phase) addNote(reader, context, line.text, source)
  readBudget(reader, line.text, source, role === 'rollback')
}
