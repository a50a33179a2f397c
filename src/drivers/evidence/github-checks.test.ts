import { createHash } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { type GithubServer, githubToken, serveGithub } from '../../../test/contract/github-server.ts'
import { type GithubRun, headSha } from '../../../test/contract/github-shapes.ts'
import { serveSilence } from '../../../test/contract/loopback-server.ts'
import { GithubChecksCheck } from '../../core/plan/operator-github-checks.ts'
import { createGithubChecksRunner } from './github-checks.ts'

vi.stubEnv('GITHUB_TOKEN_FOR_TESTS', githubToken)
const spec = (baseUrl: string, settings: object = {}) =>
  GithubChecksCheck.parse({
    driver: 'github-checks',
    repository: 'shop/api',
    token: { env: 'GITHUB_TOKEN_FOR_TESTS' },
    ref: 'main',
    required: 'all',
    baseUrl,
    ...settings,
  })
const runnerOf = (checks: Record<string, GithubChecksCheck>) => createGithubChecksRunner(checks, { folder: '.' })
const run = (github: GithubServer, settings: object = {}) =>
  runnerOf({ main: spec(github.url, settings) }).runCheck('main', effectContext())

checkRunnerContract(async () => {
  const runs = { main: [{ name: 'build' }], broken: [{ name: 'build', conclusion: 'failure' }] }
  const [github, silence] = await Promise.all([serveGithub({ runs }), serveSilence()])
  return {
    runner: runnerOf({
      good: spec(github.url),
      bad: spec(github.url, { ref: 'broken' }),
      hanging: spec(silence.url),
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([github[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('passes on success, neutral and skipped, names the commit, and is as old as its latest run', async () => {
  await using github = await serveGithub({
    runs: {
      main: [
        { name: 'build', completedAt: '2026-03-02T10:00:00Z' },
        { name: 'docs', conclusion: 'neutral', completedAt: '2026-03-02T10:05:00Z' },
        { name: 'deploy preview', conclusion: 'skipped', completedAt: null },
      ],
    },
  })
  expect(await run(github)).toEqual({
    ok: true,
    value: {
      verdict: 'passed',
      summary: '3 of 3 checks passed',
      details: ['build: success', 'deploy preview: skipped', 'docs: neutral'],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: { commit: headSha },
      producedAt: '2026-03-02T10:05:00.000Z',
    },
  })
  expect(github.asked).toEqual(['checks/list-for-ref filter=latest&per_page=100'])
})

it.each<[string, GithubRun[], object]>([
  ['failed: unit', [{ name: 'unit', conclusion: 'failure' }], { verdict: 'failed' }],
  ['failed: unit', [{ name: 'unit', conclusion: 'timed_out' }, { name: 'lint' }], { verdict: 'failed' }],
  ['failed: unit', [{ name: 'unit', conclusion: 'action_required' }], { verdict: 'failed' }],
  // No list holds all conclusions there will ever be.
  ['failed: unit', [{ name: 'unit', conclusion: 'unheard_of' }], { verdict: 'failed' }],
  ['not done: unit', [{ name: 'unit', status: 'queued' }, { name: 'lint' }], { verdict: 'pending' }],
  ['not done: unit', [{ name: 'unit', status: 'in_progress' }], { verdict: 'pending' }],
  [
    'failed: a; not done: unit',
    [
      { name: 'unit', status: 'waiting' },
      { name: 'a', conclusion: 'stale' },
    ],
    {},
  ],
  // A second workflow with a check of the same name.
  ['failed: unit', [{ name: 'unit' }, { name: 'unit', conclusion: 'cancelled' }], { verdict: 'failed' }],
  ['main has no check run yet', [], { verdict: 'pending' }],
])('says "%s" of all runs', async (summary, runs, more) => {
  await using github = await serveGithub({ runs: { main: runs } })
  expect(await run(github)).toMatchObject({ ok: true, value: { summary, ...more } })
})

it('waits for a required check that is not there, and does not mind the others', async () => {
  const runs = { 'heads/next/two': [{ name: 'unit' }, { name: 'flaky', conclusion: 'failure' }] }
  await using github = await serveGithub({ runs })
  const ref = 'heads/next/two'
  expect(await run(github, { ref, required: ['unit', 'e2e'] })).toMatchObject({
    value: {
      verdict: 'pending',
      summary: 'no check run yet: e2e',
      details: ['unit: success', 'e2e: no check run yet'],
    },
  })
  expect(await run(github, { ref, required: ['unit'] })).toMatchObject({ value: { verdict: 'passed' } })
})

it('reads every page, and digests the bytes of all', async () => {
  const runs = Array.from({ length: 201 }, (_, index) => ({ name: `job ${index}` }))
  await using github = await serveGithub({ runs: { main: [...runs, { name: 'last', conclusion: 'failure' }] } })
  expect(await run(github)).toMatchObject({ value: { verdict: 'failed', summary: 'failed: last' } })
  expect(github.asked).toEqual([
    'checks/list-for-ref filter=latest&per_page=100',
    'checks/list-for-ref filter=latest&per_page=100&page=2',
    'checks/list-for-ref filter=latest&per_page=100&page=3',
  ])
  const body = JSON.stringify({ total_count: 0, check_runs: [] })
  github.fault = () => ({ status: 200, body: JSON.parse(body) })
  expect(await run(github)).toMatchObject({
    value: { verdict: 'pending', digest: createHash('sha256').update(body).digest('hex') },
  })
})

it('takes no part for the whole', async () => {
  const runs = Array.from({ length: 1_001 }, (_, index) => ({ name: `job ${index}` }))
  await using github = await serveGithub({
    runs: { main: runs, moved: [{ name: 'a' }, { name: 'b', sha: 'f'.repeat(40) }] },
  })
  expect(await run(github)).toMatchObject({
    error: { code: 'rejected', message: 'main: the check runs of main in shop/api: more than 1000' },
  })
  expect(await run(github, { ref: 'moved' })).toMatchObject({
    error: { code: 'unavailable', message: expect.stringContaining('it moved to another commit while it was read') },
  })
  github.fault = () => ({ status: 200, body: { total_count: 2, check_runs: [] } })
  expect(await run(github)).toMatchObject({
    error: { code: 'unavailable', message: expect.stringContaining('GitHub gave 0 of 2') },
  })
})

it('asks only for the repository when it is pinged: its ref may come later', async () => {
  await using github = await serveGithub()
  const runner = runnerOf({ main: spec(github.url), other: spec(github.url, { repository: 'shop/gone' }) })
  expect(await runner.ping('main', effectContext())).toEqual({ ok: true, value: undefined })
  expect(await runner.ping('other', effectContext())).toMatchObject({
    error: { code: 'notFound', message: expect.stringContaining('other: shop/gone: the server answered 404') },
  })
  expect(await run(github)).toMatchObject({ error: { code: 'rejected', cause: 'No commit found for SHA: main' } })
})
