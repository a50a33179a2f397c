/** Phases and the stages inside them: opened by headings and table rows, and merged where the document says the same thing twice. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftPhase, DraftStage } from '../../core/plan/draft.ts'
import { significantWords } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle } from '../grammar/classify-title.ts'
import {
  readBareStageTitle,
  readLadder,
  readPercents,
  readStageTitle,
  type StageTitle,
} from '../grammar/read-stage-title.ts'
import { type ReadTiming, readTiming } from '../grammar/read-timing.ts'
import { announcesStages, namesStage } from '../grammar/stage-words.ts'
import { foldCase } from '../markdown/clean-text.ts'
import { phaseLimit, type Reader, report } from './reader.ts'

const weekMs = 7 * 86_400_000

/** What a title is made of that names a part of the plan: "Success Criteria & SLOs", "Rollback plan", "Risks and mitigations". */
const partOfPlan =
  /^(?:(?:success|exit|entry|acceptance|completion|criteri(?:a|on)|slos?|kpis?|metrics?|thresholds?|triggers?|alerts?|risks?|mitigations?|roll-?backs?|roll back|revert|contingency|recovery|plans?|procedures?|strategy|register|matrix|conditions?|handling|and|or|if|when|the|of|criteres?|succes|sortie|metriques?|risques?|retour|arriere|seuils?|declencheurs?|criterios?|sucesso|saida|exito|metricas?|riscos?|riesgos?|reversao|plano|de|d|e|et|y)(?![a-z])|[\s&,/()’'–—-])+$/

/** "Phase 4: Success Criteria", "Phase 2: Feature Flags" and "Phase 5 (Future)" only look like stages; "Phase 1: Behind the flag" and "Phase 2: Risk dashboards" are. */
export function isRealStage({ rest }: StageTitle): boolean {
  const role = classifyTitle(rest)
  if (role === 'flags')
    return !/\b(?:flags|toggles)\b|\b(?:flag|toggle)s?$/i.test(
      rest.replace(/\b(?:behind|by|with|via|through) .*$/i, ''),
    )
  if (/\bfuture\b/i.test(rest) || /^failure\b/i.test(rest)) return false
  const isPart = role !== undefined && ['criteria', 'triggers', 'risks', 'mitigation', 'rollback'].includes(role)
  return !isPart || !partOfPlan.test(foldCase(rest))
}

/** "Week 2", "Day 3" without a share. */
export const isCalendar = ({ kind, percents }: StageTitle): boolean =>
  /^(?:week|day|hour|sprint|semaine|jour|semana|dia)$/.test(kind) && percents.length === 0

/** The phase of this title: a new one, or the one that an earlier part of the document opened already. */
export function openPhase(
  reader: Reader,
  title: StageTitle,
  source: SourceRange,
  rule: string,
  track?: string,
): DraftPhase {
  const known = restatedPhase(reader, title) ?? outlinedPhase(reader, title)
  const phase = known ?? newPhase(title, source, rule, track)
  if (!known) addPhase(reader, phase)
  else if (rule === 'phase/heading' && isOutlined(known))
    Object.assign(phase, { name: title.name, ordinal: title.ordinal, source, rule })
  const heading = { start: source.start, end: source.start }
  const ladder = readLadder(title.rest.replace(/(?<=%) ?[-–—] ?(?=\d{1,3}(?:\.\d{1,3})? ?%)/g, ' → '))
  const [percent] = title.percents
  if (percent !== undefined && !ladder) setPercent(reader, phase, percent, heading)
  for (const share of ladder ?? []) addStage(reader, phase, `${share}%`, share, heading, 'stage/ladder')
  const bracket = /[(（]([^()（）]{1,60})[)）]/.exec(title.rest)?.[1]
  if (bracket && isTimed(readTiming(bracket, { year: reader.year })))
    setTiming(reader, phase, bracket, heading, 'timing/heading')
  return phase
}

/** A list or table of stages near the top of a document is the outline of the headings that follow. */
function outlinedPhase(reader: Reader, title: StageTitle): DraftPhase | undefined {
  const words = significantWords(title.rest)
  const outline = reader.draft.phases.filter(isOutlined)
  const byWords = outline.filter((phase) => {
    const own = significantWords(phase.name)
    return own.length > 0 && words.length > 0 && own.every((word) => words.includes(word))
  })
  if (byWords.length === 1) return byWords[0]
  return outline.find((phase) => {
    const known = readStageTitle(phase.name)
    return known?.ordinal === title.ordinal && known.kind === title.kind
  })
}

function isOutlined({ rule }: DraftPhase): boolean {
  return rule === 'phase/list' || rule === 'phase/calendar'
}

/** The phase with this number that shares a word of its name, or has no other name. */
export function restatedPhase(reader: Reader, { kind, ordinal, rest }: StageTitle): DraftPhase | undefined {
  const words = significantWords(rest)
  return reader.draft.phases.find((phase) => {
    // The cheap comparison first: every heading is held against every phase.
    if (phase.ordinal !== ordinal) return false
    const title = readStageTitle(phase.name)
    if (!title || title.kind !== kind || title.ordinal !== ordinal) return false
    const own = significantWords(title.rest)
    return words.length === 0 || own.length === 0 || words.some((word) => own.includes(word))
  })
}

export function addPhase(reader: Reader, phase: DraftPhase): void {
  if (reader.draft.phases.length < phaseLimit) reader.draft.phases.push(phase)
  else if (!reader.diagnostics.some(({ ruleId }) => ruleId === 'TOO_MANY_PHASES'))
    report(
      reader,
      'error',
      'TOO_MANY_PHASES',
      phase.source,
      `more than ${phaseLimit} phases; this one and those after it are not read`,
      'split the plan',
    )
}

export function newPhase(
  { name, ordinal }: StageTitle,
  source: SourceRange,
  rule: string,
  track: string | undefined,
): DraftPhase {
  return {
    source,
    rule,
    name,
    ...(ordinal === '' ? {} : { ordinal }),
    ...(track === undefined ? {} : { track }),
    steps: [],
    stages: [],
    entryCriteria: [],
    criteria: [],
    triggers: [],
  }
}

/** Weeks of a calendar are phases where the document names no others. */
export function settleCalendars({ draft }: Reader): void {
  const named = draft.phases.filter(({ rule }) => rule !== 'phase/calendar')
  if (named.length > 0) draft.phases = named
}

/** "Cutover steps: 1. … 2. …": what a document without phases does, under each title that says so. */
export function settleLooseSteps(reader: Reader): void {
  if (reader.draft.phases.length > 0) return
  for (const { title, source, steps } of reader.looseSteps) {
    if (!namesStage(title) && classifyTitle(title) !== 'steps' && !announcesStages(title)) continue
    // "Suggested rollout stages: 1. … 2. …" are stages; "Cutover steps" are the steps of one.
    const isEach = /\b(?:stages|phases|waves|rings)\b/i.test(title)
    const parts = isEach
      ? steps.map((step) => ({ name: step.text, source: step.source, steps: [] }))
      : [{ name: title, source, steps }]
    for (const part of parts) {
      const named = { name: part.name, kind: '', ordinal: '', rest: part.name, percents: [] }
      addPhase(reader, { ...newPhase(named, part.source, 'phase/steps', undefined), steps: part.steps })
    }
  }
}

/** A share of traffic or users; the first one stated counts, and an impossible one is an error. */
export function setPercent(reader: Reader, phase: DraftPhase, percent: number, source: SourceRange): void {
  if (isShare(reader, percent, source)) phase.percent ??= percent
}

/** The first timing stated counts; a later one only adds what that one leaves open. */
export function setTiming(reader: Reader, phase: DraftPhase, text: string, source: SourceRange, rule: string): void {
  const timing = readTiming(text, { year: reader.year })
  const known = phase.timing
  if (!known || !isTimed(known) || isBetter(rule, known.rule)) phase.timing = { source, rule, ...timing }
  else if (isTimed(timing)) phase.timing = { ...timing, ...known }
}

/** What a label says of a stage counts before what its title says. */
export function setStageTiming(
  { year }: Reader,
  stage: DraftStage,
  text: string,
  source: SourceRange,
  rule = 'timing/label',
): void {
  const timing = readTiming(text, { year })
  if (isTimed(timing)) stage.timing = { source, rule, ...timing }
}

export function isTimed({ durationMs, startOffsetMs, dates, anchor }: ReadTiming): boolean {
  return durationMs !== undefined || startOffsetMs !== undefined || dates !== undefined || anchor !== undefined
}

/** A label says it on purpose; the brackets of a heading may mean something else. */
function isBetter(rule: string, known: string): boolean {
  return known === 'timing/heading' && rule === 'timing/label'
}

/** Adds a stage unless the phase has it already; what a ladder on one line only counted gets the name that it has elsewhere. */
export function addStage(
  reader: Reader,
  phase: DraftPhase,
  name: string,
  percent: number,
  source: SourceRange,
  rule: string,
  timingText?: string,
): void {
  if (!isShare(reader, percent, source)) return
  const known = phase.stages.find(
    (stage) =>
      stage.percent === percent && (stage.name === name || stage.name === `${percent}%` || name === `${percent}%`),
  )
  if (known && !(known.rule === 'stage/ladder' && name !== known.name)) return
  const weekStartMs = Math.floor((phase.timing?.startOffsetMs ?? 0) / weekMs) * weekMs
  const timing = timingText === undefined ? undefined : readTiming(timingText, { weekStartMs, year: reader.year })
  const timed = timing && isTimed(timing)
  const stage = {
    source,
    rule,
    name,
    percent,
    ...(timed ? { timing: { source, rule: 'timing/stage', ...timing } } : {}),
  }
  if (known) Object.assign(known, stage)
  else phase.stages.push(stage)
}

/** "10% for 24 hours", "Shift 10 % of traffic", "Then 50%": a share, and before it no more than what is done to reach it. */
const statedShare = new RegExp(
  [
    /^(?:(?:and|then|next|finally|afterwards),? )?/,
    /(?:(?:shift|route|send|move|direct|increase|raise|ramp|expand|go|start|begin)(?: up)?(?: (?:it|traffic|exposure|the canary|the rollout))?(?: (?:to|at|with))? )?/,
    /(\d{1,6}(?:\.\d{1,4})?) ?%(?= ?(?:$|[.:：(—–-]|of (?:the )?(?:traffic|users|requests)|traffic|users|rollout|canary|for (?:\d|an?\b|one\b)))/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
)

/** "Day 8: 40% traffic", "25% → 50% → 100%", "10% for 24 hours" inside a phase. */
export function addStatedStages(reader: Reader, phase: DraftPhase, text: string, source: SourceRange): boolean {
  const ladder = readLadder(text)
  if (ladder) {
    for (const percent of ladder) addStage(reader, phase, `${percent}%`, percent, source, 'stage/ladder')
    return true
  }
  const title = readStageTitle(text) ?? bracketedShare(text)
  const [percent, ...more] = title?.percents ?? []
  if (title && percent !== undefined && more.length === 0 && title.kind !== 'phase') {
    const name = text.slice(0, /[:：(—–]/.exec(text)?.index ?? text.length).trim() || `${percent}%`
    addStage(
      reader,
      phase,
      name,
      percent,
      source,
      'stage/item',
      /^(?:day|week|jour|semaine|dia|semana)/.test(title.kind) ? name : title.rest,
    )
    return true
  }
  const share = statedShare.exec(text)?.[1]
  if (share === undefined || readPercents(text).length !== 1) return false
  addStage(reader, phase, `${Number(share)}%`, Number(share), source, 'stage/item', text)
  return true
}

/** "**Deploy to canary (10%)**" inside a phase. */
function bracketedShare(text: string): StageTitle | undefined {
  return /\(\d{1,3}(?:\.\d{1,3})?%[^()<>≤≥]*\)$/.test(text) && text.length <= 80 ? readBareStageTitle(text) : undefined
}

function isShare(reader: Reader, percent: number, source: SourceRange): boolean {
  if (percent >= 0 && percent <= 100) return true
  const known = reader.diagnostics.some(
    (diagnostic) => diagnostic.ruleId === 'PERCENT_RANGE' && diagnostic.source?.start === source.start,
  )
  if (!known)
    report(
      reader,
      'error',
      'PERCENT_RANGE',
      source,
      `a stage cannot have ${percent}% of traffic or users`,
      'write a share between 0% and 100%',
    )
  return false
}
