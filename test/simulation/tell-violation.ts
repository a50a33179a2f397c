/** A violation for people to read: its seed, what it takes to see it, and the events up to it. */
import type { Violation } from '../../src/runtime/rehearsal/spot-violations.ts'
import type { Scenario } from './scenario.ts'
import type { SimWorld } from './sim-world.ts'

const shownEvents = 25
const shownCharacters = 160

export function tellViolation({ seed, faults, acts }: Scenario, world: SimWorld, violation: Violation): string {
  const { invariant, message, atMs, version } = violation
  const upTo = world.log.filter(({ position }) => position <= version).slice(-shownEvents)
  return [
    `seed ${seed}: ${invariant}`,
    `  ${message} (event ${version}, ${atMs} ms)`,
    ...faults.map(
      ({ kind, fromMs, lastsMs, awaits, service }) =>
        `  fault ${kind} from ${fromMs} ms${awaits ? `, once ${awaits}` : ''}, for ${lastsMs} ms, ${service ?? 'everywhere'}`,
    ),
    ...acts.map(
      ({ kind, atMs: at, awaits, who }) => `  from ${at} ms${awaits ? `, once ${awaits}` : ''}: ${who} ${kind}`,
    ),
    ...upTo.map(({ position, elapsedMs, actor, event }) => {
      const { type, ...rest } = event
      return `  ${position} ${elapsedMs} ms ${actor.id}: ${type} ${JSON.stringify(rest).slice(0, shownCharacters)}`
    }),
  ].join('\n')
}
