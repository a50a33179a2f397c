/** A hotfix takes the place of a release under way, through the controller, on drivers in memory. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectContext } from '../../test/contract/driver-context.ts'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { Operator } from '../core/plan/operator.ts'
import type { ReleaseEvent } from '../core/release/events.ts'
import { succeed } from '../core/release/outcome.ts'
import { readYaml } from '../document/yaml/read-yaml.ts'
import { createMemoryDeployer } from '../drivers/deploy/memory.ts'
import { createMemoryRouter } from '../drivers/traffic/memory.ts'
import type { DriverSet, MetricSource } from '../ports/drivers.ts'
import type { EventStore } from '../ports/event-store.ts'
import { createSoleLeases } from '../runtime/sole-leases.ts'
import { VirtualClock } from '../runtime/virtual-clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { StartRequest } from './contract.ts'
import { Controller } from './controller.ts'

const example = join(import.meta.dirname, '../../examples/classmatefinder')
const text = (file: string) => readFileSync(join(example, file), 'utf8')
const variables = { NODE: process.execPath, TIDEGATE_PROXY: '/proxy', STATE: '/state' }
const { value: operator } = readYaml(text('operator.yaml'), 'operator.yaml', Operator, { variables })
if (!operator) throw new Error('operator.yaml cannot be read')

const [baseline, candidate] = ['v0.0.9', 'v0.1.0']
const request: StartRequest = {
  document: { path: 'ROLLOUT.md', text: text('ROLLOUT.md') },
  bindings: { path: 'tidegate.yaml', text: text('tidegate.yaml') },
  actor: 'tom',
  speed: 100_000,
  acknowledge: ['*'],
}
const hotfix = (releaseId: string, reason = 'the login loops'): StartRequest => ({
  ...request,
  actor: 'mara',
  supersedes: { releaseId, reason },
})

/** Versions have requests where the router sends any, and no errors. */
const metrics: MetricSource = {
  name: 'fake',
  ping: async () => succeed(undefined),
  async read(_, { query }) {
    const shares = await drivers.router('production-proxy')?.readShares('production-proxy', effectContext())
    const countsOf = (version: string) => {
      const total = isStuck || (shares?.ok && shares.value[version]) ? 1_000 : 0
      const buckets = [100, 500, 2_000, null].map((le) => ({ le, count: total }))
      return 'histogram' in query ? { total, buckets } : { total, events: 0 }
    }
    return succeed({ arms: { candidate: countsOf(candidate), baseline: countsOf(baseline) }, cursor: 1 })
  },
}

/** Requests reach every version, whatever the router says. */
let isStuck = false
let clock: VirtualClock
let store: EventStore
let drivers: DriverSet
let controller: Controller
const open = async () => {
  const opened = new Controller({
    store,
    leases: createSoleLeases(),
    drivers,
    clock,
    operator,
    purpose: 'run',
    version: '0',
    onStopped: () => undefined,
  })
  await opened.resume()
  return opened
}

beforeEach(async () => {
  isStuck = false
  clock = new VirtualClock()
  store = createMemoryStore()
  const router = createMemoryRouter({ 'production-proxy': [baseline, candidate] })
  const versions = { [baseline]: 'healthy', [candidate]: 'healthy' } as const
  const deployer = createMemoryDeployer({
    'staging-backend': { mode: 'replace', versions },
    'production-backend': { mode: 'beside', versions },
  })
  await deployer.deploy('production-backend', baseline, effectContext())
  const ping = async () => succeed(undefined)
  drivers = {
    ...noDrivers,
    router: () => router,
    deployer: () => deployer,
    metricSource: () => metrics,
    checkRunner: () => ({
      name: 'fake',
      ping,
      runCheck: async () => succeed({ verdict: 'passed', summary: 'ok', details: [] }),
    }),
    commandRunner: () => ({ name: 'fake', ping, run: async () => succeed({ exitCode: 0, output: '' }) }),
  }
  controller = await open()
})
afterEach(() => controller.close())

/** Time passes, and whoever may sign does, until the release is as wanted. */
async function until(releaseId: string, wanted: (events: ReleaseEvent[]) => boolean): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (wanted(await eventsOf(releaseId))) return
    const view = await controller.release(releaseId)
    for (const { gateId } of view.ok ? view.value.waits : []) {
      if (gateId === undefined) continue
      for (const actor of Object.keys(operator?.people ?? {}))
        await controller.command(releaseId, { actor, command: { type: 'approve', gateId } })
    }
    await clock.advance(1_000)
  }
  throw new Error(`${releaseId} never became as wanted`)
}
async function eventsOf(releaseId: string): Promise<ReleaseEvent[]> {
  const events = await controller.events(releaseId, 1)
  return events.ok ? events.value.map(({ event }) => event) : []
}
const has = (type: ReleaseEvent['type']) => (events: ReleaseEvent[]) => events.some((event) => event.type === type)
const statusOf = async (releaseId: string) => {
  const view = await controller.release(releaseId)
  return view.ok ? view.value.status : view.problem.status
}
/** A release whose first users are on the candidate. */
async function startOneWithUsers(): Promise<void> {
  expect(await controller.start(request)).toMatchObject({ ok: true, value: { releaseId: 'r1' } })
  await until('r1', has('StageEntered'))
}
const refusedWith = (status: number, detail: string) => ({
  ok: false,
  problem: { status, detail: expect.stringContaining(detail) },
})
const notYet = refusedWith(409, 'release r1 goes back and ends before r2 starts')

describe('a hotfix', () => {
  it('starts only once the release whose place it takes went back and is over', async () => {
    await startOneWithUsers()
    expect(await controller.start(hotfix('r1'))).toMatchObject({ ...notYet, problem: { waitsFor: 'r1' } })
    expect(await controller.start(hotfix('r1'))).toMatchObject(notYet)
    expect([await statusOf('r1'), await statusOf('r2')]).toEqual(['RollingBack', 404])

    await until('r1', has('ReleaseSuperseded'))
    expect(await drivers.router('production-proxy')?.readShares('production-proxy', effectContext())).toEqual(
      succeed({ [baseline]: 100, [candidate]: 0 }),
    )
    expect(await controller.start(hotfix('r1'))).toMatchObject({ ok: true, value: { releaseId: 'r2' } })
    expect([await statusOf('r1'), await statusOf('r2')]).toEqual(['Superseded', 'Progressing'])
    const fired = (await eventsOf('r1')).filter(({ type }) => type === 'TriggerFired')
    expect(fired).toMatchObject([{ cause: { kind: 'superseded', by: 'r2', reason: 'the login loops' } }])
    await until('r2', has('StageEntered'))
  })

  it('goes on where it was after the controller died', async () => {
    await startOneWithUsers()
    expect(await controller.start(hotfix('r1'))).toMatchObject(notYet)
    await controller.close()
    controller = await open()
    await until('r1', has('ReleaseSuperseded'))
    expect(await controller.start(hotfix('r1'))).toMatchObject({ ok: true, value: { releaseId: 'r2' } })
  })

  it('takes the place of a release that moved nobody yet', async () => {
    await controller.start(request)
    expect(await controller.start(hotfix('r1'))).toMatchObject(notYet)
    await until('r1', has('ReleaseSuperseded'))
    expect(await controller.start(hotfix('r1'))).toMatchObject({ ok: true })
  })

  it('does not start when the older one did not go back well', async () => {
    await startOneWithUsers()
    isStuck = true
    await controller.start(hotfix('r1'))
    await until('r1', has('ReleaseDegraded'))
    expect(await controller.start(hotfix('r1'))).toMatchObject(
      refusedWith(409, 'release r1 is Degraded: share 0 was read'),
    )
  })

  it('keeps no secret that its reason holds', async () => {
    await startOneWithUsers()
    await controller.start(hotfix('r1', 'token ghp_0123456789abcdefghijABCDEFGHIJ456789 leaked'))
    expect(JSON.stringify(await eventsOf('r1'))).not.toContain('ghp_0123456789')
  })
})

describe('a hotfix is refused, and nothing goes back,', () => {
  beforeEach(startOneWithUsers)
  afterEach(async () => {
    expect((await eventsOf('r1')).filter(({ type }) => type === 'TriggerFired')).toEqual([])
  })

  it('when nobody knows the release', async () => {
    expect(await controller.start(hotfix('r9'))).toMatchObject(refusedWith(404, 'there is no release r9'))
  })

  it('without a word of taking its place', async () => {
    expect(await controller.start(request)).toMatchObject(refusedWith(409, 'moves production-proxy'))
  })

  it('by somebody who may not steer the release', async () => {
    expect(await controller.start({ ...hotfix('r1'), actor: 'tom' })).toMatchObject(refusedWith(403, 'tom'))
  })

  it('when its own surroundings are not ready', async () => {
    const metricSource = drivers.metricSource
    drivers.metricSource = () => undefined
    expect(await controller.start(hotfix('r1'))).toMatchObject({
      ok: false,
      problem: { status: 422, title: 'The surroundings are not ready' },
    })
    drivers.metricSource = metricSource
  })

  it('with a plan that cannot start', async () => {
    expect(
      await controller.start({ ...hotfix('r1'), bindings: { path: 'tidegate.yaml', text: 'nonsense: 1' } }),
    ).toMatchObject({
      problem: { status: 422 },
    })
  })
})

it('takes nobody’s place that is over, or was taken by another release', async () => {
  await startOneWithUsers()
  await controller.start(hotfix('r1'))
  await until('r1', has('ReleaseSuperseded'))
  await controller.start(hotfix('r1'))
  expect(await controller.start(hotfix('r1'))).toMatchObject(refusedWith(409, 'release r1 (Superseded) is over'))
  await controller.command('r2', { actor: 'mara', command: { type: 'abort', reason: 'enough' } })
  await until('r2', has('ReleaseRolledBack'))
  expect(await controller.start(hotfix('r2'))).toMatchObject(refusedWith(409, 'release r2 (RolledBack) is over'))
  expect(await controller.start(hotfix('r9'))).toMatchObject(refusedWith(404, 'there is no release r9'))
})
