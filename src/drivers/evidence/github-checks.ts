/** Check runs of a commit at GitHub, as required status checks read them: success, neutral and skipped pass. */
import { z } from 'zod'
import type { GithubChecksCheck } from '../../core/plan/operator-github-checks.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { checkRunnerOf } from './check-runner-of.ts'
import { openGithub } from './github-api.ts'
import { latest, listed } from './word-evidence.ts'

const CheckRun = z.object({
  name: z.string(),
  head_sha: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  completed_at: z.iso.datetime({ offset: true }).nullable(),
})
type CheckRun = z.infer<typeof CheckRun>
const Page = z.object({ total_count: z.int(), check_runs: z.array(CheckRun) })

/** GitHub's "About protected branches": a required check must be successful, skipped or neutral. */
const passing = ['success', 'neutral', 'skipped']

/** One reading of `GET /repos/{owner}/{repo}/commits/{ref}/check-runs` with the latest run of each check; at most 1,000 runs. */
export function createGithubChecksRunner(
  checks: Readonly<Record<string, GithubChecksCheck>>,
  places: { folder: string },
): CheckRunner {
  return checkRunnerOf('github-checks', checks, {
    async gather(spec, context) {
      const github = await openGithub(spec, context, places)
      if (!github.ok) return github
      const what = `the check runs of ${spec.ref} in ${spec.repository}`
      const path = `/commits/${encodeURIComponent(spec.ref)}/check-runs`
      const pages = await github.value.readPages({ what, path, query: { filter: 'latest' } }, Page)
      if (!pages.ok) return pages
      const runs = wholeListOf(pages.value, what)
      return runs.ok ? succeed({ ...judge(spec, runs.value), digest: github.value.digest() }) : runs
    },
    async look(spec, context) {
      const github = await openGithub(spec, context, places)
      return github.ok ? github.value.read({ what: spec.repository, path: '' }, z.object({})) : github
    },
  })
}

/** What moved between two pages is read anew: a part of the runs, or those of two commits, say nothing. */
function wholeListOf(pages: z.infer<typeof Page>[], what: string): Outcome<CheckRun[]> {
  const runs = pages.flatMap(({ check_runs }) => check_runs)
  const promised = Math.max(...pages.map(({ total_count }) => total_count))
  if (runs.length < promised) return fail('unavailable', `${what}: GitHub gave ${runs.length} of ${promised}`)
  if (new Set(runs.map(({ head_sha }) => head_sha)).size > 1)
    return fail('unavailable', `${what}: it moved to another commit while it was read`)
  return succeed(runs)
}

function judge({ ref, required }: GithubChecksCheck, runs: readonly CheckRun[]): CheckEvidence {
  const names = required === 'all' ? [...new Set(runs.map(({ name }) => name))].sort() : [...new Set(required)]
  const wanted = runs.filter(({ name }) => names.includes(name))
  const failed = namesOf(wanted.filter((run) => run.status === 'completed' && !passing.includes(run.conclusion ?? '')))
  const running = namesOf(wanted.filter(({ status }) => status !== 'completed'))
  const missing = names.filter((name) => wanted.every((run) => run.name !== name))
  const parts = [
    failed.length > 0 ? `failed: ${listed(failed)}` : '',
    running.length > 0 ? `not done: ${listed(running)}` : '',
    missing.length > 0 ? `no check run yet: ${listed(missing)}` : '',
  ].filter((part) => part !== '')
  const pending = names.length === 0 ? `${ref} has no check run yet` : parts.join('; ')
  const [first] = runs
  const producedAt = latest(wanted.map(({ completed_at }) => completed_at))
  return {
    verdict: failed.length > 0 ? 'failed' : pending === '' ? 'passed' : 'pending',
    summary: pending === '' ? `${names.length} of ${names.length} checks passed` : pending,
    details: names.flatMap((name) => detailsOf(name, wanted)),
    ...(first ? { subject: { commit: first.head_sha } } : {}),
    ...(producedAt === undefined ? {} : { producedAt }),
  }
}

/** Several apps or workflows may have a check of one name; each of them counts. */
function detailsOf(name: string, runs: readonly CheckRun[]): string[] {
  const own = runs.filter((run) => run.name === name)
  if (own.length === 0) return [`${name}: no check run yet`]
  return own.map(({ status, conclusion }) => `${name}: ${status === 'completed' ? conclusion : status}`)
}

const namesOf = (runs: readonly CheckRun[]): string[] => [...new Set(runs.map(({ name }) => name))]
