/**
 * A server in the place of GitHub, for tests: it is not GitHub, but holds every request to GitHub's published contract
 * (`github-contract.ts`) and answers in its documented shapes (`github-shapes.ts`). A request that GitHub would not take fails the test
 * when the server is disposed.
 */
import type { IncomingMessage } from 'node:http'
import { type GithubCall, readGithubCall } from './github-contract.ts'
import {
  checkRunShape,
  type GithubIssue,
  type GithubPullRequest,
  type GithubRun,
  issueShape,
  labelShape,
  pullRequestShape,
  reviewShape,
} from './github-shapes.ts'
import { serveLoopback } from './loopback-server.ts'

/** What the repository `shop/api` has; a test may change it between calls. */
export interface GithubState {
  /** Check runs by ref. */
  runs: Record<string, GithubRun[]>
  pullRequests: GithubPullRequest[]
  labels: string[]
  issues: GithubIssue[]
}

/** What is sent back. */
export interface GithubAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

export interface GithubServer extends AsyncDisposable {
  url: string
  state: GithubState
  /** Operations with their query, in the order asked. */
  asked: string[]
  /** Given instead of the answer while it is set. */
  fault: ((call: GithubCall, request: IncomingMessage) => GithubAnswer | undefined) | undefined
}

/** The only token it knows. */
export const githubToken = 'github_pat_for_tests_only'
const repositoryId = 4_711
const documentation_url = 'https://docs.github.com/rest'
const badCredentials = { message: 'Bad credentials', documentation_url, status: '401' }
const notFound: GithubAnswer = { status: 404, body: { message: 'Not Found', documentation_url, status: '404' } }

export async function serveGithub(state: Partial<GithubState> = {}): Promise<GithubServer> {
  const violations: string[] = []
  const github: Omit<GithubServer, typeof Symbol.asyncDispose> = {
    url: '',
    state: { runs: {}, pullRequests: [], labels: [], issues: [], ...state },
    asked: [],
    fault: undefined,
  }
  function answerTo(request: IncomingMessage): GithubAnswer {
    const call = readGithubCall(request, repositoryId)
    if (typeof call === 'string') {
      violations.push(call)
      return { status: 400, body: { message: call } }
    }
    github.asked.push(`${call.operation} ${call.query}`.trim())
    const fault = github.fault?.(call, request)
    if (fault) return fault
    if (request.headers.authorization !== `Bearer ${githubToken}`) return { status: 401, body: badCredentials }
    const { owner, repo } = call.path
    return `${owner}/${repo}` === 'shop/api' || owner === 'by' ? answerOf(call, github) : notFound
  }
  const server = await serveLoopback((request, response) => {
    const { status, headers, body = { message: 'a fault' } } = answerTo(request)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    response.end(JSON.stringify(body))
  })
  github.url = server.url
  return Object.assign(github, {
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      if (violations.length > 0) throw new Error(`GitHub would not take this: ${violations.join('; ')}`)
    },
  })
}

function answerOf(call: GithubCall, { state, url }: Pick<GithubServer, 'state' | 'url'>): GithubAnswer {
  const { operation, path, query } = call
  const pullRequest = state.pullRequests.find(({ number }) => number === Number(path.pull_number))
  switch (operation) {
    case 'repos/get':
      return { status: 200, body: { id: repositoryId, name: 'api', full_name: 'shop/api', private: true } }
    case 'checks/list-for-ref': {
      const runs = state.runs[path.ref ?? '']
      if (runs === undefined) return { status: 422, body: { message: `No commit found for SHA: ${path.ref}` } }
      const page = pageOf(runs.map(checkRunShape), call, url)
      return { status: 200, body: { total_count: runs.length, check_runs: page.items }, headers: page.headers }
    }
    case 'pulls/get':
      return pullRequest ? { status: 200, body: pullRequestShape(pullRequest) } : notFound
    case 'pulls/list-reviews': {
      if (!pullRequest) return notFound
      const page = pageOf(pullRequest.reviews.map(reviewShape), call, url)
      return { status: 200, body: page.items, headers: page.headers }
    }
    case 'issues/get-label': {
      const label = state.labels.find((each) => each.toLowerCase() === path.name?.toLowerCase())
      return label === undefined ? notFound : { status: 200, body: labelShape(label) }
    }
    case 'issues/list-for-repo': {
      const labels = query.get('labels')?.split(',') ?? []
      const wanted = state.issues.filter(
        (issue) =>
          (issue.state ?? 'open') === (query.get('state') ?? 'open') &&
          labels.every((label) => issue.labels.includes(label)),
      )
      const page = pageOf(wanted.map(issueShape), call, url)
      return { status: 200, body: page.items, headers: page.headers }
    }
  }
}

/** One page, and the `Link` header to the next one, which names the repository by its number. */
function pageOf<T>(all: T[], { path, query }: GithubCall, url: string) {
  const [perPage, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)]
  const items = all.slice((page - 1) * perPage, page * perPage)
  if (page * perPage >= all.length) return { items, headers: {} }
  const below = path.ref !== undefined ? `commits/${encodeURIComponent(path.ref)}/check-runs` : undefined
  const place = below ?? (path.pull_number === undefined ? 'issues' : `pulls/${path.pull_number}/reviews`)
  const linkTo = (number: number, relation: string) => {
    const parameters = new URLSearchParams(query)
    parameters.set('page', `${number}`)
    return `<${url}/repositories/${repositoryId}/${place}?${parameters}>; rel="${relation}"`
  }
  const last = Math.ceil(all.length / perPage)
  return { items, headers: { link: `${linkTo(page + 1, 'next')}, ${linkTo(last, 'last')}` } }
}
