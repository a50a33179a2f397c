import { expect, it, vi } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { githubToken, serveGithub } from '../../../test/contract/github-server.ts'
import { type GithubPullRequest, type GithubReview, headSha } from '../../../test/contract/github-shapes.ts'
import { serveSilence } from '../../../test/contract/loopback-server.ts'
import { GithubApprovalsCheck } from '../../core/plan/operator-github-checks.ts'
import { createGithubApprovalsRunner } from './github-approvals.ts'

vi.stubEnv('GITHUB_TOKEN_FOR_TESTS', githubToken)
const spec = (baseUrl: string, settings: object = {}) =>
  GithubApprovalsCheck.parse({
    driver: 'github-approvals',
    repository: 'shop/api',
    token: { env: 'GITHUB_TOKEN_FOR_TESTS' },
    pullRequest: 7,
    baseUrl,
    ...settings,
  })
const runnerOf = (checks: Record<string, GithubApprovalsCheck>) => createGithubApprovalsRunner(checks, { folder: '.' })

async function run(reviews: GithubReview[], settings: object = {}, pullRequest: Partial<GithubPullRequest> = {}) {
  await using github = await serveGithub({ pullRequests: [{ number: 7, author: 'ana', reviews, ...pullRequest }] })
  const outcome = await runnerOf({ main: spec(github.url, settings) }).runCheck('main', effectContext())
  if (!outcome.ok) throw new Error(outcome.error.message)
  return outcome.value
}

const approval = (by: string | null, more: Partial<GithubReview> = {}): GithubReview => ({
  by,
  state: 'APPROVED',
  ...more,
})

checkRunnerContract(async () => {
  const pullRequests: GithubPullRequest[] = [
    { number: 7, author: 'ana', reviews: [approval('bo')] },
    { number: 8, author: 'ana', reviews: [{ by: 'bo', state: 'CHANGES_REQUESTED' }] },
  ]
  const [github, silence] = await Promise.all([serveGithub({ pullRequests }), serveSilence()])
  return {
    runner: runnerOf({
      good: spec(github.url),
      bad: spec(github.url, { pullRequest: 8 }),
      hanging: spec(silence.url),
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([github[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('counts people who approved the head, says who, and is as old as the latest approval', async () => {
  const reviews = [
    approval('bo', { submittedAt: '2026-03-02T11:00:00Z' }),
    approval('cy', { submittedAt: '2026-03-02T12:00:00Z', association: 'COLLABORATOR' }),
    approval('bo', { submittedAt: '2026-03-02T11:30:00Z' }),
  ]
  expect(await run(reviews, { count: 2 })).toEqual({
    verdict: 'passed',
    summary: '2 of 2 approvals (bo, cy)',
    details: ['bo: approved', 'cy: approved'],
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    subject: { commit: headSha },
    producedAt: '2026-03-02T12:00:00.000Z',
  })
  expect(await run(reviews, { count: 3 })).toMatchObject({ verdict: 'pending', summary: '2 of 3 approvals (bo, cy)' })
})

it('waits while nobody has decided', async () => {
  const undecided = ['COMMENTED', 'PENDING'].map((state) => ({ by: 'bo', state }))
  const evidence = await run(undecided)
  expect(evidence).toMatchObject({ verdict: 'pending', summary: '0 of 1 approvals', details: [] })
  expect(evidence).not.toHaveProperty('producedAt')
})

it.each<[string, GithubReview, string]>([
  ['the author', approval('ana'), 'ana: approved, does not count: the author'],
  ['a stranger', approval('zed', { association: 'NONE' }), 'no member or collaborator (NONE)'],
  ['a contributor', approval('zed', { association: 'CONTRIBUTOR' }), 'no member or collaborator (CONTRIBUTOR)'],
  ['a deleted account', approval(null), 'a deleted account: approved, does not count: the account is deleted'],
  ['an earlier commit', approval('bo', { commit: 'a'.repeat(40) }), `does not count: of ${'a'.repeat(40)}`],
  ['a commit that is gone', approval('bo', { commit: null }), 'does not count: of a commit that is gone'],
])('does not count the approval of %s', async (_, review, detail) => {
  expect(await run([review])).toMatchObject({
    verdict: 'pending',
    summary: '0 of 1 approvals',
    details: [expect.stringContaining(detail)],
  })
})

it('counts approvals of earlier commits where it may, but still not the author', async () => {
  const old = { commit: 'a'.repeat(40) }
  expect(await run([approval('bo', old)], { staleApprovals: true })).toMatchObject({ verdict: 'passed' })
  expect(await run([approval('ana', old)], { staleApprovals: true })).toMatchObject({ verdict: 'pending' })
})

it.each<[string, GithubReview[], string, string]>([
  ['asks for changes', [approval('bo'), { by: 'bo', state: 'CHANGES_REQUESTED' }], 'failed', 'changes requested by bo'],
  [
    'approves after that',
    [{ by: 'bo', state: 'CHANGES_REQUESTED' }, approval('bo')],
    'passed',
    '1 of 1 approvals (bo)',
  ],
  ['only comments then', [approval('bo'), { by: 'bo', state: 'COMMENTED' }], 'passed', '1 of 1 approvals (bo)'],
  ['is dismissed', [approval('bo'), { by: 'bo', state: 'DISMISSED' }], 'pending', '0 of 1 approvals'],
  [
    'is one of two',
    [approval('cy'), { by: 'bo', state: 'CHANGES_REQUESTED', commit: 'a'.repeat(40), association: 'NONE' }],
    'failed',
    'changes requested by bo; 1 of 1 approvals (cy)',
  ],
  [
    'is gone',
    [{ by: null, state: 'CHANGES_REQUESTED' }, approval(null), approval('cy')],
    'failed',
    'requested by a deleted account',
  ],
])('takes the last word of a reviewer who %s', async (_, reviews, verdict, summary) => {
  expect(await run(reviews)).toMatchObject({ verdict, summary: expect.stringContaining(summary) })
})

it('fails once the pull request is closed without a merge', async () => {
  const reviews = [approval('bo')]
  expect(await run(reviews, {}, { state: 'closed' })).toMatchObject({
    verdict: 'failed',
    summary: 'closed, not merged; 1 of 1 approvals (bo)',
  })
  expect(await run(reviews, {}, { state: 'closed', merged: true })).toMatchObject({ verdict: 'passed' })
})

it('reads every page of reviews', async () => {
  const comments = Array.from({ length: 150 }, (): GithubReview => ({ by: 'bo', state: 'COMMENTED' }))
  expect(await run([approval('bo'), ...comments, { by: 'bo', state: 'CHANGES_REQUESTED' }])).toMatchObject({
    verdict: 'failed',
  })
})

it('pings the pull request', async () => {
  await using github = await serveGithub({ pullRequests: [{ number: 7, author: 'ana', reviews: [] }] })
  const runner = runnerOf({ main: spec(github.url), gone: spec(github.url, { pullRequest: 9 }) })
  expect(await runner.ping('main', effectContext())).toEqual({ ok: true, value: undefined })
  expect(await runner.ping('gone', effectContext())).toMatchObject({
    error: { code: 'notFound', message: expect.stringContaining('gone: pull request 9 of shop/api') },
  })
})
