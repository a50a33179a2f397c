/** Every moment of a release, to be interrupted there: the world as it was after each input that was recorded. */
import type { World } from './world.ts'

/** Runs the world to `untilMs` or its end; the moments at which it was not over, in order. */
export function everyMoment(world: World, untilMs = 120_000): World[] {
  const moments = [world.fork()]
  let seen = world.log.length
  world.afterInput = () => {
    if (world.log.length === seen || world.state.ended !== null) return
    seen = world.log.length
    moments.push(world.fork())
  }
  world.run({ untilMs })
  return moments
}
