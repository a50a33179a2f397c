/** What a plan states beside its stages: objectives, scope, dependencies, communication, windows, changelog, and commits in order. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { Timing } from '../../core/plan/draft.ts'
import { readTiming } from '../grammar/read-timing.ts'
import type { Role } from '../grammar/title-words.ts'
import { readMark, stripPictures } from '../markdown/clean-text.ts'
import { at, type Context, type Reader } from './reader.ts'
import type { ReadTable, Row } from './table-columns.ts'

/** Keeps a line under a title of this kind; `false` when its title announces none. */
export function addNote(reader: Reader, { role, phase, title }: Context, text: string, source: SourceRange): boolean {
  const { draft } = reader
  const bare = stripPictures(readMark(text, undefined).text)
  if (bare === '' || role === undefined) return false
  const note = { source, text: bare }
  if (role === 'dependencies') draft.dependencies.push(dependency(reader, bare, source, phase?.name))
  else if (role === 'communication') draft.communications.push(communication(reader, bare, source))
  else if (role === 'windows')
    draft.windows.push({
      ...note,
      rule: 'window/item',
      kind: isFreeze(bare) || titlesFreeze(title) ? 'freeze' : 'window',
    })
  else if (role === 'changelog') draft.changelog.push({ ...note, rule: 'changelog/item' })
  else if (role === 'commits') draft.commits.push({ ...note, rule: 'commit/item', dependsOn: dependsOn(bare) })
  else if (phase) return false
  else if (role === 'objective') draft.objectives.push({ ...note, rule: 'objective/item' })
  else if (role === 'target') draft.scope.push({ ...note, rule: 'scope/item' })
  else if (role === 'exclusions') draft.exclusions.push({ ...note, rule: 'exclusion/item' })
  else return false
  return true
}

const isFreeze = (text: string): boolean =>
  /freeze|gel\b|congel|blackout|avoid|[eé]vit|\bno (?:deploy\p{L}*|releases?|changes?)|\bnever\b/iu.test(text)

/** A title that speaks of freezes alone: what stands under "Windows and freezes" says itself which it is. */
const titlesFreeze = (title: string): boolean =>
  /freeze|\bgel\b|congel|blackout/iu.test(title) && !/window|fen[eê]tre|janela/iu.test(title)

/** "Data centre contract (signed 2026-02-10)", "more disk from the host, ETA March 5". */
export function dependency(
  reader: Reader,
  text: string,
  source: SourceRange,
  phase: string | undefined,
): Reader['draft']['dependencies'][number] {
  const due = timed(reader, text, source)
  const states = [
    ...text.matchAll(
      /\b(approved|received|submitted|confirmed|completed?|delivered|signed|pending|blocked|in progress|requested|eta|tbd)\b/gi,
    ),
  ]
  const state = states.at(-1)?.[1]
  return {
    source,
    rule: 'dependency/item',
    text,
    ...(phase ? { phase } : {}),
    ...(due ? { due } : {}),
    ...(state ? { state } : {}),
  }
}

const cadencePattern =
  /\b(?:twice[- ]?)?(?:daily|weekly|bi-?weekly|monthly|hourly|nightly)\b|\bevery \d{0,3} ?(?:minutes?|min|hours?|h|days?|weeks?)\b|\bafter each \p{L}+|\btoda semana\b|\bdiari[oa]\b|\bquotidien(?:ne)?\b|\bhebdomadaire\b/iu

/** "Customer update via email on 2024-06-25", "Daily stand-up in #release". */
function communication(reader: Reader, text: string, source: SourceRange): Reader['draft']['communications'][number] {
  const when = timed(reader, text, source)
  const cadence = cadencePattern.exec(text)?.[0]
  const audience =
    /\b(?:with|to|for|notify|inform|pour|para) (?:the |all )?((?:\p{L}{1,30}[- ]?){1,3}?(?:team|teams|users?|customers?|stakeholders?|leadership|support|management|clients?))\b/iu.exec(
      text,
    )?.[1]
  const channel =
    /#[\w-]{2,40}|\b(?:e-?mail|slack|status page|in-?app banner|teams|discord|sms|newsletter|blog)\b/i.exec(text)?.[0]
  return {
    source,
    rule: 'communication/item',
    text,
    ...(when ? { when } : {}),
    ...(cadence ? { cadence } : {}),
    ...(audience ? { audience } : {}),
    ...(channel ? { channel } : {}),
  }
}

function timed(reader: Reader, text: string, source: SourceRange): Timing | undefined {
  const read = readTiming(text, { year: reader.year })
  const { dates, anchor, startOffsetMs } = read
  if (!dates && !anchor && startOffsetMs === undefined) return undefined
  return { source, rule: 'timing/note', ...read }
}

/** "Depends on Commit 1, feature flag ready", "Requires passing Phase 1 gate": what comes before, in the author's words. */
function dependsOn(text: string): string[] {
  const said = /\b(?:depends on|requires?|needs|after|blocked by)\b:? (.+)$/i.exec(text)?.[1] ?? ''
  return said
    .split(/[,;]| and /)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A table of notes; `false` when it is none. */
export function addNoteTable(reader: Reader, { rows, has }: ReadTable, role: Role | undefined): boolean {
  if (has('commit') && (has('dependsOn') || role === 'commits')) for (const row of rows) addCommitRow(reader, row)
  else if (role === 'changelog') for (const row of rows) addChangelogRow(reader, row)
  else if (role === 'dependencies') for (const row of rows) addDependencyRow(reader, row)
  else if ((role === 'communication' || has('channel')) && (has('message') || has('audience')))
    for (const row of rows) addCommunicationRow(reader, row)
  else return false
  return true
}

function addCommitRow({ draft }: Reader, row: Row): void {
  const text = row.get('commit')
  if (text === '') return
  const ordinal = row.get('sequence')
  const needs = row.get('dependsOn')
  const listed = dependsOn(needs)
  draft.commits.push({
    source: at(row.line),
    rule: 'commit/table',
    ...(ordinal ? { ordinal } : {}),
    text,
    dependsOn: listed.length > 0 ? listed : /^(?:|[-—–]|none|n\/a)$/i.test(needs) ? [] : [needs],
  })
}

function addChangelogRow({ draft }: Reader, row: Row): void {
  const text = Object.values(row.all)
    .filter((cell) => cell !== '')
    .join(' | ')
  if (text !== '') draft.changelog.push({ source: at(row.line), rule: 'changelog/table', text })
}

function addDependencyRow(reader: Reader, row: Row): void {
  const [text = ''] = Object.values(row.all)
  if (text === '') return
  const source = at(row.line)
  const due = timed(reader, row.get('date'), source)
  const state = stripPictures(row.get('status'))
  const read = dependency(reader, text, source, undefined)
  reader.draft.dependencies.push({
    ...read,
    rule: 'dependency/table',
    ...(due ? { due } : {}),
    ...(state ? { state } : {}),
  })
}

function addCommunicationRow(reader: Reader, row: Row): void {
  const [first = ''] = Object.values(row.all)
  const text = row.get('message') || first
  if (text === '') return
  const source = at(row.line)
  const when = timed(reader, row.get('date'), source)
  const [audience, channel, cadence] = [row.get('audience'), row.get('channel'), row.get('cadence')]
  reader.draft.communications.push({
    ...communication(reader, text, source),
    rule: 'communication/table',
    ...(when ? { when } : {}),
    ...(audience ? { audience } : {}),
    ...(channel ? { channel } : {}),
    ...(cadence ? { cadence } : {}),
  })
}
