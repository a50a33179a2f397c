import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { hangingOnFiles } from '../../../test/contract/hanging-files.ts'
import { serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { JsonCheck } from '../../core/plan/operator-report-checks.ts'
import { createJsonCheckRunner } from './json.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-json-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'report.json')

const spec = (settings: object) => JsonCheck.parse({ driver: 'json', ...settings })
const runnerOf = (checks: Record<string, JsonCheck>) => createJsonCheckRunner(checks, { folder })
function run(content: string | Uint8Array, settings: object) {
  writeFileSync(path, content)
  return runnerOf({ main: spec({ file: 'report.json', ...settings }) }).runCheck('main', effectContext())
}
async function runUrl(listener: RequestListener, settings: object = {}) {
  await using server = await serveLoopback(listener)
  const expect = [{ pointer: '', comparator: '==', value: 1 }]
  const main = spec({ url: `${server.url}/report?key=s3cret`, expect, ...settings })
  return await runnerOf({ main }).runCheck('main', effectContext())
}
const coverage = [{ pointer: '/coverage', comparator: '>=', value: 80 }]

checkRunnerContract(async () => {
  const silence = await serveSilence()
  writeFileSync(join(folder, 'good.json'), '{"coverage": 80}')
  writeFileSync(join(folder, 'bad.json'), '{"coverage": 79.9}')
  return {
    runner: runnerOf({
      good: spec({ file: 'good.json', expect: coverage }),
      bad: spec({ file: 'bad.json', expect: coverage }),
      hanging: spec({ url: silence.url, expect: coverage }),
    }),
    [Symbol.asyncDispose]: () => silence[Symbol.asyncDispose](),
  }
})

describe('on a file system that hangs', () => {
  checkRunnerContract(async () => {
    const good = spec({ file: 'good.json', expect: coverage })
    const bad = spec({ file: 'bad.json', expect: coverage })
    return {
      runner: hangingOnFiles(runnerOf({ good, bad, hanging: good })),
      [Symbol.asyncDispose]: async () => undefined,
    }
  })
})

it('compares every value, says of what the report is, and from when', async () => {
  const report = JSON.stringify({
    total: { 'lines/pct': 93.5, done: true },
    builds: [{ sha: 'abc', image: 'sha256:12' }],
    made: '2026-03-02T13:00:00+01:00',
  })
  const settings = {
    expect: [
      { pointer: '/total/lines~1pct', comparator: '>=', value: 80 },
      { pointer: '/total/done', comparator: '==', value: true },
      { pointer: '/builds/0/sha', comparator: '!=', value: 'old' },
    ],
    subject: { commit: '/builds/0/sha', artefactDigest: '/builds/0/image' },
    producedAt: '/made',
  }
  expect(await run(`\uFEFF${report}`, settings)).toEqual({
    ok: true,
    value: {
      verdict: 'passed',
      summary: '3 of 3 as expected',
      details: [
        '/total/lines~1pct is 93.5, expected >= 80',
        '/total/done is true, expected == true',
        '/builds/0/sha is "abc", expected != "old"',
      ],
      digest: createHash('sha256').update(`\uFEFF${report}`).digest('hex'),
      subject: { commit: 'abc', artefactDigest: 'sha256:12' },
      producedAt: '2026-03-02T12:00:00.000Z',
    },
  })
})

it.each<[string, boolean]>([
  ['1 < 2', true],
  ['2 < 2', false],
  ['2 <= 2', true],
  ['3 <= 2', false],
  ['3 > 2', true],
  ['2 > 2', false],
  ['2 >= 2', true],
  ['1 >= 2', false],
  ['2 == 2', true],
  ['1 == 2', false],
  ['1 != 2', true],
  ['2 != 2', false],
])('finds that %s is %s', async (statement, holds) => {
  const [seen = '', comparator, value] = statement.split(' ')
  const expectation = { pointer: '', comparator, value: Number(value) }
  expect(await run(seen, { expect: [expectation] })).toMatchObject({ value: { verdict: holds ? 'passed' : 'failed' } })
})

it.each<[string, object, string]>([
  ['{}', { pointer: '/a', comparator: '!=', value: 1 }, '/a is missing, expected != 1'],
  ['{"a": null}', { pointer: '/a', comparator: '<', value: 1 }, '/a is null, expected < 1'],
  ['{"a": "95"}', { pointer: '/a', comparator: '>=', value: 90 }, '/a is "95", expected >= 90'],
  ['{"a": "95"}', { pointer: '/a', comparator: '!=', value: 90 }, '/a is "95", expected != 90'],
  ['{"a": 1}', { pointer: '/a', comparator: '==', value: true }, '/a is 1, expected == true'],
  ['{"a": 1e999}', { pointer: '/a', comparator: '>', value: 1 }, '/a is Infinity, expected > 1'],
  ['{"a": [3]}', { pointer: '/a', comparator: '==', value: 3 }, '/a is an array, expected == 3'],
  ['{"a": {}}', { pointer: '/a', comparator: '!=', value: 'x' }, '/a is an object, expected != "x"'],
  ['[1]', { pointer: '/length', comparator: '==', value: 1 }, '/length is missing, expected == 1'],
  ['{}', { pointer: '/constructor/name', comparator: '==', value: 'Object' }, '/constructor/name is missing'],
  ['"x"', { pointer: '', comparator: '==', value: 'y' }, 'the document is "x", expected == "y"'],
])('%s never passes %j', async (report, expectation, words) => {
  expect(await run(report, { expect: [expectation] })).toMatchObject({
    value: { verdict: 'failed', summary: expect.stringContaining(words), details: [expect.stringContaining(words)] },
  })
})

it.each([
  [{ commit: '/sha' }, undefined, '/sha should name the commit: it is missing'],
  [{ artefactDigest: '/empty' }, undefined, '/empty should name the artefactDigest: it is ""'],
  [{ commit: '/coverage' }, undefined, '/coverage should name the commit: it is 90'],
  [undefined, '/coverage', '/coverage should be a time with an offset: it is 90'],
  [undefined, '/local', '/local should be a time with an offset: it is "2026-03-02T12:00:00"'],
  [undefined, '/made', '/made should be a time with an offset: it is missing'],
])('does not pass a report that does not say %j and %j', async (subject, producedAt, line) => {
  const report = '{"coverage": 90, "empty": "", "local": "2026-03-02T12:00:00"}'
  const outcome = await run(report, { expect: coverage, subject, producedAt })
  expect(outcome).toMatchObject({ value: { verdict: 'failed', summary: line } })
  expect(outcome).not.toHaveProperty('value.producedAt')
})

it.each<[string, string | Uint8Array, string]>([
  ['no JSON', '{"coverage": 90', 'is not JSON: '],
  ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'is not UTF-8'],
  ['too large', '{"coverage": 90}'.padEnd(1_048_577), 'is larger than 1 MiB'],
])('rejects what is %s', async (_, report, words) => {
  expect(await run(report, { expect: coverage })).toMatchObject({
    error: { code: 'rejected', message: expect.stringContaining(`main: ${path} ${words}`) },
  })
})

describe('by HTTP', () => {
  it('sends headers, of which some are secret', async () => {
    vi.stubEnv('COVERAGE_AUTHORIZATION_FOR_TESTS', 'Bearer s3cret')
    const headers = { Authorization: { env: 'COVERAGE_AUTHORIZATION_FOR_TESTS' }, 'x-team': 'shop' }
    const answer: RequestListener = ({ headers: got }, response) =>
      response.end(got.authorization === 'Bearer s3cret' && got['x-team'] === 'shop' && got.accept ? '1' : '0')
    expect(await runUrl(answer, { headers })).toMatchObject({ value: { verdict: 'passed' } })
    const missing = { headers: { authorization: { env: 'NO_SUCH_VARIABLE_FOR_TESTS' } } }
    expect(await runUrl(answer, missing)).toMatchObject({ error: { code: 'unauthorized' } })
  })

  it.each([
    [302, 'rejected', 'it has moved (302) to https://elsewhere.example/; name its new place'],
    [401, 'unauthorized', 'does not know these credentials'],
    [403, 'unauthorized', 'may not read it'],
    [404, 'notFound', 'it is not there'],
    [429, 'unavailable', 'too many requests'],
    [503, 'unavailable', 'the server answered 503'],
  ])('takes %i as %s, and tells no query', async (status, code, words) => {
    const headers = { location: 'https://elsewhere.example/?key=s3cret' }
    const outcome = await runUrl((_, response) => response.writeHead(status, headers).end('1'))
    expect(outcome).toMatchObject({ error: { code, message: expect.stringContaining(words) } })
    expect(JSON.stringify(outcome)).not.toContain('s3cret')
  })

  it('tells no query of a server that breaks off, sends too much or no JSON', async () => {
    const outcomes = [
      await runUrl((request) => request.socket.destroy()),
      await runUrl((_, response) => response.end('1'.padEnd(1_048_577))),
      await runUrl((_, response) => response.end('<html>')),
      await runUrl((_, response) => response.end(), { url: 'http://[' }),
    ]
    expect(outcomes.map((outcome) => !outcome.ok && outcome.error.code)).toEqual([
      'unavailable',
      'rejected',
      'rejected',
      'rejected',
    ])
    expect(JSON.stringify(outcomes)).not.toContain('s3cret')
  })
})

describe('what operators write', () => {
  it.each<[object, string]>([
    [{}, 'either a `file` or a `url`'],
    [{ file: 'a', url: 'http://a' }, 'either a `file` or a `url`'],
    [{ file: 'a', headers: { a: 'b' } }, 'a file takes no headers'],
    [{ url: 'https://user:pass@a' }, 'put credentials in `headers`'],
    [{ file: 'a', expect: [] }, 'expected array to have >=1 items'],
    [{ file: 'a', expect: [{ pointer: 'a', comparator: '<', value: 1 }] }, 'a JSON pointer (RFC 6901)'],
    [{ file: 'a', expect: [{ pointer: '/~2', comparator: '<', value: 1 }] }, 'a JSON pointer (RFC 6901)'],
    [{ file: 'a', expect: [{ pointer: '/a', comparator: '<', value: 'b' }] }, 'only numbers have an order'],
  ])('cannot be %j', (settings, words) => {
    expect(() => spec({ expect: coverage, ...settings })).toThrow(words)
  })
})
