import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { HttpCheck } from '../../core/plan/operator-checks.ts'
import { createHttpCheckRunner } from './http-check.ts'

type Requests = readonly object[]

const runnerOf = (...requests: Requests) =>
  createHttpCheckRunner({ main: HttpCheck.parse({ driver: 'http', requests }) })
const run = (...requests: Requests) => runnerOf(...requests).runCheck('main', effectContext())

checkRunnerContract(async () => {
  const [hello, silence] = await Promise.all([serveLoopback((_, response) => response.end('hello')), serveSilence()])
  const check = (url: string, status: number) =>
    HttpCheck.parse({ driver: 'http', requests: [{ name: 'ask', url, status: [status] }] })
  return {
    runner: createHttpCheckRunner({
      good: check(hello.url, 200),
      bad: check(hello.url, 204),
      hanging: check(silence.url, 200),
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([hello[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('makes every request, in order, and reports each with what differs', async () => {
  const asked: string[] = []
  await using server = await serveLoopback((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(request.url === '/broken' ? 500 : 200).end(`answer to ${request.url}`)
  })
  const outcome = await run(
    { name: 'first', url: `${server.url}/ok`, status: [200], bodyIncludes: ['answer'] },
    {
      name: 'second',
      url: `${server.url}/broken`,
      method: 'POST',
      status: [200, 201],
      bodyIncludes: ['done', 'answer'],
    },
    { name: 'third', url: `${server.url}/last`, method: 'DELETE', status: [200] },
  )
  expect(asked).toEqual(['GET /ok', 'POST /broken', 'DELETE /last'])
  expect(outcome).toEqual({
    ok: true,
    value: {
      verdict: 'failed',
      summary: '1 of 3 not as expected: second',
      details: [
        `first: GET ${server.url}/ok gave 200 with 13 bytes`,
        `second: POST ${server.url}/broken gave 500 with 17 bytes; expected 200 or 201; "done" is not in the body; the body is "answer to /broken"`,
        `third: DELETE ${server.url}/last gave 200 with 15 bytes`,
      ],
      digest: createHash('sha256').update('answer to /okanswer to /brokenanswer to /last').digest('hex'),
    },
  })
})

it('sends JSON with a token that is fresh in each run and the same within it', async () => {
  const bodies: { name: string; mail: string; keep: number }[] = []
  await using server = await serveLoopback(async (request, response) => {
    bodies.push(JSON.parse(String(Buffer.concat(await request.toArray()))))
    response.writeHead(request.headers['content-type'] === 'application/json' ? 201 : 415).end()
  })
  const json = { name: 'smoke{unique}', mail: 'smoke-{unique}@example.com', keep: 1 }
  const request = { name: 'register', method: 'POST', url: server.url, json, status: [201] }
  const runner = runnerOf(request, request)
  const verdicts = [await runner.runCheck('main', effectContext()), await runner.runCheck('main', effectContext())]
  expect(verdicts.map((outcome) => outcome.ok && outcome.value.verdict)).toEqual(['passed', 'passed'])
  const [first, second, third] = bodies
  const token = first?.name.slice('smoke'.length) ?? ''
  expect(token).toMatch(/^[0-9a-f]{12}$/)
  expect([first, second]).toEqual([{ name: `smoke${token}`, mail: `smoke-${token}@example.com`, keep: 1 }, first])
  expect(third?.name).not.toBe(first?.name)
})

it('follows no redirect: the redirect itself can be what is expected', async () => {
  await using server = await serveLoopback((_, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  )
  expect(await run({ name: 'moved', url: server.url, status: [302] })).toMatchObject({
    ok: true,
    value: { verdict: 'passed' },
  })
})

it('is unavailable, not failed, where nothing answers', async () => {
  await using server = await serveLoopback((_, response) => response.end())
  const outcome = await run(
    { name: 'up', url: server.url, status: [200] },
    { name: 'down', url: `http://127.0.0.1:${await freePort()}`, status: [200] },
  )
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringMatching(/^main, down: nothing listens at/) },
  })
})

it('rejects an answer beyond its size limit, and a request that cannot be sent', async () => {
  await using server = await serveLoopback((_, response) => response.end('x'.repeat(1_000_001)))
  expect(await run({ name: 'large', url: server.url, status: [200] })).toMatchObject({
    ok: false,
    error: { code: 'rejected', message: expect.stringContaining('more than 1000000 bytes') },
  })
  expect(await run({ name: 'odd', url: server.url, headers: { 'x-odd': 'line\nbreak' }, status: [200] })).toMatchObject(
    { ok: false, error: { code: 'rejected' } },
  )
})
