/** A change of shares as the admin interface takes it, checked whole before anything moves. */
import { z } from 'zod'
import { embeddedProxyStepPercent } from '../core/plan/operator.ts'
import { Shares } from '../core/release/evidence.ts'
import { CohortRoutes } from './cohort-route.ts'
import { BackendUrl } from './proxy-state.ts'
import { Version } from './version.ts'

/** `fence` only grows; `backends` names every version with its URL, the baseline first; a version without a share gets none. */
export const ShareChange = z
  .strictObject({
    shares: Shares,
    fence: z.int().nonnegative(),
    effectId: z.string().min(1).max(500),
    backends: z
      .record(Version, BackendUrl)
      .refine((backends) => Object.keys(backends).length <= 100, 'at most 100 versions'),
    /** Those that are not named are dropped. */
    cohorts: CohortRoutes.refine((cohorts) => Object.keys(cohorts).length <= 20, 'at most 20 cohorts').default({}),
  })
  .superRefine(({ shares, backends, cohorts }, context) => {
    const known = Object.keys(backends)
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    for (const [version, percent] of Object.entries(shares)) {
      const steps = percent / embeddedProxyStepPercent
      if (Math.abs(steps - Math.round(steps)) > 1e-6)
        issue(['shares', version], `${percent} is not a multiple of ${embeddedProxyStepPercent}`)
      if (!known.includes(version))
        issue(['shares', version], `no such backend; there are: ${known.join(', ') || 'none'}`)
    }
    for (const [cohort, { version }] of Object.entries(cohorts))
      if (!known.includes(version))
        issue(['cohorts', cohort], `no backend ${version}; there are: ${known.join(', ') || 'none'}`)
    const sum = Object.values(shares).reduce((total, percent) => total + percent, 0)
    if (Math.abs(sum - 100) > 1e-6) issue(['shares'], `the shares add up to ${Number(sum.toFixed(4))}, not to 100`)
  })
export type ShareChange = z.infer<typeof ShareChange>

/** The change in this JSON text, or what is wrong with it and where. */
export function readShareChange(text: string): { change: ShareChange } | { problem: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problem: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  const parsed = ShareChange.safeParse(json)
  if (parsed.success) return { change: parsed.data }
  return {
    problem: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '),
  }
}
