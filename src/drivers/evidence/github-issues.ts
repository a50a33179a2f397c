/** Open issues at GitHub that carry one of some labels: none may be open ("no open P0 or P1"). */
import { z } from 'zod'
import type { GithubIssuesCheck } from '../../core/plan/operator-github-checks.ts'
import { type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { checkRunnerOf } from './check-runner-of.ts'
import { type GithubReader, openGithub } from './github-api.ts'
import { listed, oneLine } from './word-evidence.ts'

/** Every pull request is an issue too, and says so by this key. */
const Issue = z.object({ number: z.int(), title: z.string(), pull_request: z.unknown().optional() })
/** How many issues are told one by one. */
const maximumDetails = 50

/** One reading of `GET /repos/{owner}/{repo}/issues` a label, at most 1,000 issues and pull requests each. */
export function createGithubIssuesRunner(
  checks: Readonly<Record<string, GithubIssuesCheck>>,
  places: { folder: string },
): CheckRunner {
  return checkRunnerOf('github-issues', checks, {
    async gather(spec, context) {
      const github = await openGithub(spec, context, places)
      if (!github.ok) return github
      const known = await findLabels(github.value, spec)
      if (!known.ok) return known
      const found = new Map<number, { title: string; labels: string[] }>()
      for (const label of spec.labels) {
        const what = `open issues of ${spec.repository} with the label ${label}`
        const question = { what, path: '/issues', query: { state: 'open', labels: label } }
        const pages = await github.value.readPages(question, z.array(Issue))
        if (!pages.ok) return pages
        for (const { number, title } of pages.value.flat().filter(({ pull_request }) => pull_request === undefined))
          found.set(number, { title, labels: [...(found.get(number)?.labels ?? []), label] })
      }
      const issues = [...found].sort(([a], [b]) => a - b)
      const labels = spec.labels.join(', ')
      const details = issues.map(
        ([number, issue]) => `#${number} (${issue.labels.join(', ')}): ${oneLine(issue.title)}`,
      )
      return succeed({
        verdict: issues.length === 0 ? 'passed' : 'failed',
        summary:
          issues.length === 0
            ? `no open issue with ${labels}`
            : `${issues.length} open with ${labels}: ${listed(issues.map(([number]) => `#${number}`))}`,
        details: issues.length === 0 ? [`${spec.repository}: none`] : details.slice(0, maximumDetails),
        digest: github.value.digest(),
      })
    },
    async look(spec, context) {
      const github = await openGithub(spec, context, places)
      return github.ok ? findLabels(github.value, spec) : github
    },
  })
}

/** GitHub finds no issues with a label that does not exist; a misspelt one would let everything pass. */
async function findLabels(github: GithubReader, { repository, labels }: GithubIssuesCheck): Promise<Outcome<void>> {
  for (const label of labels) {
    const question = { what: `the label ${label} of ${repository}`, path: `/labels/${encodeURIComponent(label)}` }
    const found = await github.read(question, z.object({ name: z.string() }))
    if (!found.ok) return found
  }
  return succeed(undefined)
}
