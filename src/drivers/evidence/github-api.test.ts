import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { type GithubAnswer, type GithubServer, githubToken, serveGithub } from '../../../test/contract/github-server.ts'
import { freePort, serveLoopback } from '../../../test/contract/loopback-server.ts'
import { GithubAccess } from '../../core/plan/operator-github-checks.ts'
import { openGithub } from './github-api.ts'

const access = (baseUrl: string) => GithubAccess.parse({ repository: 'shop/api', token: { file: 'token' }, baseUrl })

async function reader(baseUrl: string, token = githubToken) {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-github-'))
  await writeFile(join(folder, 'token'), `${token}\n`)
  const opened = await openGithub(access(baseUrl), effectContext(), { folder })
  await rm(folder, { recursive: true })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}
const issues = { what: 'the issues', path: '/issues', query: { state: 'open' } }
const read = async (baseUrl: string, token?: string) =>
  (await reader(baseUrl, token)).readPages(issues, z.array(z.object({ number: z.int() })))

async function readWith(answer: GithubAnswer) {
  await using github = await serveGithub()
  github.fault = () => answer
  return await read(github.url)
}

describe('an answer that is no success', () => {
  const limit = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1772452800' }
  it.each<[GithubAnswer, string, string]>([
    [{ status: 401 }, 'unauthorized', 'does not know these credentials'],
    [{ status: 403 }, 'unauthorized', 'may not read it'],
    [{ status: 403, headers: { ...limit, 'x-ratelimit-remaining': '7' } }, 'unauthorized', 'may not read it'],
    [
      { status: 403, headers: limit },
      'unavailable',
      'too many requests (403); the limit resets at 2026-03-02T12:00:00',
    ],
    [
      { status: 429, headers: limit },
      'unavailable',
      'too many requests (429); the limit resets at 2026-03-02T12:00:00',
    ],
    [{ status: 403, headers: { 'retry-after': '60' } }, 'unavailable', 'too many requests (403); ask again in 60 s'],
    [
      { status: 429, headers: { 'retry-after': 'Mon, 02 Mar 2026 12:00:00 GMT' } },
      'unavailable',
      'ask again from 2026-03-02T12:00:00',
    ],
    [{ status: 429, headers: { 'retry-after': 'soon' } }, 'unavailable', 'the issues: too many requests (429)'],
    [{ status: 404 }, 'notFound', 'it is not there, or these credentials may not see it'],
    [{ status: 410 }, 'notFound', 'the server answered 410'],
    [{ status: 422 }, 'rejected', 'the server answered 422'],
    [{ status: 500 }, 'unavailable', 'the server answered 500'],
    [{ status: 503 }, 'unavailable', 'the server answered 503'],
  ])('%j is %s: "%s"', async (answer, code, words) => {
    expect(await readWith({ ...answer, body: { message: 'words of GitHub' } })).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining(words), cause: 'words of GitHub' },
    })
  })

  it('is told without the token, even where the server repeats it, and shortened', async () => {
    await using github = await serveGithub()
    github.fault = (_, { headers }) => ({
      status: 401,
      body: { message: `you sent ${headers.authorization} ${'x'.repeat(500)}` },
    })
    const outcome = await read(github.url)
    expect(outcome).toMatchObject({ error: { cause: expect.stringMatching(/^you sent Bearer \[token\] x+$/) } })
    expect(JSON.stringify(outcome).length).toBeLessThan(500)
    expect(await read(github.url, 'line\nbreak')).toMatchObject({ error: { code: 'rejected' } })
    expect(JSON.stringify(await read(github.url, 'line\nbreak'))).not.toMatch(/line.{1,2}break/)
  })

  it('is not followed where it is a redirect, which is told without its query', async () => {
    const moved = await readWith({ status: 301, headers: { location: 'https://elsewhere.example/a/b?signature=1' } })
    expect(moved).toMatchObject({
      error: {
        code: 'rejected',
        message: 'the issues: it has moved (301) to https://elsewhere.example/a/b; name its new place',
      },
    })
  })
})

it.each([
  ['<https://elsewhere.example/page>; rel="next"', 'rejected'],
  ['<http://127.0.0.1:1/page>; rel=next', 'rejected'],
])('sends the token to no other host: %s', async (link, code) => {
  expect(await readWith({ status: 200, headers: { link }, body: [] })).toMatchObject({
    error: { code, message: expect.stringContaining('its next page is not at http://127.0.0.1') },
  })
})

it('follows ten pages of a list without an end', async () => {
  await using github = await serveGithub()
  github.fault = ({ query }) => {
    const link = `<${github.url}/repositories/4711/issues?${query}>; rel="next", <${github.url}/>; rel="last"`
    return { status: 200, headers: { link }, body: [{ number: 1 }] }
  }
  expect(await read(github.url)).toMatchObject({ error: { code: 'rejected', message: 'the issues: more than 1000' } })
  expect(github.asked).toHaveLength(10)
})

it('ends at a page whose links lead only back', async () => {
  const link = '<http://elsewhere.example/1>; rel="prev", <http://elsewhere.example/1>; rel="first"'
  expect(await readWith({ status: 200, headers: { link }, body: [] })).toEqual({ ok: true, value: [[]] })
})

it('finds the base URL wrong where something else answers', async () => {
  await using page = await serveLoopback((_, response) => response.end('<html>welcome</html>'))
  const message = `the issues: ${page.url} does not answer as GitHub's REST API does`
  expect(await read(page.url)).toEqual({ ok: false, error: { code: 'rejected', message } })
  expect(await readWith({ status: 200, body: [{ number: 'one' }] })).toMatchObject({ error: { code: 'rejected' } })
  expect(await read(`http://127.0.0.1:${await freePort()}`)).toMatchObject({ error: { code: 'unavailable' } })
})

it('takes a base URL with a path, as GitHub Enterprise Server has it', async () => {
  const urls: (string | undefined)[] = []
  await using server = await serveLoopback(({ url }, response) => {
    urls.push(url)
    response.end('[]')
  })
  expect(await read(`${server.url}/api/v3/`)).toEqual({ ok: true, value: [[]] })
  expect(urls).toEqual(['/api/v3/repos/shop/api/issues?state=open&per_page=100'])
})

it('says where the token should be', async () => {
  const opened = await openGithub(access('http://localhost'), effectContext(), { folder: tmpdir() })
  expect(opened).toMatchObject({
    error: { code: 'unauthorized', message: expect.stringContaining('secret file token') },
  })
})

describe('what operators write', () => {
  it.each(['http://github.example', 'https://user:pass@github.example', 'https://github.example/?a=b', 'ftp://a'])(
    'takes no base URL %s',
    (url) => expect(() => access(url)).toThrow('an https URL without user, query or fragment'),
  )
  it.each(['shop', 'shop/..', 'shop/.', 'shop/a/b', '../api', 'shop/a b', '/api'])('takes no repository %s', (name) =>
    expect(() => GithubAccess.parse({ repository: name, token: { env: 'T' } })).toThrow('owner/name'),
  )
  it.each(['shop/api.js', 'shop_corp/.github', 'a/b'])('takes the repository %s', (name) => {
    const { baseUrl } = GithubAccess.parse({ repository: name, token: { env: 'T' } })
    expect(baseUrl).toBe('https://api.github.com')
  })
})

describe('the server of these tests', () => {
  const good = {
    accept: 'application/vnd.github+json',
    authorization: 'Bearer x',
    'user-agent': 'test',
    'x-github-api-version': '2022-11-28',
  }
  const ask = (github: GithubServer, path: string, more: RequestInit = {}) =>
    fetch(`${github.url}${path}`, { headers: good, ...more })

  it.each<[string, RequestInit]>([
    ['/repos/shop/api/issues?per_page=101', {}],
    ['/repos/shop/api/issues?per_page=0', {}],
    ['/repos/shop/api/issues?label=P0', {}],
    ['/repos/shop/api/issues?state=open&state=closed', {}],
    ['/repos/shop/api/commits/a/b/check-runs', {}],
    ['/repos/shop/api/commits/a/check-runs?filter=newest', {}],
    ['/repos/shop/api/pulls/seven', {}],
    ['/repos/shop/api/issues', { method: 'POST' }],
    ['/repos/shop/api/issues', { headers: { ...good, authorization: 'x' } }],
    ['/repos/shop/api/issues', { headers: { ...good, accept: 'text/html' } }],
    ['/repos/shop/api/issues', { headers: { ...good, 'x-github-api-version': '2020-01-01' } }],
  ])('fails a test that asks for %s with %j', async (path, init) => {
    const github = await serveGithub()
    expect((await ask(github, path, init)).status).toBe(400)
    await expect(github[Symbol.asyncDispose]()).rejects.toThrow('GitHub would not take this')
  })

  it('knows one token', async () => {
    await using github = await serveGithub()
    expect((await ask(github, '/repos/shop/api')).status).toBe(401)
  })
})
