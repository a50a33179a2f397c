/** The way of an older event to today's version: one step for each version, taken one after another. */
import { eventSchemaVersion } from './event-schema.ts'
import { liftFrom1 } from './lift-from-1.ts'

/** Gives an event as one of the next version. Made anew for each stream; sees the older events of the stream in order, from the first on. */
type Lift = (event: unknown) => unknown

/** By the version that they lift from. An event that did not change is given back as it is. */
export const upcasters: Readonly<Record<number, () => Lift>> = {
  1: liftFrom1,
  2: () => (event) => event,
}

/** The steps of one stream, made when they are first needed. */
export class LiftedStream {
  readonly #lifts = new Map<number, Lift>()

  /** Throws what the step throws where the event is not what its version says. */
  lift(event: unknown, from: number): unknown {
    let lifted = event
    for (let version = from; version < eventSchemaVersion; version++) lifted = this.#liftFrom(version)(lifted)
    return lifted
  }

  #liftFrom(version: number): Lift {
    const known = this.#lifts.get(version) ?? upcasters[version]?.()
    if (!known) throw new Error(`no step leads from version ${version} of the events to the next one`)
    this.#lifts.set(version, known)
    return known
  }
}
