/** Approvals of a pull request at GitHub: of each reviewer the latest review that decides something. */
import { z } from 'zod'
import type { GithubApprovalsCheck } from '../../core/plan/operator-github-checks.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { checkRunnerOf } from './check-runner-of.ts'
import { type GithubReader, openGithub } from './github-api.ts'
import { latest, listed } from './word-evidence.ts'

const User = z.object({ id: z.int(), login: z.string() })
const PullRequest = z.object({
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  user: User.nullable(),
  head: z.object({ sha: z.string() }),
})
const Review = z.object({
  user: User.nullable(),
  state: z.string(),
  commit_id: z.string().nullable(),
  submitted_at: z.iso.datetime({ offset: true }).optional(),
  author_association: z.string(),
})
type Review = z.infer<typeof Review>

const deciding = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']
/** Anybody may approve in a public repository; these people have a part in it. */
const insiders = ['OWNER', 'MEMBER', 'COLLABORATOR']

/** Reads `GET /repos/{owner}/{repo}/pulls/{number}` and its reviews, at most 1,000. Whoever asks for changes blocks; not everybody's approval counts. */
export function createGithubApprovalsRunner(
  checks: Readonly<Record<string, GithubApprovalsCheck>>,
  places: { folder: string },
): CheckRunner {
  return checkRunnerOf('github-approvals', checks, {
    async gather(spec, context) {
      const github = await openGithub(spec, context, places)
      if (!github.ok) return github
      const pullRequest = await readPullRequest(github.value, spec)
      if (!pullRequest.ok) return pullRequest
      const what = `the reviews of pull request ${spec.pullRequest} of ${spec.repository}`
      const pages = await github.value.readPages({ what, path: `/pulls/${spec.pullRequest}/reviews` }, z.array(Review))
      if (!pages.ok) return pages
      return succeed({ ...judge(spec, pullRequest.value, pages.value.flat()), digest: github.value.digest() })
    },
    async look(spec, context: DriverContext) {
      const github = await openGithub(spec, context, places)
      return github.ok ? readPullRequest(github.value, spec) : github
    },
  })
}

const readPullRequest = (github: GithubReader, { repository, pullRequest }: GithubApprovalsCheck) =>
  github.read({ what: `pull request ${pullRequest} of ${repository}`, path: `/pulls/${pullRequest}` }, PullRequest)

function judge(
  spec: GithubApprovalsCheck,
  { state, merged, user: author, head }: z.infer<typeof PullRequest>,
  reviews: readonly Review[],
): CheckEvidence {
  // GitHub gives them in the order of time. Of deleted accounts nobody can tell which are the same.
  const deciders = reviews.filter(({ state: decision }) => deciding.includes(decision))
  const last = new Map(deciders.map((review, index) => [review.user?.id ?? `deleted ${index}`, review]))
  const decisions = [...last.values()].map((review) => {
    const approved = review.state === 'APPROVED'
    return { ...review, name: review.user?.login ?? 'a deleted account', flaw: approved && flawOf(review) }
  })
  function flawOf({ user, commit_id, author_association }: Review): string | undefined {
    if (user === null) return 'the account is deleted'
    if (user.id === author?.id) return 'the author'
    if (!insiders.includes(author_association)) return `no member or collaborator (${author_association})`
    return commit_id === head.sha || spec.staleApprovals ? undefined : `of ${commit_id ?? 'a commit that is gone'}`
  }
  const refusing = decisions.filter((each) => each.state === 'CHANGES_REQUESTED').map(({ name }) => name)
  const approving = decisions.filter((each) => each.state === 'APPROVED' && each.flaw === undefined)
  const tally = `${approving.length} of ${spec.count} approvals`
  const abandoned = state === 'closed' && !merged
  const by = approving.length > 0 ? ` (${listed(approving.map(({ name }) => name))})` : ''
  const problem = abandoned ? 'closed, not merged' : refusing.length > 0 && `changes requested by ${listed(refusing)}`
  const producedAt = latest(approving.map(({ submitted_at }) => submitted_at))
  return {
    verdict: problem ? 'failed' : approving.length >= spec.count ? 'passed' : 'pending',
    summary: problem ? `${problem}; ${tally}${by}` : `${tally}${by}`,
    details: decisions.map(
      ({ name, state: decision, flaw }) =>
        `${name}: ${decision.toLowerCase().replace('_', ' ')}${flaw ? `, does not count: ${flaw}` : ''}`,
    ),
    subject: { commit: head.sha },
    ...(producedAt === undefined ? {} : { producedAt }),
  }
}
