import { expect, it, vi } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { githubToken, serveGithub } from '../../../test/contract/github-server.ts'
import type { GithubIssue } from '../../../test/contract/github-shapes.ts'
import { serveSilence } from '../../../test/contract/loopback-server.ts'
import { GithubIssuesCheck } from '../../core/plan/operator-github-checks.ts'
import { createGithubIssuesRunner } from './github-issues.ts'

vi.stubEnv('GITHUB_TOKEN_FOR_TESTS', githubToken)
const known = ['P0', 'P1', 'needs design/copy']
const spec = (baseUrl: string, labels = ['P0', 'P1']) =>
  GithubIssuesCheck.parse({
    driver: 'github-issues',
    repository: 'shop/api',
    token: { env: 'GITHUB_TOKEN_FOR_TESTS' },
    labels,
    baseUrl,
  })
const runnerOf = (checks: Record<string, GithubIssuesCheck>) => createGithubIssuesRunner(checks, { folder: '.' })

async function run(issues: GithubIssue[], labels?: string[]) {
  await using github = await serveGithub({ labels: known, issues })
  return {
    outcome: await runnerOf({ main: spec(github.url, labels) }).runCheck('main', effectContext()),
    asked: github.asked,
  }
}

checkRunnerContract(async () => {
  const issues = [{ number: 3, title: 'Data is lost', labels: ['P1'] }]
  const [github, silence] = await Promise.all([serveGithub({ labels: known, issues }), serveSilence()])
  return {
    runner: runnerOf({ good: spec(github.url, ['P0']), bad: spec(github.url), hanging: spec(silence.url) }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([github[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('passes while nothing open carries a label, whatever else is open', async () => {
  const { outcome, asked } = await run([
    { number: 1, title: 'done', labels: ['P0'], state: 'closed' },
    { number: 2, title: 'small', labels: ['needs design/copy'] },
    { number: 4, title: 'a pull request', labels: ['P1'], pullRequest: true },
  ])
  expect(outcome).toEqual({
    ok: true,
    value: {
      verdict: 'passed',
      summary: 'no open issue with P0, P1',
      details: ['shop/api: none'],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  })
  expect(asked).toEqual([
    'issues/get-label',
    'issues/get-label',
    'issues/list-for-repo state=open&labels=P0&per_page=100',
    'issues/list-for-repo state=open&labels=P1&per_page=100',
  ])
})

it('names each open issue once, by number, with its labels', async () => {
  const { outcome } = await run([
    { number: 12, title: 'Data\nis lost', labels: ['P1', 'P0'] },
    { number: 5, title: 'x'.repeat(300), labels: ['P1'] },
  ])
  expect(outcome).toMatchObject({
    value: {
      verdict: 'failed',
      summary: '2 open with P0, P1: #5, #12',
      details: [`#5 (P1): ${'x'.repeat(119)}…`, '#12 (P0, P1): Data is lost'],
    },
  })
})

it('finds the issue behind two pages of pull requests', async () => {
  const pulls = Array.from({ length: 200 }, (_, index) => ({ title: 'a change', labels: ['P0'], number: 100 + index }))
  const issues = pulls.map((pull): GithubIssue => ({ ...pull, pullRequest: true }))
  const { outcome } = await run([...issues, { number: 1, title: 'old', labels: ['P0'] }], ['P0'])
  expect(outcome).toMatchObject({ value: { verdict: 'failed', summary: '1 open with P0: #1' } })
})

it('tells fifty of many one by one', async () => {
  const issues = Array.from({ length: 60 }, (_, index) => ({ title: 'broken', labels: ['P0'], number: 1 + index }))
  const { outcome } = await run(issues, ['P0'])
  expect(outcome).toMatchObject({
    value: {
      summary: '60 open with P0: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 50 more',
      details: { length: 50 },
    },
  })
})

it('does not pass on a label that is not there, nor pings it', async () => {
  await using github = await serveGithub({ labels: known })
  const runner = runnerOf({ main: spec(github.url, ['P0', 'Po']), odd: spec(github.url, ['needs design/copy']) })
  const notFound = {
    ok: false,
    error: { code: 'notFound', message: expect.stringContaining('main: the label Po of shop/api: ') },
  }
  expect(await runner.runCheck('main', effectContext())).toMatchObject(notFound)
  expect(await runner.ping('main', effectContext())).toMatchObject(notFound)
  expect(await runner.ping('odd', effectContext())).toEqual({ ok: true, value: undefined })
})

it('takes no label with a comma, which GitHub would read as two', () => {
  expect(() => spec('https://api.github.com', ['P0,P1'])).toThrow('a label without a comma')
})
