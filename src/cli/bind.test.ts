import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createServiceMetrics } from '../../examples/classmatefinder/backend/service-metrics.ts'
import { freePort, type LoopbackServer, serveLoopback } from '../../test/contract/loopback-server.ts'
import { hasPrometheus, startPrometheus } from '../../test/contract/prometheus-server.ts'
import { Bindings } from '../core/plan/bindings.ts'
import { ProxyMetrics } from '../proxy/proxy-metrics.ts'
import { surveyOperator } from '../wiring-survey.ts'
import { bindCommand } from './bind.ts'
import type { CliContext } from './context.ts'

const example = join(import.meta.dirname, '../../examples/classmatefinder')
const written = parse(readFileSync(join(example, 'tidegate.yaml'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bind-'))
const file = join(folder, 'tidegate.yaml')

/** The example's own registries, as its proxy and the version that runs today show them before a release; the new version does not run. */
const servers: LoopbackServer[] = []
const env: Record<string, string> = { NO_COLOR: '1' }

beforeAll(async () => {
  const proxy = new ProxyMetrics()
  for (const version of ['v0.0.9', 'v0.1.0']) proxy.know(version)
  proxy.observe('v0.0.9', 200, 0.02)
  const { registry } = createServiceMetrics('v0.0.9')
  for (const page of [proxy.registry, registry])
    servers.push(await serveLoopback((_, response) => void page.metrics().then((text) => response.end(text))))
  const [admin, baseline] = servers.map(({ port }) => `${port}`)
  Object.assign(env, { PORT_PROXY_ADMIN: admin, PORT_BASELINE: baseline, PORT_CANDIDATE: `${await freePort()}` })
})
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  rmSync(folder, { recursive: true })
  cpSync(example, folder, {
    recursive: true,
    filter: (path) =>
      !path.endsWith('tidegate.yaml') && !/backend|mailbox|users|process/.test(path.slice(example.length)),
  })
})

async function bind(...args: string[]): Promise<{ out: string[]; err: string[]; code: number | undefined }> {
  const out: string[] = []
  const err: string[] = []
  let code: number | undefined
  const refuse = () => Promise.reject(new Error('bind needs no controller'))
  const context: CliContext = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTty: false,
    columns: () => 80,
    cwd: folder,
    env,
    connect: refuse,
    survey: (stateDir, operatorFile) => surveyOperator(context, stateDir, operatorFile),
    rehearse: () => Promise.reject(new Error('not used here')),
    checkUp: () => Promise.reject(new Error('not used here')),
    audit: () => Promise.reject(new Error('not used here')),
    serveFlags: refuse,
    openDemo: refuse,
    onInterrupt: () => () => undefined,
    exit: (given) => {
      code = given
    },
  }
  const program = new Command().exitOverride().option('--state <dir>', '', '.tidegate')
  bindCommand(program, context)
  await program.parseAsync(['bind', ...args], { from: 'user' })
  return { out, err, code }
}
const onExample = (...args: string[]) => bind('ROLLOUT.md', '--operator', 'operator.yaml', ...args)

describe('tidegate bind on the example', () => {
  it('writes of itself most of what a person wrote', async () => {
    const { code, err } = await onExample()
    const proposed = parse(readFileSync(file, 'utf8'))
    expect(proposed.plan).toBe(written.plan)
    expect(proposed.asks).toBe(written.asks)
    expect(proposed.service).toEqual(written.service)
    const query = ({ says: _, minimumSamples: __, triggerSamples: ___, ...rest }: Record<string, unknown>) => rest
    for (const [mine, theirs] of [
      ['error-rate', 'error-rate'],
      ['response-time', 'response-time'],
      ['email-verification-rate', 'email-verification'],
    ] as const)
      expect(query(proposed.metrics[mine])).toEqual(query(written.metrics[theirs]))
    for (const [phase, { steps }] of Object.entries<{ steps: object }>(proposed.phases))
      expect(written.phases[phase].steps).toMatchObject(steps)
    expect(written.criteria).toMatchObject(proposed.criteria)
    expect(written.triggers).toMatchObject(proposed.triggers)
    expect(written.checklists).toMatchObject(proposed.checklists)
    expect(Object.values<{ steps: object }>(proposed.phases).flatMap(({ steps }) => Object.keys(steps))).toHaveLength(6)
    // How fast going back has to be is nobody's to guess.
    expect(proposed.rollback).toBeUndefined()
    expect(code).toBe(3)
    expect(err.join('\n')).toMatch(
      /how long going back may take: write rollback\.deadline: … into tidegate\.yaml \(such as 10m/,
    )
    expect(Bindings.safeParse(proposed).success).toBe(true)
  })

  it('asks in comments about what it is less sure of, each as the person answered it', async () => {
    await onExample()
    const text = readFileSync(file, 'utf8')
    for (const question of [
      'Database setup: { command: migrate-staging }',
      'Auth endpoints answer as specified: { check: staging-smoke }',
      'Watch the metrics: { covered: the criteria and triggers of this phase }',
      'Database connection failures: { anyOf: database-connection-issues }',
      '  events: database_errors_total',
      '  total: database_queries_total',
      'rollback:',
      '  deadline: …',
    ])
      expect(text).toMatch(new RegExp(`^ *#\\? ${question.replace(/[{}.]/g, '\\$&')}$`, 'm'))
  })

  it('is content once the rest is decided, and finds nothing more to write', async () => {
    await onExample()
    const asked = /#\? rollback:\n.*\n#\? {3}deadline: …/
    writeFileSync(file, readFileSync(file, 'utf8').replace(asked, 'rollback: { deadline: 10m }'))
    const second = await onExample()
    expect(second.code).toBe(0)
    expect(second.err.join('\n')).toContain('--ack UNBOUND_TRIGGER UNBOUND_ROLLBACK_STEP')
    const text = readFileSync(file, 'utf8')
    expect((await onExample()).err).toContain('tidegate.yaml holds all of it already')
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('touches no byte of what a person wrote', async () => {
    cpSync(join(example, 'tidegate.yaml'), file)
    const { code, out } = await onExample()
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(join(example, 'tidegate.yaml'), 'utf8'))
    expect(code).toBe(0)
    expect(out.filter((line) => /[+?✗] /.test(line))).toEqual([])
  })

  it('shows the line of the plan, what holds it, and who answers for the rest', async () => {
    const { out } = await onExample()
    const row = (line: number, says: string) => out.find((text) => text.includes(`${line}  ${says}`)) ?? ''
    expect(row(107, 'Error rate < 1%')).toMatch(/● measured error-rate$/)
    expect(row(91, 'Deploy to production')).toMatch(
      /\+ proposed \{ deploy: production-backend \} {2}\(it deploys, in production\)$/,
    )
    expect(row(38, 'Database setup')).toMatch(
      /\? perhaps {2}\{ command: migrate-staging \}; until then Release Manager confirms it/,
    )
    expect(row(74, 'Migrations applied')).toMatch(/○ unbound {2}Release Manager signs it$/)
    expect(out.find((text) => text.includes('how long going back'))).toMatch(/✗ needed/)
  })

  it('writes nothing when asked not to, and one JSON object when asked for it', async () => {
    const dry = await onExample('--dry-run')
    expect(existsSync(file)).toBe(false)
    expect(dry.out.join('\n')).toContain('\nplan: ROLLOUT.md\n')
    const json = await onExample('--json', '--out', 'other.yaml')
    expect(json.out).toHaveLength(1)
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({
      file: 'other.yaml',
      written: true,
      blocking: [{ ruleId: 'NO_ROLLBACK_DEADLINE' }],
      warnings: ['UNBOUND_TRIGGER', 'UNBOUND_ROLLBACK_STEP'],
      sources: [
        { source: 'router', families: 2 },
        { source: 'service', families: 9 },
      ],
    })
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it('says what a source does not answer, and goes on without it', async () => {
    const { PORT_BASELINE } = env
    env.PORT_BASELINE = env.PORT_CANDIDATE ?? ''
    const { err, code } = await onExample()
    env.PORT_BASELINE = PORT_BASELINE ?? ''
    expect(err[0]).toMatch(
      /^Nothing is proposed from metric source service: no page of service can be read: nothing listens/,
    )
    expect(err.join('\n')).toContain(
      'who counts the requests that reach it: perhaps service.arrivals: { source: router, total: tidegate_proxy_requests_total } (counts requests, counted at the router, so it cannot show what really arrives)',
    )
    expect(code).toBe(3)
  })

  it('locates what is wrong with a file before it touches it', async () => {
    writeFileSync(file, 'plan: ROLLOUT.md\nasks: Release Manager\ncriterias: {}\n')
    await expect(onExample()).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^tidegate\.yaml:3 error YAML_SCHEMA: unknown key `criterias`, did you mean `criteria`\?/,
      ),
    })
    writeFileSync(file, '{ plan: ROLLOUT.md }\n')
    await expect(onExample()).rejects.toThrow('cannot be extended as it is written; give it one key a line')
    expect(readFileSync(file, 'utf8')).toBe('{ plan: ROLLOUT.md }\n')
  })

  it('says what it misses', async () => {
    await expect(bind('none.md', '--operator', 'operator.yaml')).rejects.toMatchObject({
      exitCode: 2,
      message: 'cannot read none.md: there is no such file',
    })
    await expect(bind('ROLLOUT.md')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("name the operator's file with --operator FILE"),
    })
    await expect(bind('ROLLOUT.md', '--operator', 'no.yaml')).rejects.toMatchObject({ exitCode: 2 })
    await expect(onExample('--out', 'no/folder.yaml')).rejects.toMatchObject({
      exitCode: 2,
      message: 'cannot write no/folder.yaml: there is no such folder',
    })
  })
})

describe('tidegate bind on the plans of strangers', () => {
  const plans = join(import.meta.dirname, '../../test/golden/plans')
  const names = readdirSync(plans).filter((name) => name.endsWith('.md'))

  it.each(names)('proposes for %s only what holds, and is content the second time', async (name) => {
    cpSync(join(plans, name), join(folder, name))
    const args = [name, '--operator', 'operator.yaml', '--json']
    const first = JSON.parse((await bind(...args)).out[0] ?? '')
    const ofItsMaking = [
      'UNKNOWN_NAME',
      'CONDITION_METRIC_MISMATCH',
      'NOTHING_TO_JUDGE',
      'NO_SHARE',
      'NO_SIGNER',
      'SAME_VERSION',
    ]
    const made = first.blocking.filter(({ ruleId }: { ruleId: string }) => ofItsMaking.includes(ruleId))
    expect(made).toEqual([])
    expect(first.written).toBe(true)
    expect(JSON.parse((await bind(...args)).out[0] ?? '').written).toBe(false)
  })
})

describe.skipIf(!hasPrometheus())('tidegate bind on a real Prometheus', () => {
  it('proposes the same from the server that scrapes proxy and service', { timeout: 40_000 }, async () => {
    await using prometheus = await startPrometheus(
      servers.map(({ port }) => `127.0.0.1:${port}`),
      200,
    )
    await prometheus.scraped()
    const operator = readFileSync(join(folder, 'operator.yaml'), 'utf8')
    const sources = `metricSources:\n  main: { driver: prometheus, url: "${prometheus.url}" }\n\n`
    writeFileSync(join(folder, 'operator.yaml'), operator.replace(/^metricSources:(?:.|\n)*?\n\n/m, sources))
    await onExample()
    const proposed = parse(readFileSync(file, 'utf8'))
    expect(proposed.metrics).toEqual({
      'error-rate': {
        says: ['Error rate'],
        source: 'main',
        events: 'tidegate_proxy_requests_total{code=~"5.."}',
        total: 'tidegate_proxy_requests_total',
      },
      'response-time': {
        says: ['Response time'],
        source: 'main',
        histogram: 'tidegate_proxy_request_duration_seconds',
        unit: 's',
      },
      'email-verification-rate': {
        says: ['Email verification rate'],
        source: 'main',
        events: 'email_verification_outcomes_total{outcome="verified"}',
        total: 'email_verification_outcomes_total',
      },
    })
    expect(proposed.service).toEqual({
      ...written.service,
      arrivals: { source: 'main', total: 'http_requests_received_total' },
    })
  })
})
