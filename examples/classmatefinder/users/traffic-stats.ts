// What the users have seen so far.

/** Errors are answers of 500 and above, refused or broken connections, and timeouts. */
export interface Traffic {
  requests: number
  errors: number
}

/** The body of GET /stats. */
export interface StatsReport extends Traffic {
  /** By the x-version header; answers without one, and requests without an answer, are under `none`. */
  byVersion: Record<string, Traffic>
  /** Finished: did all they came for. Abandoned: gave up before. Dropped: not let in, too many were under way. */
  journeys: { started: number; finished: number; abandoned: number; dropped: number }
  since: string
}

/** Empty counts from `since` on. */
export function createStats(since: Date): StatsReport {
  return {
    requests: 0,
    errors: 0,
    byVersion: {},
    journeys: { started: 0, finished: 0, abandoned: 0, dropped: 0 },
    since: since.toISOString(),
  }
}

/** Adds one request; `status` 0 means that no answer came. */
export function countRequest(stats: StatsReport, status: number, version = 'none'): void {
  stats.byVersion[version] ??= { requests: 0, errors: 0 }
  const failed = status === 0 || status >= 500
  for (const traffic of [stats, stats.byVersion[version]]) {
    traffic.requests += 1
    if (failed) traffic.errors += 1
  }
}
