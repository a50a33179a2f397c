/** A cohort at the proxy: whoever matches gets one version, whatever the shares are. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { CohortMatch } from '../core/plan/cohort-match.ts'
import { Version } from './version.ts'

const CohortRoute = z.strictObject({ match: CohortMatch, version: Version })
/** By the cohort's name; of several that match, the first one counts. */
export const CohortRoutes = z.record(z.string().min(1).max(100), CohortRoute)
export type CohortRoutes = z.infer<typeof CohortRoutes>

/** The version of the cohort that these headers belong to; undefined for everybody else. */
export function cohortVersion(routes: CohortRoutes, headers: IncomingHttpHeaders): string | undefined {
  return Object.values(routes).find(({ match }) => matches(match, headers))?.version
}

function matches(match: CohortMatch, headers: IncomingHttpHeaders): boolean {
  if ('header' in match) return headers[match.header.toLowerCase()] === match.value
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.includes(`${match.cookie}=${match.value}`)
}
