/** Items of lists: criteria, triggers, steps, boxes, risks, people, and what stands inside them. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftPhase, DraftStep } from '../../core/plan/draft.ts'
import { findPhase } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle, triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readDuration } from '../grammar/read-quantity.ts'
import { readLadder } from '../grammar/read-stage-title.ts'
import { bareTitle, stripPictures } from '../markdown/clean-text.ts'
import type { Block, Section } from '../markdown/read-tree.ts'
import { addChecklistItem } from './read-checklists.ts'
import { readCode } from './read-code.ts'
import { addFlagSettings } from './read-flags.ts'
import { addMitigation, addRisk, isField, isWatch } from './read-label.ts'
import { addLadderInPhase, addLoneShare, addProseLadder } from './read-ladders.ts'
import { addNote } from './read-notes.ts'
import { addContact, addSigner } from './read-people.ts'
import { addStage, addStatedStages, setPercent, setStageTiming, setTiming } from './read-phases.ts'
import { addRollbackStep, readBudget, saysOnlyWhen } from './read-rollback.ts'
import { addStatedCondition, addStatement } from './read-statements.ts'
import { readStep } from './read-steps.ts'
import { addStatedEvent } from './read-triggers.ts'
import { addEachWait, readWatch } from './read-waits.ts'
import { at, type Context, type Reader } from './reader.ts'

/** "--canary-percent 10", and a ladder in a comment: "# Auto progression: 10→30→50→100%". */
function addCodedShares(reader: Reader, phase: DraftPhase, { text, source }: DraftStep['code'][number]): void {
  const ladder = readLadder(text)
  for (const share of ladder ?? []) addStage(reader, phase, `${share}%`, share, source, 'stage/ladder')
  const option =
    /--?(?:canary-?|traffic-?|rollout-?)?(?:percent(?:age)?|weight|traffic|share)[= ](\d{1,3}(?:\.\d{1,3})?)\b/i.exec(
      text,
    )?.[1]
  if (option !== undefined && Number(option) <= 100) setPercent(reader, phase, Number(option), source)
}

/** How an item hands on what stands inside it. */
export interface Walk {
  readSection(reader: Reader, section: Section, outer: Context): void
  readBlock(reader: Reader, block: Block, section: Section, context: Context): void
}

/** The nearest title that may say where settings hold. */
function placeOfSettings({ phase, title }: Pick<Context, 'phase' | 'title'>): string {
  return [title, phase?.name ?? ''].find((text) => /prod|stag|dev|test|canary/i.test(text)) ?? ''
}

export function addCode(
  reader: Reader,
  block: Extract<Block, { kind: 'code' }>,
  { phase, title }: Context,
): DraftStep['code'][number] {
  const code = readCode(block, placeOfSettings({ phase, title }))
  reader.draft.code.push(code)
  addFlagSettings(reader, code)
  if (phase) addCodedShares(reader, phase, code)
  if (code.content !== 'settings') return code
  const percent = /^\w*(?:PERCENT|PCT|ROLLOUT_WEIGHT|CANARY_WEIGHT)\w*=(\d{1,5}(?:\.\d{1,3})?)\b/m.exec(code.text)?.[1]
  if (phase && percent !== undefined) setPercent(reader, phase, Number(percent), code.source)
  return code
}
export function readItem(reader: Reader, item: Section, ordered: boolean, context: Context, walk: Walk): void {
  if (item.line.text === '' && item.checked === undefined) {
    readInside(reader, item, context, walk)
    return
  }
  const plain =
    item.line.label === undefined ? /^((?:(?!\. )[^:：]){2,60}?) ?[:：](?: (.*))?$/.exec(item.line.text) : undefined
  const label = item.line.label ?? plain?.[1]
  addEachWait(reader, item.line.text, at(item.line))
  const isBudget = readBudget(reader, item.line.text, at(item.line), context.role === 'rollback')
  // "Roll back if errors > 2 %: redeploy v1" is a sentence, and no field of that name.
  const isSentence = label !== undefined && /^(?:roll|revert|abort|if |when ).*[<>≤≥]/i.test(label)
  if (
    label !== undefined &&
    item.checked === undefined &&
    !isSentence &&
    isField(label, plain?.[2] ?? item.line.value, context)
  ) {
    const line = { ...item.line, label, ...(plain ? { value: plain[2] ?? '' } : {}) }
    walk.readSection(reader, { ...item, title: label, line }, context)
    return
  }
  const { role, phase } = context
  const source = { start: item.start, end: item.line.end }
  const isTrigger = addStatedEvent(reader, context, item.line.text, source)
  if (role === 'criteria' || role === 'entry' || role === 'triggers') readStatementItem(reader, item, context, walk)
  else if (role === 'rollback') {
    const isHead =
      label !== undefined && item.blocks.some(({ kind }) => kind === 'list') && classifyTitle(label) === 'steps'
    if (isHead && (plain?.[2] ?? item.line.value ?? '') === '') {
      readInside(reader, item, context, walk)
      return
    }
    const isNoStep = (isBudget || isTrigger) && item.blocks.length === 0 && saysOnlyWhen(item.line.text)
    if (item.checked !== undefined || !isNoStep) readStepItem(reader, item, context)
  } else if (item.checked === undefined && addNote(reader, context, item.line.text, source)) {
    if (!phase && role === 'target') addLoneShare(reader, item.line.text, source)
    readInside(reader, item, context, walk)
  } else if (role === 'mitigation') addMitigation(reader, item.line.text, source)
  else if (role === 'risks') addRisk(reader, context, item.line.text, source, 'risk/item')
  else if (
    phase &&
    item.checked === undefined &&
    (role === 'steps' || (role === undefined && (ordered || isWork(item))))
  )
    readStepItem(reader, item, context)
  else if (
    !phase &&
    ordered &&
    item.checked === undefined &&
    (role === undefined || role === 'steps') &&
    context.title !== reader.draft.title
  ) {
    addLooseStep(reader, item, context)
    readOtherItem(reader, item, label, context, walk)
  } else if (role === 'approval' && addSigner(reader, label, plain?.[2] ?? item.line.value, source))
    addChecklistItem(reader, item, context)
  else if (role === 'people' && addContact(reader, label, plain?.[2] ?? item.line.value, source))
    readInside(reader, item, context, walk)
  else readOtherItem(reader, item, label, context, walk)
}

/** "Deploy search v2", "Enable the flag for our team": work to do, though its list is not numbered. Shares are stages, and numbers conditions. */
function isWork({ line: { text } }: Section): boolean {
  return (
    /^(?:deploy|redeploy|migrate|run|execute|apply|enable|disable|switch (?:on|off|over|to)|turn (?:on|off)|flip|restart|drain|publish|distribute|invite|onboard|announce|notify|provision|upgrade|roll out|send|backfill|promote|remove|delete|rotate|configure|set up)\b(?! ?[:：])/i.test(
      text,
    ) &&
    /^\p{Lu}/u.test(text) &&
    !/[%<>≤≥]/.test(text)
  )
}

const looseLimit = 200

function addLooseStep({ looseSteps }: Reader, item: Section, context: Context): void {
  const step = readStep(item, 'step/item', placeOfSettings({ ...context, title: item.line.text }))
  if (!step || looseSteps.reduce((sum, { steps }) => sum + steps.length, 0) >= looseLimit) return
  const last = looseSteps.at(-1)
  if (last && last.source.start === context.titleLine) last.steps.push(step)
  else
    looseSteps.push({
      title: bareTitle(context.title),
      source: { start: context.titleLine, end: item.end },
      steps: [step],
    })
}

/** A criterion or trigger; an item that only heads a list gives way to the list. */
function readStatementItem(reader: Reader, item: Section, context: Context, walk: Walk): void {
  const nested = item.blocks.some((block) => block.kind === 'list')
  const isTitle =
    item.line.label !== undefined && item.line.value === '' && readConditions(item.line.text).conditions.length === 0
  const isHead = nested && (/[:：]$/.test(item.line.text) || isTitle)
  const source = { start: item.start, end: item.line.end }
  const added =
    !isHead && addStatement(reader, context, { text: item.line.text, source, checked: item.checked, shape: 'item' })
  if (!added) addChecklistItem(reader, item, context)
  readInside(reader, item, isHead && context.role === 'criteria' ? ofNoGo(item, context) : context, walk)
}

/** "HOLD when:" among criteria heads what stops the release. */
function ofNoGo({ line: { text } }: Section, context: Context): Context {
  const said =
    /^(?:no[- ]?go|hold|pause|stop|abort|halt|roll ?back|do not (?:proceed|advance|promote|continue))\b/i.exec(text)
  return said ? { ...context, role: 'triggers', action: triggerAction(said[0]) ?? 'halt' } : context
}

function readStepItem(reader: Reader, item: Section, context: Context): void {
  const isRollback = context.role === 'rollback'
  // "Did the app crash? (Y/N)" is asked of somebody.
  if (!isRollback && /\?(?: ?\(.*\))?$/.test(item.line.text)) return
  const step = readStep(
    item,
    isRollback ? 'rollback/item' : 'step/item',
    placeOfSettings({ ...context, title: item.line.text }),
  )
  if (!step) return
  if (isRollback) {
    addRollbackStep(reader, step)
    if (item.checked !== undefined) addChecklistItem(reader, item, context)
  } else context.phase?.steps.push(step)
  if (!isRollback && context.phase) addStagesAndWaits(reader, context.phase, item)
  // Its code belongs to the document as well, and its own items may be stages or boxes.
  for (const block of item.blocks) {
    if (block.kind === 'code') addCode(reader, block, { ...context, title: item.line.text })
    if (block.kind === 'list')
      for (const child of block.items)
        readInsideStep(reader, child, { ...context, title: step.text, titleLine: item.start })
  }
}

function readInsideStep(reader: Reader, item: Section, context: Context): void {
  if (context.phase && context.role !== 'rollback')
    addStatedStages(reader, context.phase, item.line.text, at(item.line))
  const statement = { text: item.line.text, source: at(item.line), checked: item.checked, shape: 'item' as const }
  const isStated = item.checked !== undefined && addStatedCondition(reader, { ...context, role: undefined }, statement)
  if (item.checked !== undefined && !isStated) addChecklistItem(reader, item, context)
  for (const block of item.blocks) {
    if (block.kind === 'code') addCode(reader, block, context)
    if (block.kind === 'list') for (const child of block.items) readInsideStep(reader, child, context)
  }
}

function readOtherItem(reader: Reader, item: Section, label: string | undefined, context: Context, walk: Walk): void {
  const { phase, role } = context
  const source = { start: item.start, end: item.line.end }
  if (role === 'timing' && label !== undefined) addTimedPhase(reader, label, item, source)
  if (phase && label !== undefined && isWatch(label, item.line.value))
    setTiming(reader, phase, item.line.value, source, 'timing/item')
  const open = role === undefined || role === 'target' || role === 'timing'
  const isStage = phase !== undefined && open && addStagesAndWaits(reader, phase, item)
  if (!phase && (open || role === 'flags' || role === 'steps') && item.checked === undefined)
    addProseLadder(reader, item.line.text, source, context)
  const statement = { text: item.line.text, source, checked: item.checked, shape: 'item' as const }
  if (!isStage && !addStatedCondition(reader, context, statement)) addChecklistItem(reader, item, context)
  readInside(reader, item, context, walk)
}

/** "Week 2: canary", "Canary window: 10 minutes". */
function addTimedPhase(reader: Reader, label: string, { line }: Section, source: SourceRange): void {
  const value = line.label === undefined ? line.text.slice(label.length).replace(/^ ?[:：] ?/, '') : line.value
  const meant = findPhase(reader.draft.phases, value)
  if (meant) {
    setTiming(reader, meant, label, source, 'timing/item')
    return
  }
  const name = label.replace(/ (?:(?:observation|bake|soak|hold|verification) )?(?:windows?|periods?|times?)$/i, '')
  const watchedPhase = readDuration(value)?.index === 0 ? findPhase(reader.draft.phases, name) : undefined
  if (watchedPhase) setTiming(reader, watchedPhase, value, source, 'timing/item')
}

/** "Ramp to 10%", "then 50 %, then 100 %", "Monitor for 2 hours": stages of the phase, and how long the last of them, or the phase, is watched. */
function addStagesAndWaits(reader: Reader, phase: DraftPhase, { line }: Section): boolean {
  if (addLadderInPhase(reader, phase, line.text, at(line)) || addStatedStages(reader, phase, line.text, at(line)))
    return true
  const last = phase.stages.at(-1)
  const watch = readWatch(stripPictures(line.text))
  if (watch && !last) setTiming(reader, phase, watch, at(line), 'timing/item')
  else if (watch && last && !last.timing) setStageTiming(reader, last, watch, at(line), 'timing/item')
  return false
}

function readInside(reader: Reader, item: Section, context: Context, walk: Walk): void {
  const inner =
    item.blocks.length > 0 ? { ...context, title: item.line.text || context.title, titleLine: item.start } : context
  for (const block of item.blocks) walk.readBlock(reader, block, item, inner)
}
