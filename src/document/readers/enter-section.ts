/** What a title makes of what stands under it: the role of the section, the phase that it is or belongs to, what its triggers do. */
import { classifyTitle, triggerAction } from '../grammar/classify-title.ts'
import { readBareStageTitle, readPercents, readStageTitle, type StageTitle } from '../grammar/read-stage-title.ts'
import { announcesStages, namesStage, platformOf } from '../grammar/stage-words.ts'
import type { Role } from '../grammar/title-words.ts'
import { bareTitle, foldCase, stripPictures } from '../markdown/clean-text.ts'
import type { Section } from '../markdown/read-tree.ts'
import { hasTiming } from './read-ladders.ts'
import { addStage, isCalendar, isRealStage, openPhase, restatedPhase, setPercent } from './read-phases.ts'
import { at, type Context, type Reader } from './reader.ts'
import { columns, type Table } from './table-columns.ts'

/** Sections in which "Day 1" or "Step 2" is no stage of the rollout. */
export const notStaged = new Set<Role>([
  'checklist',
  'appendix',
  'rollback',
  'triggers',
  'communication',
  'people',
  'risks',
  'criteria',
  'entry',
  'nextSteps',
  'monitoring',
  'exclusions',
  'dependencies',
  'windows',
  'changelog',
  'commits',
])
/** These name a part of the section around them rather than something of their own. */
const weak = new Set<Role>(['monitoring', 'steps', 'target', 'objective', 'timing', 'people', 'flags'])

/** What holds inside a section, from its title and what holds around it; a title that is a stage opens its phase. */
export function enterSection(reader: Reader, section: Section, outer: Context): Context {
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
    (own === 'rollback' && outer.role === 'triggers' && !/procedure|steps?\b|process|playbook|runbook/i.test(title)) ||
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
    ...(own === 'triggers' || (role === 'triggers' && triggerAction(title))
      ? { action: triggerAction(title) ?? 'rollBack' }
      : {}),
    // What is done then need not be going back.
    ...(own === 'rollback' && /contingenc/i.test(title) ? { action: triggerAction(title) ?? 'notify' } : {}),
    ...(role === 'risks' && level ? { riskLevel: level[0]?.toUpperCase() + level.slice(1).toLowerCase() } : {}),
  }
}

/** "Automatic triggers" of a workflow, outside everything about going back, are what starts a release. */
function startsRelease({ draft }: Reader, title: string, { role, title: around }: Context): boolean {
  const isGeneral = /^(?:manual|automatic|scheduled|workflow|pipeline|deployment) triggers?$/i.test(bareTitle(title))
  return isGeneral && role === undefined && !/roll-? ?back|abort|halt|stop|revert/i.test(`${around} ${draft.title}`)
}

function roleOf({ title }: Section, own: Role | undefined, outer: Context, inherits: boolean): Role | undefined {
  // What rollback, pause and alert mean in this plan, under its gates.
  if (outer.role === 'criteria' && /^(?:automat(?:ed|ic) )?(?:actions?|responses?)$/i.test(bareTitle(title)))
    return 'appendix'
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
  if (origin !== 'heading' && !(origin === 'label' && (line.value === '' || isRunIn(section)))) return undefined
  const numbered = readStageTitle(title)
  if (numbered) return numbered
  const bare = origin === 'heading' || announced ? readBareStageTitle(title) : undefined
  if (bare) return bare
  const isTimed = origin === 'heading' && section.depth === 2 && classifyTitle(title) === undefined && hasTiming(title)
  if (isTimed && !phase)
    return {
      name: title,
      kind: '',
      ordinal: /^\d+/.exec(title)?.[0] ?? '',
      rest: bareTitle(title),
      percents: readPercents(title),
    }
  const isLong = title.split(' ').length > 8 || /^total\b/i.test(title)
  if (section.blocks.some((block) => block.kind === 'table' && hasLadder(block))) return undefined
  if (!announced || isLong || phase || role === 'flags' || !namesStage(title) || classifyTitle(title) !== undefined)
    return undefined
  return { name: bareTitle(title), kind: '', ordinal: '', rest: bareTitle(title), percents: [] }
}

/** "**Step 1 – dual write (1 week).** Write to both …": a heading on the line of its text. */
export function isRunIn({ title, line }: Section): boolean {
  return line.value !== '' && line.text.startsWith(`${title}. `)
}

/** "Standard rollout" over a table of stages is no stage. */
const hasLadder = ({ header }: Table): boolean => {
  const names = header.map((name) => foldCase(bareTitle(name)))
  return [columns.stage, columns.percent].every((column) => names.some((name) => column.test(name)))
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
