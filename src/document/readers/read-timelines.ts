/** Timelines and calendars: tables whose rows are phases by their number, their week or their day. */
import type { DraftPhase } from '../../core/plan/draft.ts'
import { findPhase } from '../../core/plan/lint/find-phase.ts'
import { bareTitle, foldCase, stripPictures } from '../markdown/clean-text.ts'
import { setTiming } from './read-phases.ts'
import { at, type Reader } from './reader.ts'
import { columns, type Row, type Table } from './table-columns.ts'

export const calendarColumn = /^(?:weeks?|days?|semaines?|jours?|semanas?|dias?)$/

/** The phase that a row of a calendar speaks of ("| Week 2 | Canary | 10 % → 50 % |"), if the document has named it before. */
export function phaseInRow(reader: Reader, row: Row, calendar: string): DraftPhase | undefined {
  const cells = Object.entries(row.all).filter(([title]) => title !== calendar && numberedStages.test(foldCase(title)))
  return cells.map(([, cell]) => findPhase(reader.draft.phases, cell)).find((phase) => phase !== undefined)
}

/** A timeline says again what the phases say: it fills their gaps, and opens none. */
export function addTimelineRow(reader: Reader, row: Row, table: Table): void {
  const status = stripPictures(row.get('status'))
  reader.draft.timeline.push({
    source: at(row.line),
    rule: 'timeline/row',
    cells: row.all,
    ...(status ? { status } : {}),
  })
  const phase = findPhase(reader.draft.phases, numberedStage(row, table))
  const index = table.header.findIndex((name) => columns.duration.test(foldCase(bareTitle(name))))
  const unit = foldCase(bareTitle(table.header[index] ?? ''))
  const when = Object.values(row.all)[index] ?? ''
  if (phase && when !== '')
    setTiming(
      reader,
      phase,
      /^(?:day|week)s?$/.test(unit) && /^\d/.test(when) ? `${unit.replace(/s$/, '')} ${when}` : when,
      at(row.line),
      'timing/timeline',
    )
}

export const stageColumn = ({ header }: Table): string =>
  header.map((name) => bareTitle(name)).find((name) => columns.stage.test(foldCase(name))) ?? 'Stage'

/** "1" in a column "Phase" is "Phase 1". */
export function numberedStage(row: Row, table: Table): string {
  const [stage, column] = [row.get('stage'), stageColumn(table)]
  return /^\d{1,2}[a-z]?$/i.test(stage) && numberedStages.test(foldCase(column)) ? `${column} ${stage}` : stage
}

const numberedStages = /^(?:phases?|stages?|waves?|rings?|fases?|etapas?|etapes?|vagues?|阶段|フェーズ|段階|단계)$/

/**
 * The rule by which the rows of a table are the phases: nothing before it has named any, and a column says what each is. Weeks are so
 * only as long as nothing after it names phases either.
 */
export function outlines({ draft }: Reader, { header, rows }: Table): 'phase/list' | 'phase/calendar' | undefined {
  const names = header.map((name) => foldCase(bareTitle(name)))
  const isSaid = names.some((name) =>
    [columns.name, columns.objective, columns.percent].some((column) => column.test(name)),
  )
  if (draft.phases.length > 0 || rows.length < 2 || !isSaid) return undefined
  if (names.some((name) => numberedStages.test(name))) return 'phase/list'
  return names.some((name) => calendarColumn.test(name)) ? 'phase/calendar' : undefined
}
