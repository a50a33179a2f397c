/**
 * More than sixty secrets go in by every way there is, through a controller of its own process, real drivers and servers that repeat what they
 * are sent; none comes out in the store, a log, an error, an answer, a notice, a report or the arguments of a program.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sign } from '../../src/drivers/standard-webhook.ts'
import type { ControllerApi, ReleaseView } from '../../src/server/contract.ts'
import { socketPathOf } from '../../src/server/controller-address.ts'
import { connectToController } from '../../src/server/socket-client.ts'
import { secrets } from '../fixtures/secrets.ts'
import { canaries, canaryOf, operatorChannels, strangerChannel, textOf } from '../secrets/canaries.ts'
import { type EchoingServers, startEchoingServers } from '../secrets/echoing-servers.ts'
import { environment, steps, writeShop } from '../secrets/shop.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const waitMs = 30_000
const folder = mkdtempSync(join(tmpdir(), 'tidegate-secrets-'))
const outside = join(folder, 'outside')
const state = join(folder, 'state')
/** Everything that came out, by where. */
const outputs = new Map<string, string>()
let servers: EchoingServers
let auditSeed = ''
let controller: ChildProcess | undefined

const put = (where: string, text: string) => outputs.set(where, (outputs.get(where) ?? '') + text)

beforeAll(async () => {
  servers = await startEchoingServers()
  auditSeed = writeShop(folder, outside, servers).auditSeed
  await live()
}, 120_000)

afterAll(async () => {
  controller?.kill('SIGKILL')
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
})

function run(...line: string[]): ChildProcess {
  const child = spawn(process.execPath, [main, '--state', state, ...line], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...environment },
  })
  const name = line.slice(0, 2).join(' ')
  child.stdout?.setEncoding('utf8').on('data', (text) => put(`stdout of ${name}`, text))
  child.stderr?.setEncoding('utf8').on('data', (text) => put(`stderr of ${name}`, text))
  return child
}

async function ended(...line: string[]): Promise<number> {
  const [code] = await once(run(...line), 'close')
  return Number(code)
}

/** From the refused starts to the last report. */
async function live(): Promise<void> {
  const start = ['start', 'PLAN.md', '--as', 'tom', '--ack', '*']
  await ended(...start, '--operator', 'argument.yaml')
  await ended(...start, '--operator', 'unknown-key.yaml')
  await ended(...start, '--operator', 'operator.yaml', '--bindings', 'with-secrets.yaml')
  controller = run(...start, textOf('name of an accepted warning'), '--operator', 'operator.yaml')
  const running = once(controller, 'close')
  const api = await connected()
  const looking = lookAtArguments(controller)
  await people(api)
  await hooks(api)
  for (const answer of [
    await api.release('r1'),
    await api.events('r1', 1),
    await api.report('r1'),
    await api.document('r1'),
  ])
    put('answers', JSON.stringify(answer))
  await requests()
  // The release goes back, everybody is told as far as they can be, and the controller ends with it.
  await running
  looking.abort()
  for (const line of [
    ['status', 'r1', '--json'],
    ['report', 'r1'],
    ['audit', 'export'],
    ['audit', 'verify', '--json'],
    ['doctor', '--json'],
    ['import', 'PLAN.md', '--json'],
    ['lint', 'PLAN.md', '--json'],
  ])
    await ended(...line)
  put('notices', servers.notices())
  for (const file of filesIn(state)) put(`file ${file.slice(state.length)}`, readFileSync(file, 'latin1'))
  put('checkpoints', readFileSync(join(outside, 'checkpoints'), 'utf8'))
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())

async function connected(): Promise<ControllerApi> {
  for (let leftMs = waitMs; leftMs > 0; leftMs -= 50) {
    const api = await connectToController(state)
    if (api) return api
    await sleep(50)
  }
  throw new Error(`no controller came up: ${[...outputs].join('\n')}`)
}

async function until(api: ControllerApi, holds: (view: ReleaseView) => boolean): Promise<ReleaseView> {
  let last: unknown
  for (let leftMs = waitMs; leftMs > 0; leftMs -= 50) {
    const answer = await api.release('r1')
    if (answer.ok && holds(answer.value)) return answer.value
    last = answer
    await sleep(50)
  }
  throw new Error(`it did not come to that: ${JSON.stringify(last)}`)
}

/** Arguments of all that runs under the controller, looked at again and again. */
function lookAtArguments({ pid }: ChildProcess): AbortController {
  const stop = new AbortController()
  const look = async () => {
    while (!stop.signal.aborted) {
      for (const child of childrenOf(pid ?? 0)) put('arguments of children', `${child}\n`)
      await sleep(20)
    }
  }
  void look()
  return stop
}

function childrenOf(parent: number): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [, ppid] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      if (Number(ppid) !== parent) return []
      const own = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      // Until it has become another program, a child shows the arguments of its parent, which are ours to give.
      const isItself = own !== readFileSync(`/proc/${parent}/cmdline`, 'utf8')
      return [...(isItself ? [own.replaceAll('\0', ' ')] : []), ...childrenOf(Number(pid))]
    } catch {
      return []
    }
  })
}

/** What people type: right and wrong, over the socket. */
async function people(api: ControllerApi): Promise<void> {
  const say = async (command: Parameters<ControllerApi['command']>[1]['command'], actor = 'rina', release = 'r1') =>
    put('answers', JSON.stringify(await api.command(release, { actor, command })))
  await say({ type: 'pause', reason: textOf('reason of a pause') }, textOf('name of an unknown person'))
  await say({ type: 'pause', reason: 'seen by everybody' }, 'rina', textOf('name of an unknown release'))
  await say({ type: 'approve', gateId: textOf('name of an unknown gate') })
  await say({ type: 'skip', id: textOf('name of an unknown step'), reason: 'seen by everybody' })
  for (const step of Object.keys(steps)) {
    const id = `phase-1/${step.toLowerCase().replaceAll(' ', '-')}`
    await until(api, ({ status, waits }) => status === 'Held' && JSON.stringify(waits).includes(id))
    await say({ type: 'skip', id, reason: `seen by everybody, ${textOf('reason of a skip')}` })
  }
  const { waits } = await until(api, (view) => JSON.stringify(view.waits).includes('qa-has-looked-at-it'))
  const gateOf = (word: string) => waits.find(({ gateId }) => gateId?.includes(word))?.gateId ?? ''
  await say({ type: 'pause', reason: textOf('reason of a pause') })
  await say({ type: 'resume' })
  await say({
    type: 'reassign',
    gateId: gateOf('support'),
    role: 'Platform',
    reason: textOf('reason of a reassignment'),
  })
  await say({ type: 'reject', gateId: gateOf('support'), comment: textOf('comment of a rejection') })
  await say({ type: 'approve', gateId: gateOf('qa'), comment: textOf('comment of an approval') })
}

async function hooks(api: ControllerApi): Promise<void> {
  // Those that were refused before listened for a moment, too.
  const heard = [...(outputs.get('stderr of start PLAN.md') ?? '').matchAll(/Hooks are heard at (\S+)\/NAME/g)]
  const url = heard.at(-1)?.[1] ?? ''
  const post = async (name: string, body: string, id = `msg_${body.length}`, secret = environment.BOARD) => {
    const signed = sign(secret, { id, timestamp: Math.floor(Date.now() / 1_000), payload: body })
    const headers = { 'content-type': 'application/json', ...(signed.ok ? signed.value : {}) }
    const answer = await fetch(`${url}/${name}`, { method: 'POST', body, headers })
    put('answers of hooks', await answer.text())
    return answer.status
  }
  const said = {
    verdict: 'passed',
    summary: `seen by everybody: ${textOf('summary of a hook')}`,
    details: [textOf('details of a hook')],
    subject: { commit: textOf('subject of a hook') },
  }
  expect(await post(textOf('name of a hook'), JSON.stringify(said))).toBe(404)
  expect(
    await post('board', JSON.stringify(said), textOf('header of a hook that is refused'), 'another secret of 24 bytes'),
  ).toBe(401)
  expect(await post('board', textOf('body of a hook that is no JSON'))).toBe(400)
  expect(await post('board', JSON.stringify({ ...said, [textOf('unknown member of a hook')]: 1 }))).toBe(400)
  expect(await post('board', JSON.stringify(said))).toBe(202)
  await until(api, ({ status }) => status !== 'Paused')
}

/** Requests that no client of ours makes; the last takes the release back. */
async function requests(): Promise<void> {
  const commands = '/v1/projects/default/releases/r1/commands'
  const send = (method: string, path: string, body = '') =>
    new Promise<void>((resolve, reject) => {
      const headers = body === '' ? {} : { 'content-type': 'application/json' }
      const sent = request({ socketPath: socketPathOf(state), method, path, headers }, (answer) => {
        answer.setEncoding('utf8').on('data', (text) => put('answers', text))
        answer.on('end', resolve)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  await send('GET', `/v1/${textOf('path of a request')}`)
  await send('GET', `/v1/projects/default/releases/r1/events?${textOf('query of a request')}`)
  const unknown = { type: 'pause', [textOf('unknown member of a command')]: 1 }
  await send('POST', commands, JSON.stringify({ actor: 'rina', command: unknown }))
  const reason = textOf('reason of a superseding start')
  await send('POST', commands, JSON.stringify({ actor: 'rina', command: { type: 'supersede', by: 'r0', reason } }))
  const abort = { type: 'abort', reason: textOf('reason of an abort') }
  await send('POST', commands, JSON.stringify({ actor: 'rina', command: abort }))
}

/** A text and what JSON, a URL or base64 make of it. */
const forms = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,3}=*$/, ''),
]

function sightings(secret: string): string[] {
  return [...outputs].flatMap(([where, text]) =>
    forms(secret).some((form) => form.length > 5 && text.includes(form)) ? [where] : [],
  )
}

describe('what came out', () => {
  it('is all there: store, log of notices, answers, report, export, arguments of children', () => {
    expect(sightings('seen by everybody').sort()).toEqual(
      expect.arrayContaining(['answers', 'file /events.db', 'stdout of audit export', 'stdout of report r1']),
    )
    expect(outputs.get('arguments of children')).toContain('noisy.sh')
    expect(outputs.get('stderr of start PLAN.md')).toContain('Hooks are heard')
    expect(JSON.parse(outputs.get('stdout of audit verify') ?? '{}')).toMatchObject({ verdict: 'intact' })
    expect(outputs.get('notices')).toContain('Rollout of the shop')
    expect(outputs.get('file /log.notices.jsonl')).toContain('Rollout of the shop')
  })

  it('was asked with the secrets: servers and commands got those that were meant for them', () => {
    const got = servers.received() + readFileSync(join(outside, 'seen'), 'utf8')
    const meant = operatorChannels.filter((channel) => !/secret of|setting of|stderr/.test(channel))
    expect(meant.filter((channel) => !got.includes(canaryOf(channel)))).toEqual([])
  })

  it('shows that a command sees nothing of the controller’s own environment', () => {
    expect(readFileSync(join(outside, 'seen'), 'utf8')).not.toContain(canaryOf(strangerChannel))
  })

  it('counts sixty canaries and more, all different', () => {
    expect(new Set(canaries.map(({ secret }) => secret)).size).toBe(canaries.length)
    expect(canaries.length + secrets.length + 1).toBeGreaterThanOrEqual(60)
  })

  it.each(canaries)('holds nothing of: $channel', ({ secret }) => {
    expect(sightings(secret)).toEqual([])
  })

  it.each(secrets)('holds nothing of a plan with $what', ({ hidden }) => {
    expect(hidden.flatMap(sightings)).toEqual([])
  })

  it('holds nothing of the audit key', () => {
    expect(sightings(auditSeed)).toEqual([])
  })
})
