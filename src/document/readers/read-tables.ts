/** Tables by what their columns are called: ladders, timelines, criteria, triggers, risks, people, fields. */
import type { DraftPhase } from '../../core/plan/draft.ts'
import { findPhase, significantWords } from '../../core/plan/lint/find-phase.ts'
import { classifyTitle, triggerAction } from '../grammar/classify-title.ts'
import { readConditions } from '../grammar/read-condition.ts'
import { readPercents, readStageTitle, type StageTitle } from '../grammar/read-stage-title.ts'
import { foldCase, stripPictures } from '../markdown/clean-text.ts'
import { emptyLine, type Line } from '../markdown/read-lines.ts'
import type { Section } from '../markdown/read-tree.ts'
import { addChecklistRow } from './read-checklists.ts'
import { addTabledFlag } from './read-flags.ts'
import { fieldRoles, readLabel } from './read-label.ts'
import { addNoteTable } from './read-notes.ts'
import { addContact, addMetadata, addOwners } from './read-people.ts'
import { addStage, isRealStage, openPhase, setPercent, setTiming } from './read-phases.ts'
import { addStatedCondition, addStatedGate, addStatement } from './read-statements.ts'
import { addThresholdRow } from './read-thresholds.ts'
import { addTimelineRow, calendarColumn, numberedStage, outlines, phaseInRow, stageColumn } from './read-timelines.ts'
import { at, type Context, type Reader, setObjective } from './reader.ts'
import { type Column, columns, type ReadTable, type Row, readColumns, type Table } from './table-columns.ts'

export function readTable(reader: Reader, table: Table, context: Context): void {
  const read = readColumns(table)
  const { rows, has } = read
  const shares = has('percent') ? rows.map((row) => sharesOf(row, table)) : []
  const hasShares = has('stage') ? shares.some(({ length }) => length > 0) : isLadder(shares)
  if (has('risk') && (has('mitigation') || has('level') || has('likelihood')))
    for (const row of rows) addRisk(reader, row)
  else if (hasShares) for (const row of rows) addLadderRow(reader, row, table, context, restatesShares(reader, read))
  else if (has('flag')) for (const row of rows) addTabledFlag(reader, row.cell('flag'), row.get('flagState'))
  else if (addNoteTable(reader, read, context.role)) addTableOwners(reader, rows)
  else readPlanTable(reader, table, read, context)
}

/** The shares of a row; under "Rollout %" a bare number is one. */
function sharesOf(row: Row, { header }: Table): number[] {
  const share = row.get('percent')
  const isBare = /^\d{1,3}(?:\.\d{1,3})?$/.test(share) && header.some((name) => /%|percent/i.test(name))
  return isBare ? [Number(share)] : readPercents(share)
}

/** One share a row, each higher than the one above: stages that have no names. */
const isLadder = (shares: readonly number[][]): boolean =>
  shares.length > 1 &&
  shares.every(
    ([share, ...more], row) => share !== undefined && more.length === 0 && share > (shares[row - 1]?.[0] ?? 0),
  )

function readPlanTable(reader: Reader, table: Table, { rows, has }: ReadTable, context: Context): void {
  if (has('metric', 'threshold')) for (const row of rows) addThresholdRow(reader, row, context)
  else if (has('metric', 'stage') && !has('duration'))
    for (const row of rows)
      addCell(reader, row, 'metric', {
        ...context,
        phase: findPhase(reader.draft.phases, row.get('stage')),
        role: 'criteria',
      })
  else if (has('stage', 'gate')) for (const row of rows) addPhaseRow(reader, row, context, table)
  else if (has('stage') && (has('duration') || has('status') || has('percent') || context.role === 'timing')) {
    const rule = outlines(reader, table)
    if (rule) for (const row of rows) addPhaseRow(reader, row, context, table, rule)
    for (const row of rows) addTimelineRow(reader, row, table)
  } else if (has('stage') && has('objective')) for (const row of rows) addPhaseRow(reader, row, context, table)
  else if (has('trigger') && (has('action') || context.role === 'triggers'))
    for (const row of rows) addCell(reader, row, 'trigger', { ...context, role: 'triggers' })
  else if (context.phase && isForm(table)) for (const row of rows) addPhaseField(reader, row, context)
  else if (has('field', 'value')) for (const row of rows) addField(reader, row, row.get('field'), row.get('value'))
  else if (isUntitled(table)) for (const row of rows) addField(reader, row, ...Object.values(row.all))
  else if (has('role') && (has('owner') || ['people', 'communication', 'approval'].includes(context.role ?? '')))
    for (const row of rows) addRole(reader, row, context, has('owner'))
  else if (has('metric', 'pass'))
    for (const row of rows)
      addCell(reader, row, 'metric', { ...context, role: context.role === 'entry' ? 'entry' : 'criteria' })
  else if (context.role === 'checklist') for (const row of rows) addChecklistRow(reader, row, context)
  else if (context.phase)
    for (const row of rows)
      for (const text of Object.values(row.all))
        addStatedCondition(reader, { ...context, role: undefined }, { text, source: at(row.line), shape: 'cell' })
  if (!has('role')) addTableOwners(reader, rows, has('gate'))
}

/** Who owns a gate decides there; who leads and who helps stand in one cell ("Billing (lead), Search"). */
function addTableOwners(reader: Reader, rows: Row[], isGates = false): void {
  for (const row of rows) {
    const of = row.get('stage') || undefined
    addOwners(reader, row.get('owner'), isGates ? 'gateOwner' : 'owner', at(row.line), 'owner/table', of)
    addOwners(reader, row.get('lead'), 'lead', at(row.line), 'owner/table', of)
  }
}

function addRisk(reader: Reader, row: Row): void {
  const text = row.get('risk')
  if (text === '') return
  const likelihood = stripPictures(row.get('likelihood'))
  const level = stripPictures(row.get('level')) || likelihood
  const owner = row.get('owner')
  const mitigation = row.get('mitigation')
  reader.draft.risks.push({
    source: at(row.line),
    rule: 'risk/table',
    text,
    ...(level ? { level } : {}),
    ...(likelihood ? { likelihood } : {}),
    ...(owner ? { owner } : {}),
    mitigations: mitigation ? [mitigation] : [],
  })
}

/** Whether every share of a table is that of a phase with a heading: it says something more of those phases ("Payments during the rollout"). */
function restatesShares({ draft }: Reader, { rows }: ReadTable): boolean {
  const known = draft.phases.flatMap(({ rule, percent }) => (rule === 'phase/heading' ? [percent ?? 0] : []))
  const shares = rows.flatMap((row) => readPercents(row.get('percent'))).filter((share) => share > 0)
  return known.length > 1 && shares.length > 1 && shares.every((share) => known.includes(share))
}

function addLadderRow(reader: Reader, row: Row, table: Table, context: Context, isRestated: boolean): void {
  const share = row.get('percent')
  const percents = sharesOf(row, table)
  const stage = row.get('stage') || (percents.length === 1 ? `${percents[0]}%` : '')
  const column = stageColumn(table)
  const numbered = readStageTitle(stage) || !/^\d+(?!\d*(?:\.\d+)?%)/.test(stage) ? stage : `${column} ${stage}`
  const name = row.get('name') === '' || numbered === '' ? numbered : `${numbered}: ${row.get('name')}`
  if (name === '') return
  const [percent] = percents
  if (context.phase) {
    if (percent === undefined) return
    addStage(reader, context.phase, name, percent, at(row.line), 'stage/table', `${name} ${row.get('duration')}`)
    for (const cell of Object.values(row.all))
      addStatedGate(reader, { ...context, role: undefined, group: name }, cell, at(row.line))
    return
  }
  const scope = percents.length === 0 && share !== '' && row.get('name') === '' ? `${name}: ${share}` : name
  const track = isTrack(context.track) ? context.track : undefined
  const restated = calendarColumn.test(foldCase(column)) ? phaseInRow(reader, row, column) : undefined
  if (restated) {
    setTiming(reader, restated, numbered, at(row.line), 'timing/timeline')
    return
  }
  const same = findPhase(reader.draft.phases, stage) ?? (isRestated ? only(reader, percents) : undefined)
  if (isRestated && !same) return
  const isSame = same?.percent === undefined || percent === undefined || same.percent === percent
  const phase = (isSame ? same : undefined) ?? openRowPhase(reader, scope, row.line, track, percent)
  if (percent !== undefined) setPercent(reader, phase, percent, at(row.line))
  for (const when of [row.get('duration'), row.get('date')])
    if (when !== '') setTiming(reader, phase, when, at(row.line), 'timing/table')
  for (const [title, text] of Object.entries(row.all)) addCellStatement(reader, title, text, row, { ...context, phase })
}

/** The one phase with this share. */
function only({ draft }: Reader, [percent, ...more]: number[]): DraftPhase | undefined {
  const found = draft.phases.filter((phase) => phase.percent === percent)
  return found.length === 1 && percent !== undefined && more.length === 0 ? found[0] : undefined
}

/** What else a row of a ladder says: its criteria, its triggers, its gate. */
function addCellStatement(reader: Reader, title: string, text: string, row: Row, context: Context): void {
  const role = classifyTitle(title)
  const source = at(row.line)
  if (text === '' || /^[-—–]$/.test(text)) return
  if (role === 'criteria' || role === 'entry')
    addStatement(reader, { ...context, role }, { text, source, shape: 'cell' })
  else if (role === 'triggers' || (role === 'rollback' && readConditions(text).conditions.length > 0))
    addStatement(
      reader,
      { ...context, role: 'triggers', action: triggerAction(title) ?? 'rollBack' },
      { text, source, shape: 'cell' },
    )
  else if (role === 'objective') setObjective(context.phase as DraftPhase, text, source)
  else if (!columns.percent.test(foldCase(title)) && !columns.stage.test(foldCase(title))) {
    const { action, conditions } = readConditions(text)
    const said = triggerAction(action ?? '')
    if (said && conditions.length > 0) {
      const { phase: _, ...around } = context
      addStatement(
        reader,
        { ...around, phase: undefined, role: 'triggers', action: said },
        { text, source, shape: 'cell' },
      )
    } else addStatedCondition(reader, { ...context, role: undefined }, { text, source, shape: 'cell' })
  }
}

/** A heading that tells one ladder from another ("Android"), not one that any ladder could have. */
function isTrack(title: string | undefined): title is string {
  const general =
    /^(?:stage|phase|step|wave|ladder|schedule|plan|strategy|timeline|progressive|gradual|canary|percentage)$/
  return title !== undefined && significantWords(title).some((word) => !general.test(word))
}

function openRowPhase(
  reader: Reader,
  stage: string,
  line: number,
  track: string | undefined,
  percent: number | undefined,
): DraftPhase {
  const name = track === undefined ? stage : `${track} ${stage}`
  const title: StageTitle = readStageTitle(name) ?? {
    name,
    kind: 'stage',
    ordinal: /(?<!\d)\d+[a-z]?$/.exec(name)?.[0] ?? '',
    rest: name,
    percents: [],
  }
  const known = reader.draft.phases.find(
    (phase) =>
      phase.name === name && (percent === undefined || phase.percent === undefined || phase.percent === percent),
  )
  return known ?? openPhase(reader, { ...title, name, percents: [] }, at(line), 'phase/table', track)
}

/** "| Phase 1 | Stabilise CI | Platform |": the phases themselves, or their gates. */
function addPhaseRow(reader: Reader, row: Row, context: Context, table: Table, rule = 'phase/table'): void {
  const column = stageColumn(table)
  const isWeek = calendarColumn.test(foldCase(column)) && /^(?:week|day)? ?\d/i.test(row.get('stage'))
  const stage = isWeek && /^\d/.test(row.get('stage')) ? `${column} ${row.get('stage')}` : numberedStage(row, table)
  // "Pilot" above "Wave 1" and "Wave 2" is one of them.
  const title = readStageTitle(stage) ?? (rule === 'phase/list' && stage !== '' ? unnumbered(stage) : undefined)
  const objective = row.get('objective') || row.get('name')
  const known = isWeek ? undefined : findPhase(reader.draft.phases, stage)
  const phase =
    known ??
    (title && isRealStage(title)
      ? openPhase(
          reader,
          { ...title, name: objective ? `${title.name}: ${objective}` : title.name },
          at(row.line),
          rule,
        )
      : undefined)
  if (!phase) return
  if (objective) setObjective(phase, objective, at(row.line))
  if (isWeek) setTiming(reader, phase, stage, at(row.line), 'timing/table')
  if (row.get('percent') !== '' && phase.target === undefined)
    Object.assign(phase, { target: row.get('percent'), targetSource: at(row.line) })
  // "Weekly review, then a rehearsal 72 hours before launch" in that column is a sentence, and no length.
  if (/^[~≈]?\d|^(?:week|day)s? \d/i.test(row.get('duration')))
    setTiming(reader, phase, row.get('duration'), at(row.line), 'timing/table')
  if (row.get('gate')) addCell(reader, row, 'gate', { ...context, phase, role: 'criteria' })
  for (const text of Object.values(row.all)) {
    const inline = /\b(?:exit|success|entry|acceptance) criteri(?:a|on) ?[:：] ?(.{3,})$/i.exec(text)?.[1]
    if (inline)
      addStatement(
        reader,
        { ...context, phase, role: 'criteria' },
        { text: inline, source: at(row.line), shape: 'cell' },
      )
  }
}

const unnumbered = (name: string): StageTitle => ({ name, kind: '', ordinal: '', rest: name, percents: [] })

function addCell(reader: Reader, row: Row, column: Column, context: Context): void {
  const threshold = column === 'trigger' ? row.get('threshold') : ''
  const isMeasured = /^[<>≤≥=]|^\d/.test(threshold)
  const text = `${row.get(column)}${threshold === '' ? '' : isMeasured ? ` ${threshold}` : ` (${threshold})`}`.trim()
  const action = row.get('action')
  if (text !== '')
    addStatement(reader, context, { text: action ? `${text} → ${action}` : text, source: at(row.line), shape: 'cell' })
}

/** A row of contacts or signatures: the role, where it is one. */
function addRole(reader: Reader, row: Row, { role }: Context, hasDuties: boolean): void {
  const name = row.get('role')
  if (role === 'approval') addOwners(reader, name, 'approver', at(row.line), 'owner/signature')
  else if (hasDuties) addOwners(reader, name, 'owner', at(row.line), 'owner/table')
  else addContact(reader, name, '', at(row.line))
}

/** Two columns in a phase whose first says "Duration", "Owner", "Exit criteria". */
const isForm = ({ header, rows }: Table): boolean =>
  header.length === 2 &&
  rows.filter(({ cells: [name] }) => {
    const role = classifyTitle(name?.text ?? '')
    return role !== undefined && fieldRoles.has(role)
  }).length *
    3 >=
    rows.length

function addPhaseField(reader: Reader, row: Row, context: Context): void {
  const [title = '', value = ''] = Object.values(row.all)
  const line: Line = { ...emptyLine(row.line), label: title, value, text: `${title}: ${value}` }
  const role = classifyTitle(title)
  if (value === '' || role === undefined) return
  const section: Section = { origin: 'label', title, line, depth: 0, start: row.line, end: row.line, blocks: [] }
  const inner = {
    ...context,
    role,
    title,
    ...(role === 'triggers' ? { action: triggerAction(title) ?? context.action } : {}),
  }
  readLabel(reader, section, { ...context, role: undefined }, inner)
}

/** Two columns without titles: a field and its value. */
const isUntitled = ({ header }: Table): boolean => header.length === 2 && header.every((name) => name === '')

const addField = (reader: Reader, row: Row, label = '', value = ''): void =>
  addMetadata(reader, label, value, row.line, 'metadata/table')
