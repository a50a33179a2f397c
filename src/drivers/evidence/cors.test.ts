import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { CorsCheck } from '../../core/plan/operator-probes.ts'
import { createCorsCheckRunner } from './cors.ts'

const app = 'https://app.example.com'
const stranger = 'https://stranger.example'

/** What a server makes of a request, before it answers it. */
type Policy = (request: FastifyRequest, reply: FastifyReply) => void

/** A real server whose every answer goes through the policy; `asked` holds the methods in the order they came. */
async function serveCors(policy: Policy) {
  const server = fastify()
  const asked: string[] = []
  server.addHook('onRequest', async (request, reply) => {
    asked.push(request.method)
    policy(request, reply)
    if (reply.sent) return reply
  })
  server.options('/api', (_, reply) => reply.code(204).send())
  server.get('/api', () => ({ hello: 'world' }))
  server.route({
    method: ['PUT', 'POST', 'DELETE'],
    url: '/api',
    handler: () => {
      throw new Error('a probe changes nothing')
    },
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url: `${url}/api`, asked, [Symbol.asyncDispose]: () => server.close() }
}

/** As it should be: one origin, named in a list, and nothing for others. */
const strict: Policy = ({ headers }, reply) => {
  reply.header('vary', 'accept-encoding, Origin')
  if (headers.origin !== app) return
  reply.header('access-control-allow-origin', app)
  reply.header('access-control-allow-credentials', 'true')
  reply.header('access-control-allow-methods', 'GET, PUT')
  reply.header('access-control-allow-headers', 'Authorization, Content-Type')
}
/** Wrong: whoever asks is let in. */
const reflecting: Policy = ({ headers }, reply) => {
  reply.header('vary', 'origin')
  reply.header('access-control-allow-origin', headers.origin)
  reply.header('access-control-allow-credentials', 'true')
}
const wildcard: Policy = (_, reply) => {
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': '*',
    'access-control-allow-headers': '*',
  })
}

const checkOf = (check: object) => CorsCheck.parse({ driver: 'cors', ...check })
async function run(policy: Policy, check: object) {
  await using server = await serveCors(policy)
  const runner = createCorsCheckRunner({ main: checkOf({ url: server.url, ...check }) })
  const outcome = await runner.runCheck('main', effectContext())
  if (!outcome.ok) throw new Error(outcome.error.message)
  return { ...outcome.value, asked: server.asked }
}

checkRunnerContract(async () => {
  const [server, silence] = await Promise.all([serveCors(strict), serveSilence()])
  return {
    runner: createCorsCheckRunner({
      good: checkOf({ url: server.url, allow: [app] }),
      bad: checkOf({ url: server.url, allow: [stranger] }),
      hanging: checkOf({ url: silence.url, allow: [app] }),
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('passes a server that lets in exactly the origins it should', async () => {
  const both = { allow: [app], refuse: [stranger, null, 'https://app.example.com.evil.example'], credentials: true }
  expect(await run(strict, both)).toMatchObject({
    verdict: 'passed',
    summary: '4 of 4 origins as expected',
    details: [
      `${app} is let in`,
      `${stranger} is not let in: the answer has no Access-Control-Allow-Origin`,
      'null is not let in: the answer has no Access-Control-Allow-Origin',
      'https://app.example.com.evil.example is not let in: the answer has no Access-Control-Allow-Origin',
    ],
    // A browser sends no preflight for a plain GET.
    asked: ['GET', 'GET', 'GET', 'GET'],
  })
})

it('sends the preflight where a browser does, and the request itself only if it changes nothing', async () => {
  const headers = ['content-type', 'Authorization']
  const read = await run(strict, { allow: [app], requestHeaders: headers })
  expect(read).toMatchObject({ verdict: 'passed', asked: ['OPTIONS', 'GET'] })
  const write = await run(strict, { allow: [app], method: 'PUT', requestHeaders: headers })
  expect(write).toMatchObject({ verdict: 'passed', asked: ['OPTIONS'] })
})

it('fails what the preflight does not allow', async () => {
  const line = async (check: object) => (await run(strict, { allow: [app], ...check })).details.join('\n')
  expect(await line({ method: 'DELETE' })).toBe(
    `${app} is not let in: the preflight does not allow DELETE in Access-Control-Allow-Methods; allow it at the server`,
  )
  expect(await line({ requestHeaders: ['x-trace', 'authorization'] })).toContain(
    'the preflight does not allow x-trace in Access-Control-Allow-Headers',
  )
  // POST needs no leave of its own by the standard.
  expect(await line({ method: 'POST' })).toBe(`${app} is let in`)
  const redirecting: Policy = (request, reply) => {
    strict(request, reply)
    if (request.method === 'OPTIONS') reply.redirect('/login')
  }
  expect((await run(redirecting, { allow: [app], method: 'PUT' })).details.join()).toContain(
    'the preflight was answered 302, not with a status of 200 to 299',
  )
})

it('finds a server that reflects any origin', async () => {
  const found = await run(reflecting, { allow: [app], refuse: [stranger, 'null'], credentials: true })
  expect(found).toMatchObject({
    verdict: 'failed',
    summary: `2 of 3 origins not as expected: ${stranger}, null`,
    details: [
      `${app} is let in`,
      `${stranger} is let in; the server must not allow it; does it reflect any origin?`,
      'null is let in; the server must not allow it; does it reflect any origin?',
    ],
  })
})

it('takes a wildcard for every origin, and for none once there are credentials', async () => {
  expect(await run(wildcard, { allow: [app], refuse: [stranger] })).toMatchObject({
    verdict: 'failed',
    details: [`${app} is let in`, expect.stringContaining(`${stranger} is let in; the server must not`)],
  })
  expect(await run(wildcard, { allow: [app], credentials: true })).toMatchObject({
    verdict: 'failed',
    details: [
      expect.stringContaining('allows * for Access-Control-Allow-Origin, which does not count with credentials'),
    ],
  })
  const many = { allow: [app], method: 'DELETE', requestHeaders: ['x-trace'] }
  expect(await run(wildcard, many)).toMatchObject({ verdict: 'passed' })
  expect((await run(wildcard, { ...many, requestHeaders: ['authorization'] })).details.join()).toContain(
    'does not allow authorization in Access-Control-Allow-Headers',
  )
  const named: Policy = (request, reply) => {
    wildcard(request, reply)
    reply.header('access-control-allow-origin', app)
  }
  const withCookies = { ...many, credentials: true }
  expect((await run(named, withCookies)).details.join()).toContain('does not allow DELETE')
  expect((await run(named, { ...withCookies, method: 'GET' })).details.join()).toContain('does not allow x-trace')
})

it('needs the leave for credentials, word for word', async () => {
  const nearly: Policy = (request, reply) => {
    strict(request, reply)
    reply.header('access-control-allow-credentials', 'True')
  }
  expect((await run(nearly, { allow: [app], credentials: true })).details).toEqual([
    `${app} is not let in: the answer does not say \`Access-Control-Allow-Credentials: true\`; allow it at the server`,
  ])
  expect(await run(nearly, { allow: [app] })).toMatchObject({ verdict: 'passed' })
})

it('warns of a missing Vary where answers differ by origin, and fails nothing for it', async () => {
  const forgetful: Policy = (request, reply) => {
    strict(request, reply)
    reply.removeHeader('vary')
  }
  const both = { allow: [app], refuse: [stranger] }
  expect(await run(forgetful, both)).toMatchObject({
    verdict: 'passed',
    details: [{}, {}, expect.stringMatching(/^warning: .*`Vary: Origin`/)],
  })
  const fixed: Policy = (_, reply) => {
    reply.header('access-control-allow-origin', app)
  }
  expect((await run(fixed, both)).details).toHaveLength(2)
})

it('asks for the final address where a read is redirected, and is unavailable where nothing answers', async () => {
  await using moved = await serveLoopback((_, response) => response.writeHead(301, { location: '/' }).end())
  const ask = (url: string) =>
    createCorsCheckRunner({ main: checkOf({ url, allow: [app] }) }).runCheck('main', effectContext())
  expect(await ask(moved.url)).toMatchObject({
    ok: false,
    error: { code: 'rejected', message: expect.stringContaining('redirects (301); name the address') },
  })
  expect(await ask(`http://127.0.0.1:${await freePort()}`)).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringMatching(/^main: nothing listens/) },
  })
})
