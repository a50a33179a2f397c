/** When phases start: the dates and anchors of the document, or the schedule that `tidegate.yaml` gives a phase instead. */

import type { Freeze } from '../calendar/freeze.ts'
import { dayAfter, dayMs } from '../calendar/local-time.ts'
import type { TimeZone } from '../calendar/time-zone.ts'
import type { ScheduleBinding } from '../calendar-bindings.ts'
import type { SourceRange } from '../diagnostic.ts'
import type { DraftPhase, Timing } from '../draft.ts'
import { formatDuration, writeDuration } from '../duration.ts'
import type { Phase } from '../plan.ts'
import type { Schedule } from '../schedule.ts'
import type { Binder, Place } from './binder.ts'
import { checkAnchors } from './check-anchors.ts'
import { nameKey } from './names.ts'
import { phaseIds } from './phase-ids.ts'

type Edge = 'start' | 'completion'

/** Ten years: what is farther away is a slip of the pen, and times beyond what clocks can show follow from it. */
const maximumOffsetMs = 3_650 * dayMs

/** What is counted from, and how far; negative before it. */
interface Anchor {
  event: string
  offsetMs: number
  edge?: Edge | undefined
}

interface Context {
  binder: Binder
  phases: readonly Phase[]
  freezes: readonly Freeze[]
}

/** Every phase with its schedule, where it has one that can be read. */
export function bindSchedules(binder: Binder, phases: readonly Phase[], freezes: readonly Freeze[]): Phase[] {
  const context = { binder, phases, freezes }
  checkMilestones(context)
  const drafts = new Map([...phaseIds(binder.input.draft.phases)].map(([draft, id]) => [id, draft]))
  const scheduled = phases.map((phase): Phase => {
    const binding = binder.input.bindings.phases[phase.id]?.schedule
    if (binding) {
      const schedule = fromBinding(context, phase.id, binding)
      return { ...phase, startOffsetMs: 0, ...(schedule && { schedule }) }
    }
    const schedule = fromDocument(context, drafts.get(phase.id))
    return schedule ? { ...phase, schedule } : phase
  })
  for (const { schedule } of scheduled) if (schedule) checkDistance(binder, schedule)
  checkAnchors(binder, scheduled)
  return scheduled
}

function checkDistance(binder: Binder, { text, source, offsetMs }: Schedule): void {
  if (Math.abs(offsetMs) <= maximumOffsetMs) return
  const message = `"${text}" is farther away than ${formatDuration(maximumOffsetMs)}`
  binder.report('error', 'SCHEDULE_TOO_FAR', source, message, 'correct the number')
}

/** `72h before launch`; the place is that of the binding. */
function fromBinding(context: Context, phaseId: string, binding: ScheduleBinding): Schedule | undefined {
  const { binder } = context
  const path = ['phases', phaseId, 'schedule']
  const source = binder.input.locate(path)
  if ('notBefore' in binding) {
    const zone = binding.zone ?? zoneFor(context, binding.notBefore)
    if (zone === undefined) return noZone(binder, 'error', path, binding.notBefore)
    const { notBefore } = binding
    return { kind: 'absolute', text: `not before ${notBefore} ${zone}`, source, notBefore, zone, offsetMs: 0 }
  }
  const isBefore = 'before' in binding
  const event = isBefore ? binding.before : binding.after
  const text = `${binding.by > 0 ? `${writeDuration(binding.by)} ` : ''}${isBefore ? 'before' : 'after'} ${event}`
  const anchor = { event, offsetMs: isBefore ? -binding.by : binding.by, edge: isBefore ? undefined : binding.edge }
  return anchored(context, anchor, { text, source }) ?? unknownAnchor(context, 'error', path, event)
}

/** The first of its dates, else its anchor; both are the document's own words, so what they lack is a warning and holds nothing. */
function fromDocument(context: Context, draft: DraftPhase | undefined): Schedule | undefined {
  const timing: Timing | undefined = draft?.timing
  if (!timing) return undefined
  const { binder } = context
  const { text, source, dates, anchor } = timing
  if (dates) {
    const [notBefore] = dates
    const zone = zoneFor(context, notBefore)
    return zone === undefined
      ? noZone(binder, 'warning', source, notBefore)
      : { kind: 'absolute', text, source, notBefore, zone, offsetMs: 0 }
  }
  if (!anchor) return undefined
  return anchored(context, anchor, { text, source }) ?? unknownAnchor(context, 'warning', source, anchor.event)
}

/** A moment in UTC needs none. */
const zoneFor = ({ binder }: Pick<Context, 'binder'>, moment: string): TimeZone | undefined =>
  moment.endsWith('Z') ? 'UTC' : binder.input.bindings.calendar?.zone

function noZone(binder: Binder, severity: 'error' | 'warning', place: Place, moment: string): undefined {
  const message = `no phase waits for ${moment}: nothing says in which time zone`
  binder.report(severity, 'NO_TIME_ZONE', place, message, 'set `calendar: { zone: Europe/Berlin }` in tidegate.yaml')
}

function unknownAnchor(
  { binder, phases, freezes }: Context,
  severity: 'error' | 'warning',
  place: Place,
  event: string,
): undefined {
  const milestones = Object.keys(binder.input.bindings.calendar?.milestones ?? {})
  const known = [...milestones, ...phases.map(({ id }) => id), ...freezes.map(({ reason }) => reason)]
  const hint = `say when it is under \`calendar: milestones\`; known: ${known.join(', ')}`
  binder.report(severity, 'UNKNOWN_ANCHOR', place, `no phase waits for "${event}": nothing says when that is`, hint)
}

/** Undefined where nothing has this name, or more than one thing. */
function anchored(
  context: Context,
  anchor: Anchor,
  stated: { text: string; source: SourceRange },
): Schedule | undefined {
  const { binder, freezes } = context
  const { event, offsetMs } = anchor
  const key = nameKey(event)
  const milestones = Object.entries(binder.input.bindings.calendar?.milestones ?? {})
  const milestone = milestones.find(([name]) => nameKey(name) === key)?.[1]
  if (typeof milestone === 'string') {
    // Without a zone the milestone itself was reported.
    const zone = zoneFor(context, milestone) ?? 'UTC'
    return { ...stated, kind: 'absolute', notBefore: milestone, zone, offsetMs, milestone: event }
  }
  const phase = milestone ? pointOf(milestone) : phaseNamed(context, event)
  if (phase) {
    const edge = anchor.edge ?? phase.edge ?? (offsetMs < 0 ? 'start' : 'completion')
    return { ...stated, kind: 'anchored', phase: phase.id, edge, offsetMs }
  }
  const [freeze, another] = freezes.filter(({ reason }) => key !== '' && `${nameKey(reason)} `.startsWith(`${key} `))
  if (!freeze || another) return undefined
  const { from, to, zone } = freeze
  const notBefore = offsetMs < 0 ? from : dayAfter(to)
  return { ...stated, kind: 'absolute', notBefore, zone, offsetMs, milestone: event }
}

const pointOf = (milestone: { start: string } | { completion: string }): { id: string; edge: Edge } =>
  'start' in milestone ? { id: milestone.start, edge: 'start' } : { id: milestone.completion, edge: 'completion' }

const edgeWords: [Edge, RegExp][] = [
  ['completion', / (?:completion|completes?|completed|is completed?|ends?|finishes|done|is done|is over)$/],
  ['start', / (?:start|starts|begins?|has begun)$/],
]

/** "phase-2", "Phase 2", "Phase 2: Canary", each with "completion" or "start" after it; or the name alone. */
function phaseNamed({ phases, binder }: Context, event: string): { id: string; edge?: Edge } | undefined {
  const whole = nameKey(event)
  const [edge, words] = edgeWords.find(([, pattern]) => pattern.test(whole)) ?? []
  const keys = words ? [whole, whole.replace(words, '')] : [whole]
  const ordinals = new Map([...phaseIds(binder.input.draft.phases)].map(([draft, id]) => [id, draft.ordinal]))
  for (const key of keys) {
    const ordinal = /^(?:phase|stage|wave|step) (\d+[a-z]?)$/.exec(key)?.[1]
    const found = phases.filter(
      ({ id, name }) =>
        nameKey(id) === key || nameKey(name) === key || (ordinal !== undefined && ordinals.get(id) === ordinal),
    )
    const [only, another] = found
    if (only && !another) return { id: only.id, ...(key !== whole && edge ? { edge } : {}) }
  }
  return undefined
}

/** A milestone is a moment with a zone, or a phase of the plan. */
function checkMilestones({ binder, phases }: Context): void {
  const known = phases.map(({ id }) => id)
  for (const [name, milestone] of Object.entries(binder.input.bindings.calendar?.milestones ?? {})) {
    const path = ['calendar', 'milestones', name]
    if (typeof milestone !== 'string') {
      const { id } = pointOf(milestone)
      if (!known.includes(id)) binder.unknown(path, 'phase', id, known)
    } else if (zoneFor({ binder }, milestone) === undefined) noZone(binder, 'error', path, milestone)
  }
}
