/**
 * What a controller lets start, and whom it listens to. What others suffer from: argoproj/argo-rollouts#1774 and fluxcd/flagger#639 (3), #1344,
 * #1017 (16), argoproj/argo-rollouts#1323 (17), #3331, #1852 (22).
 */
import { afterEach, describe, expect, it } from 'vitest'
import { engine } from '../../../src/core/release/events.ts'
import type { CommandRequest } from '../../../src/server/contract.ts'
import { baseline, exampleController, startRequest } from '../../fixtures/example-controller.ts'

const open: ReturnType<typeof exampleController>[] = []
afterEach(async () => {
  for (const { controller } of open.splice(0)) await controller.close()
})

function controllerWith(...running: Parameters<typeof exampleController>) {
  const parts = exampleController(...running)
  open.push(parts)
  return parts
}

describe('case 3: a broken baseline does not block its own fix', () => {
  const sick = [{ version: baseline, healthy: false }]

  it('it is said before anything moves, and `*` does not accept it', async () => {
    const { controller, store } = controllerWith(sick)
    const refused = await controller.start(startRequest)
    expect(refused).toMatchObject({
      ok: false,
      problem: {
        title: 'Warnings to acknowledge',
        hint: 'read them, then start with --ack BASELINE_NOT_HEALTHY',
        diagnostics: [
          { ruleId: 'BASELINE_NOT_HEALTHY', severity: 'warning', hint: expect.stringContaining('repairs') },
        ],
      },
    })
    expect(await store.streams()).toEqual([])
  })

  it('accepted by name it starts, and the log says by whom', async () => {
    const { controller, store } = controllerWith(sick)
    const acknowledge = ['*', 'BASELINE_NOT_HEALTHY']
    expect(await controller.start({ ...startRequest, acknowledge })).toMatchObject({ ok: true })
    const [first] = await store.read('default/r1')
    expect(first).toMatchObject({ actor: { id: 'tom' }, event: { type: 'ReleaseStarted', acknowledged: acknowledge } })
  })
})

const commands: CommandRequest['command'][] = [
  { type: 'abort', reason: 'drill' },
  { type: 'pause', reason: 'lunch' },
  { type: 'resume' },
  { type: 'approve', gateId: 'gate' },
  { type: 'reject', gateId: 'gate' },
  { type: 'promote', reason: 'quick' },
  { type: 'override', reason: 'noise' },
  { type: 'skip', id: 'step', reason: 'not needed' },
  { type: 'retry', id: 'step' },
  { type: 'reassign', gateId: 'gate', role: 'Platform', reason: 'away' },
  { type: 'supersede', by: 'r2', reason: 'hotfix' },
]

describe('case 17: nobody acts without a name', () => {
  it.each(commands.map((command) => [command.type, command] as const))(
    '%s of a stranger is refused',
    async (_type, command) => {
      const { controller, store } = controllerWith()
      await controller.start(startRequest)
      const before = await store.read('default/r1')
      for (const actor of ['eve', '', engine.id, '__proto__', 'constructor'])
        expect(await controller.command('r1', { actor, command })).toMatchObject({
          ok: false,
          problem: { status: 403 },
        })
      expect(await store.read('default/r1')).toEqual(before)
    },
  )

  it('nor starts anything', async () => {
    const { controller, store } = controllerWith()
    expect(await controller.start({ ...startRequest, actor: 'eve' })).toMatchObject({
      ok: false,
      problem: { status: 403 },
    })
    expect(await store.streams()).toEqual([])
  })
})

it('case 16: one word with a name approves, and one takes back; both are kept with who, what and which plan', async () => {
  const { controller, store } = controllerWith()
  await controller.start(startRequest)
  const started = await controller.release('r1')
  if (!started.ok) throw new Error(started.problem.detail)
  const wait = started.value.waits.find(({ gateId }) => gateId !== undefined)
  const holder = { Development: 'tom', 'Release Manager': 'mara', Platform: 'jon', Security: 'sol' }[wait?.role ?? '']
  const approve = { type: 'approve' as const, gateId: wait?.gateId ?? '', comment: 'checked' }
  expect(await controller.command('r1', { actor: holder ?? '', command: approve })).toMatchObject({ ok: true })
  expect(await controller.command('r1', { actor: 'ines', command: { type: 'abort', reason: 'stop' } })).toMatchObject({
    ok: true,
  })
  const said = (await store.read('default/r1')).filter(({ actor }) => actor.id !== engine.id).slice(1)
  expect(said).toMatchObject([
    {
      actor: { id: holder },
      event: { type: 'SignOffGiven', gateId: wait?.gateId, digest: started.value.digest, comment: 'checked' },
    },
    { actor: { id: 'ines' }, event: { type: 'TriggerFired', cause: { kind: 'abort', reason: 'stop' } } },
  ])
})

it('case 22: a second release of what is moving is refused and says which one is in the way; once that ended it starts', async () => {
  const { controller } = controllerWith()
  await controller.resume()
  await controller.start(startRequest)
  expect(await controller.start(startRequest)).toMatchObject({
    ok: false,
    problem: { status: 409, detail: expect.stringContaining('r1'), hint: expect.stringContaining('tidegate abort r1') },
  })
  await controller.command('r1', { actor: 'mara', command: { type: 'supersede', by: 'r2', reason: 'a hotfix' } })
  expect(await controller.release('r1')).toMatchObject({ value: { status: 'Superseded' } })
  expect(await controller.start(startRequest)).toMatchObject({ ok: true, value: { releaseId: 'r2' } })
})
