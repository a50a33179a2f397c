/** The words of a fragment: what the notes of one place say, when it was seen last, and the event that says so. */
import type { DocumentNote } from '../../core/release/document-status.ts'
import { earned, escapeForeign, fragmentLimit } from './fragment.ts'
import type { PlacedNote } from './notes.ts'

export interface Reference {
  releaseId: string
  /** Where the report lies, as an address relative to the document; references become links to it. */
  report?: string
}

/** Characters of one statement's detail; the sentence on the whole release may be longer. */
const detailLimit = 160
const outcomeLimit = 400
/** Room for the words of what was left out, for time and reference. */
const groupsLimit = fragmentLimit - 200

/** `✔ evidence: 0.3 % < 1 % (1,240 samples), 2026-11-24 04:10 UTC (r6#e12)`, without what stands before it. */
export function writeFragment(notes: readonly PlacedNote[], reference: Reference): string {
  const inOrder = notes.toSorted((a, b) => weight(a) - weight(b))
  const groups = [...Map.groupBy(inOrder, ({ note }) => `${note.shape} ${note.words}`)]
  const several = new Set(notes.map(({ subject }) => subject)).size > 1
  let written = ''
  for (const [index, [words, members]] of groups.entries()) {
    const group = writeGroup(words, members, several)
    if (written.length + group.length > groupsLimit) {
      written += written === '' ? `${words}…` : ` · and ${groups.length - index} more`
      break
    }
    written += written === '' ? group : ` · ${group}`
  }
  const newest = notes.map(({ note }) => note).reduce((a, b) => (lastEvent(b) > lastEvent(a) ? b : a))
  // What follows from the start alone was not seen at any time.
  const time = lastEvent(newest) > 1 ? `, ${newest.at.slice(0, 16).replace('T', ' ')} UTC` : ''
  return `${written}${time} (${writeReference(newest, inOrder[0]?.kind, reference)})`
}

const lastEvent = ({ events }: DocumentNote): number => events.at(-1) ?? 1

/** What was found against something comes first, so that a line that begins with a tick has nothing against it. */
function weight({ kind, note: { form, shape, words } }: PlacedNote): number {
  if (kind === 'outcome' || kind === 'phase') return 0
  if (form !== 'evidence') return form === 'claim' ? 4 : 5
  if (shape !== '✔') return shape === '✖' ? 1 : 2
  return `${shape} ${words}` === earned ? 3 : 3.5
}

function writeGroup(words: string, members: readonly PlacedNote[], several: boolean): string {
  const details = members.flatMap(({ kind, subject, note: { detail } }) => {
    if (detail === '') return []
    const text = several && subject !== undefined ? `${subject} ${detail}` : detail
    return [escapeForeign(text, kind === 'outcome' ? outcomeLimit : detailLimit)]
  })
  const distinct = [...new Set(details)]
  return `${escapeForeign(words, detailLimit)}${distinct.length > 0 ? `: ${distinct.join('; ')}` : ''}`
}

/** Headings of the report, as GitHub and others name them in addresses. */
const anchors: Partial<Record<PlacedNote['kind'], string>> = {
  outcome: 'planned-and-happened',
  phase: 'planned-and-happened',
  stage: 'planned-and-happened',
  step: 'timeline',
  criterion: 'verdicts',
  trigger: 'verdicts',
  signOff: 'sign-offs',
  check: 'checks',
  rollback: 'rollback',
}

function writeReference(
  note: DocumentNote,
  kind: PlacedNote['kind'] | undefined,
  { releaseId, report }: Reference,
): string {
  const event = `${releaseId.replace(/[^\w.-]/g, '-').slice(0, 64)}#e${lastEvent(note)}`
  if (report === undefined) return event
  return `[${event}](${report}#${(kind && anchors[kind]) ?? 'timeline'})`
}
