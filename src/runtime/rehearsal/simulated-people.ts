/** People and outside systems of a rehearsal: what each does about what waits now, and when. */
import { maySign } from '../../core/access/roles.ts'
import type { ReleaseCommand } from '../../core/release/commands.ts'
import type { Input } from '../../core/release/decide.ts'
import type { Actor } from '../../core/release/events.ts'
import { roleOf, signersNeeded } from '../../core/release/gates/signatures.ts'
import { openGates } from '../../core/release/open-gates.ts'
import type { Hold, Now, Release } from '../../core/release/release.ts'
import type { Fault, Word } from './fault.ts'

/** How long people take to answer, in milliseconds of release time; one who is late takes so many times longer. */
const answerMs = 1_000
const lateTimes = 30

/** `key` names what it is about, so that nobody does the same thing twice. */
export interface Act {
  key: string
  afterMs: number
  input: Input
}

const actor = (id: string): Actor => ({ id, name: id, demo: false })

/** What whoever is asked says out of the blue. */
export function saying(word: Word, release: Release): Input {
  const reason = 'rehearsed'
  const command: ReleaseCommand =
    word === 'supersede' ? { type: word, by: 'another-release', reason } : { type: word, reason }
  return { type: 'command', command, actor: onCall(release) }
}

const onCall = (release: Release): Actor => {
  const holders = release.plan.roles[release.plan.asks] ?? []
  return actor(holders.find((id) => maySign(release.plan, id, release.plan.asks).allowed) ?? 'nobody')
}

/** Everything that people would do now and have not done; those of `done` are left out. */
export function actsOf(release: Release, faults: readonly Fault[], now: Now, done: ReadonlySet<string>): Act[] {
  const acts = [...gateActs(release, faults, now), ...holdActs(release, faults), ...pauseActs(release, faults)]
  return acts.filter(({ key }) => !done.has(key))
}

function gateActs(release: Release, faults: readonly Fault[], now: Now): Act[] {
  return openGates(release, now).flatMap(({ gate }): Act[] => {
    const how = faults.find((fault) => fault.kind === 'person' && fault.gateId === gate.id)
    const way = how?.kind === 'person' ? how.how : undefined
    if (way === 'absent') return []
    const afterMs = way === 'late' ? answerMs * lateTimes : answerMs
    if (gate.kind === 'webhook') {
      const verdict = way === 'refuses' ? ('failed' as const) : ('passed' as const)
      const evidence = { verdict, summary: `the outside system says ${verdict}`, details: [] }
      return [{ key: `webhook ${gate.id}`, afterMs, input: { type: 'webhook', hook: gate.hook, evidence } }]
    }
    if (!('role' in gate)) return []
    const role = roleOf(release, gate)
    const type = way === 'refuses' ? 'reject' : 'approve'
    return (release.plan.roles[role] ?? [])
      .filter((id) => maySign(release.plan, id, role).allowed)
      .slice(0, signersNeeded(gate))
      .map((id) => ({
        key: `${type} ${gate.id} ${id}`,
        afterMs,
        input: { type: 'command', command: { type, gateId: gate.id }, actor: actor(id) },
      }))
  })
}

/** Whoever is asked tries what goes on, once each, and takes the release back when nothing does. */
function holdActs(release: Release, faults: readonly Fault[]): Act[] {
  const asked = faults.find((fault) => fault.kind === 'asked')
  if (asked?.kind === 'asked' && asked.how === 'absent') return []
  const isCareful = asked?.kind === 'asked' && asked.how === 'aborts'
  return release.holds.flatMap((hold) => {
    const ways = isCareful ? [] : waysOn(release, hold)
    const abort: Input = { type: 'command', command: { type: 'abort', reason: hold.reason }, actor: onCall(release) }
    return [...ways, abort].map((input, index) => ({
      key: `${hold.about} ${hold.sinceMs} ${index}`,
      afterMs: answerMs * (index + 1),
      input,
    }))
  })
}

function waysOn(release: Release, { about, sinceMs }: Hold): Input[] {
  const say = (command: Extract<Input, { type: 'command' }>['command']): Input => ({
    type: 'command',
    command,
    actor: onCall(release),
  })
  const [kind, ...words] = about.split(' ')
  const id = words.join(' ')
  const reason = `held at ${sinceMs}`
  switch (kind) {
    case 'stage':
      return [say({ type: 'override', reason, service: serviceOfStage(release, id) })]
    case 'step':
      return [say({ type: 'retry', id }), say({ type: 'skip', id, reason })]
    case 'gate':
      return [say({ type: 'retry', id }), say({ type: 'skip', id, reason })]
    default:
      return []
  }
}

const serviceOfStage = ({ services }: Release, stageId: string): string | undefined =>
  Object.keys(services).find((name) => services[name]?.exposure?.stageId === stageId)

function pauseActs(release: Release, faults: readonly Fault[]): Act[] {
  if (!release.pause || faults.some((fault) => fault.kind === 'asked' && fault.how === 'absent')) return []
  const key = `resume ${release.pause.sinceMs}`
  return [
    { key, afterMs: answerMs * 3, input: { type: 'command', command: { type: 'resume' }, actor: onCall(release) } },
  ]
}
