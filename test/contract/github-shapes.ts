/** Answers of GitHub's REST API in their documented shapes, except that a pull request's branches come without their whole repository. */

export interface GithubRun {
  name: string
  status?: string
  conclusion?: string | null
  sha?: string
  completedAt?: string | null
}

export interface GithubReview {
  by: string | null
  state: string
  commit?: string | null
  association?: string
  submittedAt?: string
}

export interface GithubIssue {
  number: number
  title: string
  labels: string[]
  state?: 'open' | 'closed'
  pullRequest?: boolean
}

export interface GithubPullRequest {
  number: number
  author: string
  state?: 'open' | 'closed'
  merged?: boolean
  reviews: GithubReview[]
}

export const headSha = '1f0e8a3b5c7d9e2f4a6b8c0d1e3f5a7b9c2d4e6f'

/** One number for each login, as accounts have. */
const accountId = (login: string): number => [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)

function account(login: string) {
  const url = `https://api.github.com/users/${login}`
  return {
    login,
    id: accountId(login),
    node_id: `U_${login}`,
    type: 'User',
    site_admin: false,
    gravatar_id: '',
    avatar_url: `https://avatars.githubusercontent.com/${login}`,
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
  }
}

export function checkRunShape(run: GithubRun, index: number) {
  const { name, sha = headSha, status = 'completed', completedAt = '2026-03-02T10:00:00Z' } = run
  const { conclusion = 'success' } = run
  const done = status === 'completed'
  return {
    id: 1_000 + index,
    node_id: `CR_${index}`,
    head_sha: sha,
    external_id: '',
    url: `https://api.github.com/repos/shop/api/check-runs/${1_000 + index}`,
    html_url: `https://github.com/shop/api/runs/${1_000 + index}`,
    details_url: 'https://ci.example',
    status,
    conclusion: done ? conclusion : null,
    started_at: '2026-03-02T09:50:00Z',
    completed_at: done ? completedAt : null,
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: 'https://api.github.com/',
    },
    name,
    check_suite: { id: 5 },
    app: null,
    pull_requests: [],
  }
}

const links = ['comments', 'commits', 'statuses', 'html', 'issue', 'review_comments', 'review_comment', 'self']

export function pullRequestShape({ number, author, state = 'open', merged = false }: GithubPullRequest) {
  const branch = { label: 'shop:next', ref: 'next', sha: headSha, user: account('shop'), repo: null }
  const url = `https://api.github.com/repos/shop/api/pulls/${number}`
  const html = `https://github.com/shop/api/pull/${number}`
  return {
    url,
    id: 9_000 + number,
    node_id: `PR_${number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `https://api.github.com/repos/shop/api/issues/${number}`,
    commits_url: `${url}/commits`,
    comments_url: `${url}/comments`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    statuses_url: `https://api.github.com/repos/shop/api/statuses/${headSha}`,
    _links: Object.fromEntries(links.map((name) => [name, { href: url }])),
    number,
    ...{ assignee: null, milestone: null, auto_merge: null, merge_commit_sha: null, maintainer_can_modify: false },
    ...{ additions: 1, deletions: 1, changed_files: 1, commits: 1, comments: 0, review_comments: 0 },
    state,
    locked: false,
    title: 'A change',
    user: account(author),
    body: null,
    labels: [],
    draft: false,
    merged,
    mergeable: true,
    mergeable_state: 'clean',
    merged_by: merged ? account('rina') : null,
    closed_at: state === 'closed' ? '2026-03-02T09:00:00Z' : null,
    created_at: '2026-03-01T09:00:00Z',
    updated_at: '2026-03-02T09:00:00Z',
    merged_at: merged ? '2026-03-02T09:00:00Z' : null,
    head: branch,
    base: { ...branch, label: 'shop:main', ref: 'main', sha: '0'.repeat(40) },
    author_association: 'MEMBER',
  }
}

export function reviewShape(review: GithubReview, index: number) {
  const { by, state, commit = headSha, association = 'MEMBER', submittedAt = '2026-03-02T11:00:00Z' } = review
  const html = `https://github.com/shop/api/pull/7#pullrequestreview-${index}`
  return {
    id: 100 + index,
    node_id: `PRR_${index}`,
    user: by === null ? null : account(by),
    body: '',
    state,
    html_url: html,
    pull_request_url: 'https://api.github.com/repos/shop/api/pulls/7',
    author_association: association,
    _links: { html: { href: html }, pull_request: { href: 'https://api.github.com/repos/shop/api/pulls/7' } },
    // A review that is not sent yet has no time.
    ...(state === 'PENDING' ? {} : { submitted_at: submittedAt }),
    commit_id: commit,
  }
}

export const labelShape = (name: string) => ({
  id: accountId(name),
  node_id: `LA_${name}`,
  url: `https://api.github.com/repos/shop/api/labels/${encodeURIComponent(name)}`,
  name,
  description: null,
  color: 'b60205',
  default: false,
})

export function issueShape({ number, title, labels, state = 'open', pullRequest = false }: GithubIssue) {
  const url = `https://api.github.com/repos/shop/api/issues/${number}`
  const pull = `https://api.github.com/repos/shop/api/pulls/${number}`
  return {
    id: 7_000 + number,
    node_id: `I_${number}`,
    url,
    repository_url: 'https://api.github.com/repos/shop/api',
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `https://github.com/shop/api/issues/${number}`,
    number,
    state,
    title,
    body: null,
    user: account('rina'),
    labels: labels.map(labelShape),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    comments: 0,
    closed_at: null,
    created_at: '2026-03-01T09:00:00Z',
    updated_at: '2026-03-01T09:00:00Z',
    author_association: 'MEMBER',
    ...(pullRequest ? { pull_request: { url: pull, html_url: pull, diff_url: pull, patch_url: pull } } : {}),
  }
}
