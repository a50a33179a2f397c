/** Kept snapshots beside what their events give, for `tidegate doctor`, and the way to make them anew. */

import type { EventStore, KeptSnapshot } from './ports/event-store.ts'
import { checkSnapshot } from './runtime/check-snapshot.ts'
import { openRelease, snapshotEvery } from './runtime/open-release.ts'
import { findingIn } from './server/checkup/finding-in.ts'
import type { Checkup } from './server/contract.ts'

const found = findingIn('store')
const what = 'snapshots'

/** Events that are folded in one checkup: some ten seconds. Snapshots of more are left out, and it is said how many. */
const maximumEvents = 200_000
/** Findings beyond this many only count. */
const maximumFindings = 10

const rebuild = 'stop the controllers, which have it in memory, then: tidegate doctor --rebuild-snapshots'

/** `snapshots` gives those in the store of which it is told that they are wanted, by their numbers of events. */
export async function checkSnapshots(
  snapshots: (isWanted: (events: number) => boolean) => AsyncIterable<KeptSnapshot> | Iterable<KeptSnapshot>,
): Promise<Checkup[]> {
  const counts = { same: 0, left: 0, events: 0 }
  const findings: Checkup[] = []
  const isWanted = (events: number) => {
    const fits = counts.events + events <= maximumEvents
    if (fits) counts.events += events
    else counts.left++
    return fits
  }
  for await (const kept of snapshots(isWanted)) {
    const finding = findingOf(kept)
    if (finding) findings.push(finding)
    else counts.same++
  }
  return [...shown(findings), ...summary(counts)]
}

/** Undefined where the events give it. */
function findingOf({ stream, snapshot, events }: KeptSnapshot): Checkup | undefined {
  const one = `the one of ${stream} after event ${snapshot.version}`
  try {
    const checked = checkSnapshot(snapshot, events)
    switch (checked.verdict) {
      case 'same':
        return undefined
      case 'unused':
        return found(
          'warning',
          what,
          `${one} is not used: ${checked.why}`,
          'remove it: tidegate doctor --rebuild-snapshots',
        )
      case 'wrong':
        return found('failed', what, `${one} is not what its events give, in ${checked.parts.join(', ')}`, rebuild)
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return found('failed', what, `${one} cannot be checked: ${why}`, 'find out more with: tidegate audit verify')
  }
}

function shown(findings: readonly Checkup[]): Checkup[] {
  const more = findings.length - maximumFindings
  if (more <= 0) return [...findings]
  const worst = findings.some(({ state }) => state === 'failed') ? 'failed' : 'warning'
  return [...findings.slice(0, maximumFindings), found(worst, what, `${more} more are not in order`, rebuild)]
}

function summary({ same, left }: { same: number; left: number }): Checkup[] {
  const checked = same > 0 ? [found('ok', what, `${same} checked, each is what its events give`)] : []
  if (left === 0) return checked
  const message = `${left} not checked: together they hold more than ${maximumEvents} events`
  return [...checked, found('warning', what, message, 'they can be made anew: tidegate doctor --rebuild-snapshots')]
}

/** Drops every snapshot and makes those of long releases anew from their events. */
export async function rebuildSnapshots(store: EventStore): Promise<Checkup> {
  await store.dropSnapshots()
  let made = 0
  for (const { stream, version } of await store.streams()) {
    if (version < snapshotEvery) continue
    await openRelease(store, stream)
    made++
  }
  return found('ok', what, `all were dropped, ${made} made anew`)
}
