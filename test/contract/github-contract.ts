/**
 * What GitHub's REST API takes of the requests that the drivers make, after its published OpenAPI description (version 2022-11-28,
 * https://github.com/github/rest-api-description). It is stricter than GitHub where GitHub silently corrects a request, such as a page
 * size beyond its largest.
 */
import type { IncomingMessage } from 'node:http'

type Rule = (value: string) => boolean

const between = (least: number, most: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
const oneOf =
  (...values: string[]) =>
  (value: string) =>
    values.includes(value)
const anything = (value: string) => value !== ''
const paging: Record<string, Rule> = { per_page: between(1, 100), page: between(1, 1_000_000) }

/** Every operation is a `GET`. `{…}` in a path is one segment, percent-encoded. */
const operations = {
  'repos/get': { path: '/repos/{owner}/{repo}', query: {} },
  'checks/list-for-ref': {
    path: '/repos/{owner}/{repo}/commits/{ref}/check-runs',
    query: {
      ...paging,
      check_name: anything,
      status: oneOf('queued', 'in_progress', 'completed'),
      filter: oneOf('latest', 'all'),
      app_id: between(1, Number.MAX_SAFE_INTEGER),
    },
  },
  'pulls/get': { path: '/repos/{owner}/{repo}/pulls/{pull_number}', query: {} },
  'pulls/list-reviews': { path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', query: paging },
  'issues/list-for-repo': {
    path: '/repos/{owner}/{repo}/issues',
    query: {
      ...paging,
      milestone: anything,
      state: oneOf('open', 'closed', 'all'),
      assignee: anything,
      type: anything,
      creator: anything,
      mentioned: anything,
      labels: anything,
      sort: oneOf('created', 'updated', 'comments'),
      direction: oneOf('asc', 'desc'),
      since: (value) => !Number.isNaN(Date.parse(value)),
    },
  },
  'issues/get-label': { path: '/repos/{owner}/{repo}/labels/{name}', query: {} },
} as const satisfies Record<string, { path: string; query: Record<string, Rule> }>

export type GithubOperation = keyof typeof operations

export interface GithubCall {
  operation: GithubOperation
  path: Record<string, string>
  query: URLSearchParams
}

/** The call that the request makes, or in words why GitHub would not take it. */
export function readGithubCall(request: IncomingMessage, repositoryId: number): GithubCall | string {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://github.invalid')
  // Links to further pages name the repository by its number.
  const path = pathname.replace(new RegExp(`^/repositories/${repositoryId}(?=/|$)`), '/repos/by/id')
  const flaw =
    headerFlaw(request.headers) ?? (request.method === 'GET' ? undefined : `no operation by ${request.method}`)
  if (flaw !== undefined) return flaw
  for (const [operation, { path: template, query: rules }] of Object.entries(operations)) {
    const segments = segmentsOf(template, path)
    if (segments === undefined) continue
    if ('pull_number' in segments && !between(1, 1e9)(segments.pull_number ?? ''))
      return `${path}: a number is no integer`
    const wrong = [...query].find(([name, value]) => !ruleOf(rules, name)?.(value))
    if (wrong) return `${operation} does not take ${wrong.join('=')}`
    if (new Set(query.keys()).size < [...query].length) return `${operation} does not take a parameter twice`
    return { operation: operation as GithubOperation, path: segments, query }
  }
  return `there is no operation at ${path}`
}

const ruleOf = (rules: Readonly<Record<string, Rule>>, name: string): Rule | undefined =>
  Object.hasOwn(rules, name) ? rules[name] : undefined

function headerFlaw(headers: IncomingMessage['headers']): string | undefined {
  const { accept, authorization = '', 'user-agent': agent, 'x-github-api-version': version } = headers
  if (accept !== 'application/vnd.github+json') return `Accept is ${accept}`
  if (version !== '2022-11-28') return `X-GitHub-Api-Version is ${String(version)}`
  if (!agent) return 'there is no User-Agent, which GitHub refuses'
  return /^Bearer \S+$/.test(authorization) ? undefined : 'Authorization is no bearer token'
}

function segmentsOf(template: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [template.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const found: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    const name = /^\{(?<name>\w+)\}$/.exec(segment)?.groups?.name
    if (name === undefined ? segment !== value : value === '') return undefined
    if (name !== undefined) found[name] = decodeURIComponent(value)
  }
  return found
}
