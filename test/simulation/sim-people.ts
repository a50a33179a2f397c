/** The people of a simulated release: what the scenario has them do, and a team that answers what it is asked. */
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import { pendingEffects } from '../../src/core/release/effects.ts'
import { openGates } from '../../src/core/release/open-gates.ts'
import type { Release } from '../../src/core/release/release.ts'
import { type Act, actKinds, type Situation } from './scenario.ts'
import { person, type SimWorld } from './sim-world.ts'

const passed = { verdict: 'passed' as const, summary: 'ok', details: [] }

/** Does what the scenario says, about whatever there is to choose from. */
export function act(world: SimWorld, { kind, who, choice, seenBack }: Act): void {
  if (kind === 'webhook') {
    world.give({
      type: 'webhook',
      hook: 'hook',
      evidence: { ...passed, verdict: choice % 3 === 0 ? 'failed' : 'passed' },
    })
    return
  }
  const seen = seenBack === null ? {} : { seenVersion: Math.max(0, world.release.version - seenBack) }
  world.give({ type: 'command', command: { ...commandOf(world.release, kind, choice), ...seen }, actor: person(who) })
}

function commandOf(
  { plan, services, gates, phases, holds }: Release,
  kind: Exclude<Act['kind'], 'webhook'>,
  choice: number,
): ReleaseCommand {
  const reason = 'the scenario says so'
  const any = (list: readonly string[]): string => list[choice % Math.max(1, list.length)] ?? 'nothing'
  const service = any(plan.services.map(({ name }) => name))
  const climbing = plan.services.map(({ name }) => name).filter((name) => services[name]?.exposure?.passed === false)
  const steps = Object.values(phases).flatMap((state) => Object.keys(state.steps))
  const reached = Object.keys(gates)
  const held = holds.map(({ about }) => about.slice(about.indexOf(' ') + 1))
  switch (kind) {
    case 'abortService':
      return { type: 'abort', reason, service }
    case 'abort':
    case 'pause':
      return { type: kind, reason }
    case 'resume':
      return { type: kind }
    case 'approve':
    case 'reject':
      return { type: kind, gateId: any([...reached, ...steps]) }
    case 'promote':
    case 'override':
      return { type: kind, ...(choice % 5 === 0 ? {} : { service: any(climbing) }), reason }
    case 'skip':
      return { type: kind, id: any([...held, ...reached, ...steps]), reason }
    case 'retry':
      return { type: kind, id: any([...held, ...reached]) }
    case 'reassign':
      return { type: kind, gateId: any(reached), role: any([...Object.keys(plan.roles), 'Nobody']), reason }
    case 'supersede':
      return { type: kind, by: 'r2', reason }
  }
}

/** Asks what would come of every command now; nothing is done. */
export function askEverything(world: SimWorld): void {
  const choice = world.log.length
  for (const kind of actKinds)
    if (kind !== 'webhook') world.ask(commandOf(world.release, kind, choice), person(choice % 5 === 0 ? 'ada' : 'rina'))
}

/** Is it as somebody waits for? */
export function isAs(release: Release, situation: Situation): boolean {
  const exposures = Object.values(release.services).flatMap(({ exposure }) => exposure ?? [])
  switch (situation) {
    case 'held':
      return release.holds.length > 0
    case 'paused':
      return release.pause !== null
    case 'gate':
      return Object.keys(release.gates).length > 0
    case 'stage':
      return exposures.some(({ passed, lastLookMs, enteredMs }) => !passed && lastLookMs > enteredMs)
    case 'passed':
      return exposures.some(({ passed }) => passed)
    case 'served':
      return Object.values(release.services).every(({ confirmedPercents }) => confirmedPercents.at(-1) === 100)
    case 'noData':
      return exposures.some(({ missing }) => Object.keys(missing).length > 0)
    case 'acting':
      return exposures.some(({ acting }) => acting.length > 0)
    case 'calling':
      return pendingEffects(release).length > 0
    case 'checking':
      return pendingEffects(release).some(({ purpose }) => purpose.kind === 'gate')
    case 'moving':
      return pendingEffects(release).some(({ purpose }) => purpose.kind === 'stage')
    case 'goingBack':
      return release.status === 'RollingBack'
    case 'over':
      return release.ended !== null
    default:
      return release.status === situation
  }
}

/** Signs what is open, answers holds, resumes: whoever is asked does their part. */
export function answerEverything(world: SimWorld): void {
  const asked = world.release.plan.asks
  const steer = (command: ReleaseCommand): boolean =>
    !world.give({ type: 'command', command, actor: person(signerOf(world.release, asked, []) ?? '') }).rejected
  if (world.release.pause) steer({ type: 'resume' })
  for (const { about } of world.release.holds) {
    const id = about.slice(about.indexOf(' ') + 1)
    if (about.startsWith('stage '))
      steer({ type: 'override', service: serviceOfStage(world.release, id), reason: 'seen' })
    else if (!about.startsWith('trigger ') && !steer({ type: 'retry', id })) steer({ type: 'skip', id, reason: 'seen' })
  }
  for (const { gate } of openGates(world.release, world.now)) {
    if (gate.kind === 'webhook') world.give({ type: 'webhook', hook: gate.hook, evidence: passed })
    if (!('role' in gate)) continue
    const role = world.release.gates[gate.id]?.role ?? gate.role
    const signed = (world.release.signOffs[gate.id] ?? [])
      .filter(({ approved }) => approved)
      .map(({ person: { id } }) => id)
    const signer = signerOf(world.release, role, signed) ?? signerOf(world.release, role, [])
    if (signer !== undefined)
      world.give({ type: 'command', command: { type: 'approve', gateId: gate.id }, actor: person(signer) })
  }
}

const serviceOfStage = ({ services }: Release, stageId: string): string =>
  Object.entries(services).find(([, { exposure }]) => exposure?.stageId === stageId)?.[0] ?? ''

const signerOf = ({ plan }: Release, role: string, but: readonly string[]): string | undefined =>
  plan.roles[role]?.find((who) => who !== plan.author && !but.includes(who))
