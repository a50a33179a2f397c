import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { SettingsParityCheck } from '../../core/plan/operator-probes.ts'
import { createSettingsParityRunner } from './settings-parity.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
const checkOf = (environments: object, rules: object = {}) =>
  SettingsParityCheck.parse({ driver: 'settings-parity', environments, ...rules })
const runnerOf = (environments: object, rules?: object) =>
  createSettingsParityRunner({ main: checkOf(environments, rules) }, { folder })
const run = (environments: object, rules?: object) => runnerOf(environments, rules).runCheck('main', effectContext())

/** The lines on two environments, given as the texts of their files. */
async function linesOf(staging: string, production: string, rules?: object): Promise<readonly string[]> {
  put('staging.env', staging)
  put('production.env', production)
  const outcome = await run({ staging: { envFile: 'staging.env' }, production: { envFile: 'production.env' } }, rules)
  if (!outcome.ok) throw new Error(outcome.error.message)
  return outcome.value.verdict === 'passed' ? [] : outcome.value.details
}

checkRunnerContract(async () => {
  const [server, silence] = await Promise.all([
    serveLoopback((_, response) => response.end('{"PORT": 8080}')),
    serveSilence(),
  ])
  put('same.env', 'PORT=8080\n')
  put('other.env', 'PORT=9090\n')
  const against = (url: string, envFile: string) => checkOf({ staging: { url }, production: { envFile } })
  return {
    runner: createSettingsParityRunner(
      {
        good: against(server.url, 'same.env'),
        bad: against(server.url, 'other.env'),
        hanging: against(silence.url, 'same.env'),
      },
      { folder },
    ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

describe('the rules', () => {
  it('passes equal settings', async () => {
    put('a.env', "# of the shop\nexport PORT=8080\nNAME='two words' # really\n")
    put('b.env', 'NAME="two words"\n\nPORT=8080')
    expect(await run({ a: { envFile: 'a.env' }, b: { envFile: 'b.env' } })).toEqual({
      ok: true,
      value: {
        verdict: 'passed',
        summary: '2 settings of a and b are as they should be',
        details: ['2 settings of a and b compared by SHA-256: all as they should be'],
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
  })

  it('finds what differs, unless it may', async () => {
    const differing = ['LEVEL=debug\nCDN_URL=a\nCDN_KEY=a\n', 'LEVEL=info\nCDN_URL=b\nCDN_KEY=b\n'] as const
    expect(await linesOf(...differing, { mayDiffer: ['CDN_*'] })).toEqual([
      'LEVEL differs: staging ≠ production; make it equal, or list it in mayDiffer',
    ])
    expect(await linesOf(...differing, { mayDiffer: ['CDN_URL', 'LEVEL'] })).toEqual([
      expect.stringMatching(/^CDN_KEY differs/),
    ])
    expect(await linesOf(...differing, { mayDiffer: ['*'] })).toEqual([])
  })

  it('finds what is missing, also where values may differ', async () => {
    const files = ['A=1\nKEY=x\n', 'A=1\nDEBUG=1\n'] as const
    expect(await linesOf(...files, { mayDiffer: ['*'] })).toEqual([
      'DEBUG is missing in staging: set it there',
      'KEY is missing in production: set it there',
    ])
    expect(await linesOf(...files, { mayBeMissing: ['DEBUG', 'KEY'], required: ['KEY', 'A'] })).toEqual([
      'KEY is missing in production: set it there',
    ])
  })

  it('finds what is the same and must not be, or stands nowhere', async () => {
    const shared = ['DATABASE_URL=db://one\nSALT=a\n', 'DATABASE_URL=db://one\nSALT=b\n'] as const
    expect(await linesOf(...shared, { mustDiffer: ['DATABASE_URL', 'SALT', 'DATABSE_URL'] })).toEqual([
      'DATABASE_URL is the same in staging and production: each needs a value of its own',
      'DATABSE_URL is missing in staging and production: set it there',
    ])
  })

  it('finds what is required and empty', async () => {
    expect(await linesOf('A=\nB=\n', 'A=\nB=\n', { required: ['A'] })).toEqual([
      'A is empty in staging and production: give it a value',
    ])
  })

  it('tells which environments agree where there are more than two', async () => {
    put('one.env', 'A=1\nB=1\n')
    put('two.env', 'A=2\nB=2\n')
    const environments = {
      dev: { envFile: 'one.env' },
      staging: { envFile: 'two.env' },
      production: { envFile: 'one.env' },
    }
    expect(await run(environments, { mustDiffer: ['B'] })).toMatchObject({
      value: {
        details: [
          'A differs: dev = production ≠ staging; make it equal, or list it in mayDiffer',
          'B is the same in dev and production: each needs a value of its own',
        ],
      },
    })
  })

  it('shows at most 200 findings, and a name of any characters in one line', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `NAME_${index}=1`).join('\n')
    const lines = await linesOf(`A=1\n${many}`, 'A=1\n')
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toBe('and 100 more')
    put('odd.json', JSON.stringify({ 'a\nb': 1, c: 1 }))
    put('even.json', JSON.stringify({ c: 1 }))
    expect(await run({ odd: { json: 'odd.json' }, even: { json: 'even.json' } })).toMatchObject({
      value: { details: ['"a\\nb" is missing in even: set it there'] },
    })
  })
})

describe('the sources', () => {
  it('reads nested JSON by names with dots, and gives its secret to a server', async () => {
    put('token', 'Bearer settings-secret')
    await using server = await serveLoopback((request, response) => {
      if (request.headers.authorization !== 'Bearer settings-secret') response.writeHead(401).end('settings-secret')
      else response.end('{"db": {"host": "one", "ports": [1, {"b": 1, "a": 2}]}, "on": true, "none": {}}')
    })
    put('nested.json', '{"on": "true", "none": {}, "db": {"ports": [1, {"a": 2, "b": 1}], "host": "two"}}')
    const { url } = server
    const json = { json: 'nested.json' }
    expect(
      await run({ staging: { url, headers: { authorization: { file: 'token' } } }, production: json }),
    ).toMatchObject({
      value: {
        summary: '1 finding in 4 settings of staging and production',
        details: [expect.stringMatching(/^db\.host differs/)],
      },
    })
    const unauthorised = await run({ staging: { url }, production: json })
    expect(unauthorised).toMatchObject({
      ok: false,
      error: { code: 'unauthorized', message: `main, staging: ${url} answered 401; give it the header it asks for` },
    })
    expect(JSON.stringify(unauthorised)).not.toContain('secret')
  })

  it.each([
    ['secret-1 = {"a": 1}', 'is not JSON'],
    ['{\n "a": "secret-1" "b" }', 'is not JSON (line 2 column 18)'],
    ['["secret-1"]', 'is no JSON object'],
    ['{}', 'holds no setting'],
    [`{"a": ${'['.repeat(40)}${']'.repeat(40)}}`, 'is nested more than 32 deep'],
    [
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, 1]))),
      'at most 10000 are compared',
    ],
    [`"${'x'.repeat(1_048_576)}"`, 'is larger than 1 MiB'],
  ])('rejects %.30s without quoting it', async (text, message) => {
    put('bad.json', text)
    put('good.env', 'A=1\n')
    const outcome = await run({ staging: { json: 'bad.json' }, production: { envFile: 'good.env' } })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected', message: expect.stringContaining(message) } })
    expect(JSON.stringify(outcome)).not.toContain('secret')
  })

  it('names the file or answer that is not there', async () => {
    put('good.env', 'A=1\n')
    const production = { envFile: 'good.env' }
    const runner = runnerOf({ staging: { envFile: 'gone.env' }, production })
    const missing = {
      ok: false,
      error: { code: 'notFound', message: expect.stringMatching(/^main, staging: .*gone\.env/) },
    }
    expect(await runner.runCheck('main', effectContext())).toMatchObject(missing)
    expect(await runner.ping('main', effectContext())).toMatchObject(missing)
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect(await run({ staging: { envFile: 'pipe' }, production })).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('is no file; name a file of NAME=value lines') },
    })
    for (const [status, code] of [
      [302, 'rejected'],
      [503, 'unavailable'],
    ] as const) {
      await using server = await serveLoopback((_, response) => response.writeHead(status).end())
      const outcome = await run({ staging: { url: server.url }, production })
      expect(outcome).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(`${status}`) } })
    }
  })

  it('shows no value in any evidence', async () => {
    const lines = await linesOf('A=hunter-two\nB=correct-horse\n', 'A=battery-staple\nB=correct-horse\n', {
      mustDiffer: ['B'],
    })
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toMatch(/hunter|horse|staple/)
  })
})
