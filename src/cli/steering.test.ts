/** The commands that steer a release: what each sends, what it prints and ends with, and what is said when it is refused. */
import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../../test/fixtures/command-line.ts'
import { FakeController } from '../../test/fixtures/fake-controller.ts'
import { plan } from '../../test/fixtures/plan.ts'
import { trainPlan } from '../../test/fixtures/train-plan.ts'
import { World } from '../../test/simulation/world.ts'
import type { Plan } from '../core/plan/plan.ts'
import { fail } from '../core/release/outcome.ts'
import { type CliContext, exitCodes } from './context.ts'

const reason = ['--reason', 'known noise']
const standing = (world: World) => new FakeController(world, 0)

function reached(until: (world: World) => boolean, behaviour = {}, ofPlan: Plan = plan): FakeController {
  const world = new World(behaviour, ofPlan)
  world.run({ until })
  return standing(world)
}

const baking = () => reached(({ service }) => (service.exposure?.bakedMs ?? 0) >= 4_000)
const undecided = () =>
  reached(({ state }) => state.status === 'Held', {
    errorRate: (arm: string) => (arm === 'candidate' ? 0.03 : 0),
  })
const broken = () =>
  reached(({ state }) => state.status === 'Held', {
    perform: ({ effect }: { effect: { kind: string } }) =>
      effect.kind === 'runCheck' ? fail('unauthorized', 'no token') : undefined,
  })
const waiting = () => {
  const roles = { ...plan.roles, Security: ['sue', 'rina'] }
  const world = new World({ signs: false }, { ...plan, roles })
  world.step()
  return standing(world)
}
const train = () =>
  reached(
    ({ state }) => state.services.search?.exposure != null && state.services.backend?.exposure != null,
    {},
    trainPlan,
  )

describe('what is sent', () => {
  it.each([
    ['promote', baking, ['promote', ...reason], { type: 'promote', reason: 'known noise' }],
    ['override', undecided, ['override', 'r1', ...reason], { type: 'override', reason: 'known noise' }],
    [
      'skip',
      broken,
      ['skip', 'staging/smoke', ...reason],
      { type: 'skip', id: 'staging/smoke', reason: 'known noise' },
    ],
    ['retry', broken, ['retry', 'staging/smoke', '--release', 'r1'], { type: 'retry', id: 'staging/smoke' }],
    [
      'reassign',
      waiting,
      ['reassign', 'staging/prepared', 'Security', ...reason],
      { type: 'reassign', gateId: 'staging/prepared', role: 'Security', reason: 'known noise' },
    ],
    [
      'abort --service',
      train,
      ['abort', '--service', 'search', ...reason],
      { type: 'abort', reason: 'known noise', service: 'search' },
    ],
  ] as const)(
    '%s sends the command in the name of whoever gives it, and prints what the release is then',
    async (_what, at, line, command) => {
      const api = at()
      const { code, out, err } = await runCommandLine(api, [...line])
      expect(err).toEqual([])
      expect(api.sent).toEqual([{ releaseId: 'r1', actor: 'rina', command }])
      expect(code).toBe(exitCodes.ok)
      expect(out).toEqual([expect.stringMatching(/^r1 /)])
    },
  )

  it.each(['promote', 'override'])('%s --service names one of several that climb', async (name) => {
    const api = train()
    await runCommandLine(api, [name, '--service', 'backend', '--as', 'ola', ...reason])
    expect(api.sent).toEqual([
      { releaseId: 'r1', actor: 'ola', command: { type: name, service: 'backend', reason: 'known noise' } },
    ])
  })

  it('abort --service takes that one back, and the others go on', async () => {
    const api = train()
    await runCommandLine(api, ['abort', '--service', 'search', ...reason])
    api.world.run()
    expect(api.world.shares).toMatchObject({ search: { v2: 0 }, backend: { v2: 100 }, app: { v2: 100 } })
  })

  it('--json prints the whole release as one object', async () => {
    const { out } = await runCommandLine(baking(), ['promote', '--json', ...reason])
    expect(out).toHaveLength(1)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ releaseId: 'r1', status: 'Progressing' })
  })

  it('a word without a controller says that nobody runs the release afterwards', async () => {
    const { code, err } = await runCommandLine(undecided(), ['override', ...reason], { served: 'local' })
    expect(code).toBe(exitCodes.ok)
    expect(err.join('\n')).toContain('No controller runs release r1 any more')
  })
})

describe('what is refused ends with 1, changes nothing, and says what to do', () => {
  it.each([
    ['promote', undecided, ['promote', ...reason], 'is not decided', 'override an undecided verdict, or wait'],
    ['override', baking, ['override', ...reason], 'has nothing undecided to override', 'promote ends its bake'],
    ['skip', baking, ['skip', 'canary/rollout', ...reason], 'a rollout is not skipped', 'promote its stage, or abort'],
    [
      'skip',
      waiting,
      ['skip', 'staging/prepared', ...reason],
      "is a person's word",
      'reassign it to a role that can sign',
    ],
  ] as const)('%s', async (_what, at, line, because, hint) => {
    const api = at()
    const before = api.world.log.length
    const { code, out, err } = await runCommandLine(api, [...line])
    expect(code).toBe(exitCodes.failed)
    expect(out).toEqual([])
    expect(err.join('\n')).toContain(because)
    expect(err.join('\n')).toContain(`Hint: ${hint}`)
    expect(api.world.log).toHaveLength(before)
  })

  it.each(['promote', 'override', 'skip', 'retry', 'reassign'])('%s of a release that has ended', async (name) => {
    const args =
      { promote: [], override: [], skip: ['x'], retry: ['x'], reassign: ['x', 'Release Manager'] }[name] ?? []
    const release = name === 'promote' || name === 'override' ? ['r1'] : ['--release', 'r1']
    const why = name === 'retry' ? [] : reason
    const api = reached(() => false)
    const { code, err } = await runCommandLine(api, [name, ...args, ...release, ...why])
    expect(code).toBe(exitCodes.failed)
    expect(err[0]).toContain(`release r1 is Succeeded: it cannot be told to ${name}`)
  })

  it('abort of a service that has no users, and of one while the rest goes back', async () => {
    const idle = await runCommandLine(train(), ['abort', '--service', 'app'])
    expect(idle.code).toBe(exitCodes.failed)
    expect(idle.err[0]).toContain('no user of app was moved')
    const api = train()
    api.world.behaviour.perform = () => 'hang'
    await runCommandLine(api, ['abort'])
    const late = await runCommandLine(api, ['abort', '--service', 'search'])
    expect(late.code).toBe(exitCodes.failed)
    expect(late.err[0]).toContain('rolling back already')
  })
})

describe('what is no command ends with 2', () => {
  it.each([
    ['promote', ['promote']],
    ['override', ['override']],
    ['skip', ['skip', 'x']],
    ['reassign', ['reassign', 'gate', 'Security']],
  ])('%s without a reason, before any controller is asked', async (_what, line) => {
    const { code, err, closed } = await runCommandLine(baking(), line)
    expect(code).toBe(exitCodes.usage)
    expect(err.join('\n')).toContain("required option '--reason <text>' not specified")
    expect(closed).toBe(0)
  })

  it.each(['promote', 'override', 'skip x', 'retry x', 'reassign x y'])('%s asks who you are', async (line) => {
    const why = line.startsWith('retry') ? [] : reason
    const { code, err } = await runCommandLine(baking(), [...line.split(' '), ...why], { env: {} })
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain('--as PERSON')
  })

  it.each([
    ['promote where several climb', train, ['promote', ...reason], 'say which with --service: backend, search'],
    [
      'abort of an unknown service',
      train,
      ['abort', '--service', 'nobody'],
      'services: backend, frontend, app, search',
    ],
    ['retry of what is not held', baking, ['retry', 'staging/smoke'], 'under way: canary/rollout'],
    ['skip of what is not there', baking, ['skip', 'lunch', ...reason], 'under way: canary/rollout'],
    [
      'reassign to a role that nobody holds',
      waiting,
      ['reassign', 'staging/prepared', 'Clowns', ...reason],
      'roles: Release Manager, Security',
    ],
  ] as const)('%s lists what there is', async (_what, at, line, hint) => {
    const { code, out, err } = await runCommandLine(at(), [...line])
    expect(code).toBe(exitCodes.usage)
    expect(out).toEqual([])
    expect(err.join('\n')).toContain(hint)
  })
})

describe('whoever may not ends with 4', () => {
  it.each([
    ['promote', baking, ['promote', ...reason]],
    ['override', undecided, ['override', ...reason]],
    ['skip', broken, ['skip', 'staging/smoke', ...reason]],
    ['retry', broken, ['retry', 'staging/smoke']],
    ['reassign', waiting, ['reassign', 'staging/prepared', 'Security', ...reason]],
  ] as const)('%s', async (_what, at, line) => {
    const api = at()
    const before = api.world.log.length
    const author = await runCommandLine(api, [...line, '--as', 'ada'])
    expect(author.code).toBe(exitCodes.notAuthorised)
    expect(author.err[0]).toContain('ada wrote this plan')
    const stranger = await runCommandLine(api, [...line, '--as', 'eve'])
    expect(stranger.code).toBe(exitCodes.notAuthorised)
    expect(stranger.err[0]).toContain('only Release Manager')
    expect(api.world.log).toHaveLength(before)
  })
})

describe('--seen', () => {
  it('goes with the command, and is fine as long as nothing that matters happened', async () => {
    const api = undecided()
    const seen = api.world.state.version
    api.world.run({ untilMs: api.world.nowMs + 3_000 })
    expect(api.world.state.version).toBeGreaterThan(seen)
    const { code } = await runCommandLine(api, ['override', '--seen', `${seen}`, ...reason])
    expect(api.sent[0]?.command).toEqual({ type: 'override', reason: 'known noise', seenVersion: seen })
    expect(code).toBe(exitCodes.ok)
  })

  it.each([
    ['promote', []],
    ['override', []],
    ['skip', ['x']],
    ['retry', ['x']],
    ['reassign', ['x', 'Security']],
  ])('%s on an older state is refused, and told what happened since', async (name, args) => {
    const api = undecided()
    const why = name === 'retry' ? [] : reason
    const { code, out, err } = await runCommandLine(api, [name, ...args, '--seen', '1', ...why])
    expect(code).toBe(exitCodes.failed)
    expect(out).toEqual([])
    expect(err.join('\n')).toContain('the release has changed since version 1: ')
    expect(err.join('\n')).toContain('stage canary/stage-10 was entered')
    expect(err.join('\n')).toContain('Hint: look at it again (tidegate status r1)')
  })

  it.each(['-1', '1.5', 'latest', '', '9999999999999999'])('"%s" is no version', async (seen) => {
    const { code, err, closed } = await runCommandLine(baking(), ['promote', `--seen=${seen}`, ...reason])
    expect(code).toBe(exitCodes.usage)
    expect(err.join('\n')).toContain('whole number')
    expect(closed).toBe(0)
  })

  it('a version that does not exist yet is refused', async () => {
    const { code, err } = await runCommandLine(undecided(), ['override', '--seen', '99999', ...reason])
    expect(code).toBe(exitCodes.failed)
    expect(err[0]).toContain('version 99999 of this release does not exist')
  })
})

describe('abort as the controller', () => {
  it('of one service stays until the rest is done, and ends well when that service is back', async () => {
    const world = train().world
    const { code, out } = await runCommandLine(
      new FakeController(world, 50),
      ['abort', '--service', 'search', '--json'],
      {
        served: 'local',
      },
    )
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ status: 'RolledBack' })
    expect(world.shares.backend).toEqual({ v1: 0, v2: 100 })
    expect(code).toBe(exitCodes.ok)
  })

  it('that could not go back ends with 1', async () => {
    const api = baking()
    api.world.behaviour.perform = ({ purpose }) =>
      purpose.kind === 'rollback' ? fail('unavailable', 'down') : undefined
    const { code, out } = await runCommandLine(new FakeController(api.world, 500), ['abort', '--json'], {
      served: 'local',
    })
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ status: 'Degraded' })
    expect(code).toBe(exitCodes.failed)
  })

  it('that is left before it ended ends with 3, and says that nobody finishes it', async () => {
    const api = baking()
    api.world.behaviour.perform = ({ purpose }) => (purpose.kind === 'rollback' ? 'hang' : undefined)
    const onInterrupt: CliContext['onInterrupt'] = (callback) => {
      const timer = setTimeout(callback, 10)
      return () => clearTimeout(timer)
    }
    const { code, err } = await runCommandLine(api, ['abort', '--json'], { served: 'local', onInterrupt })
    expect(code).toBe(exitCodes.undecided)
    expect(err.join('\n')).toContain('It goes on where it was with: tidegate watch r1')
  })
})
