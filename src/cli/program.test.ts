/** The commands against a controller over the simulated world: what they send, print and end with. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runCommandLine as run } from '../../test/fixtures/command-line.ts'
import { FakeController } from '../../test/fixtures/fake-controller.ts'
import { World } from '../../test/simulation/world.ts'
import type { StartRequest } from '../server/contract.ts'
import { type CliContext, exitCodes } from './context.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function folder(files: Record<string, string> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tidegate-cli-'))
  folders.push(path)
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return path
}

const bad = { errorRate: (arm: string) => (arm === 'candidate' ? 0.5 : 0) }
const band = { errorRate: (arm: string) => (arm === 'candidate' ? 0.03 : 0) }

function ended(behaviour = {}): FakeController {
  const world = new World(behaviour)
  world.run()
  return new FakeController(world)
}

function held(): FakeController {
  const world = new World(band)
  world.run({ until: ({ state }) => state.status === 'Held' })
  return new FakeController(world, 0)
}

describe('usage', () => {
  it('help is data and ends well; a mistake is chatter and ends with 2', async () => {
    const help = await run(ended(), ['--help'])
    expect(help.code).toBe(exitCodes.ok)
    expect(help.out.join('\n')).toContain('roll a release back now')
    const mistake = await run(ended(), ['nonsense'])
    expect(mistake.code).toBe(exitCodes.usage)
    expect(mistake.out).toEqual([])
    expect(mistake.err.join('\n')).toContain("unknown command 'nonsense'")
  })

  it('loads nothing but commander before a command runs', async () => {
    const loaded = new Set<string>()
    const follow = async (file: string): Promise<void> => {
      const source = await readFile(file, 'utf8')
      for (const [, specifier = ''] of source.matchAll(/^(?:import|export) (?!type )[^'"]*from '([^']+)'/gm)) {
        const path = specifier.startsWith('.') ? join(dirname(file), specifier) : specifier
        if (loaded.has(path)) continue
        loaded.add(path)
        if (specifier.startsWith('.')) await follow(path)
      }
    }
    await follow(join(import.meta.dirname, 'program.ts'))
    const packages = [...loaded].filter((path) => !path.startsWith('/') && !path.startsWith('node:'))
    expect(loaded.size).toBeGreaterThan(10)
    expect(packages).toEqual(['commander'])
  })

  it.each(['start PLAN.md', 'abort', 'pause', 'approve x'])('%s asks who you are', async (line) => {
    const { code, err } = await run(ended(), line.split(' '), { env: {} })
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain('--as PERSON')
  })

  it('takes the state folder from --state, TIDEGATE_STATE or the working folder', async () => {
    const stateOf = async (line: string[], env: Record<string, string> = {}) => {
      const seen: string[] = []
      const api = ended()
      const connect: CliContext['connect'] = async (stateDir) => {
        seen.push(stateDir)
        return { api, served: 'remote', close: async () => undefined }
      }
      await run(api, line, { cwd: '/here', env, connect })
      return seen[0]
    }
    expect(await stateOf(['status'])).toBe('/here/.tidegate')
    expect(await stateOf(['status'], { TIDEGATE_STATE: '/there' })).toBe('/there')
    expect(await stateOf(['status', '--state', 'mine'], { TIDEGATE_STATE: '/there' })).toBe('/here/mine')
  })
})

describe('status', () => {
  it.each([
    ['succeeded', {}, exitCodes.ok],
    ['rolled back', bad, exitCodes.failed],
  ])('of a release that %s', async (word, behaviour, code) => {
    const terminal = await run(ended(behaviour), ['status'])
    expect(terminal.out[0]).toContain(word)
    expect(terminal.code).toBe(code)
    expect(terminal.closed).toBe(1)
  })

  it('of a held release ends with 3, as one JSON object where asked for', async () => {
    const { out, code } = await run(held(), ['status', 'r1', '--json'])
    expect(code).toBe(exitCodes.undecided)
    expect(out).toHaveLength(1)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ releaseId: 'r1', status: 'Held' })
  })

  it('lists all, and refuses a release that does not exist', async () => {
    expect((await run(ended(), ['status', '--all'])).out).toEqual([
      'r1      ● succeeded  2026-03-02T09:00:00Z  Example',
    ])
    const unknown = await run(ended(), ['status', 'r9'])
    expect(unknown.code).toBe(exitCodes.usage)
    expect(unknown.err).toEqual(['Refused: there is no release r9'])
  })
})

describe('start', () => {
  const files = { 'ROLLOUT.md': '# Plan', 'tidegate.yaml': 'plan: ROLLOUT.md', 'other.yaml': 'plan: other' }

  it('sends the texts, the speed and what was acknowledged', async () => {
    const api = new FakeController(new World())
    const cwd = await folder(files)
    const { out, err, code } = await run(
      api,
      ['start', 'ROLLOUT.md', '--speed', '60', '--ack', 'A', 'B', '--as', 'ola'],
      { cwd },
    )
    expect(api.startRequest).toEqual({
      document: { path: 'ROLLOUT.md', text: '# Plan' },
      companions: [],
      bindings: { path: 'tidegate.yaml', text: 'plan: ROLLOUT.md' },
      actor: 'ola',
      speed: 60,
      acknowledge: ['A', 'B'],
    })
    expect(out).toEqual(['r1'])
    expect(err.join('\n')).toContain('note NO_OWNER: nobody owns it')
    expect(code).toBe(exitCodes.ok)
  })

  it('waits for the release whose place it takes, and then starts', async () => {
    const api = new FakeController(new World())
    const asked: StartRequest[] = []
    const waits = { type: 'about:blank', title: 'Not yet', status: 409, detail: 'r7 goes back', waitsFor: 'r7' }
    const { start } = api
    api.start = async (request) => {
      api.startProblem = asked.push(request) < 3 ? waits : null
      return start.call(api, request)
    }
    const line = ['start', 'ROLLOUT.md', '--supersedes', 'r7', '--reason', 'the login loops']
    const { out, err, code } = await run(api, line, { cwd: await folder(files) })
    expect(asked.map(({ supersedes }) => supersedes)).toEqual(
      Array(3).fill({ releaseId: 'r7', reason: 'the login loops' }),
    )
    expect(err.filter((one) => one.includes('Release r7 goes back first'))).toHaveLength(1)
    expect([out, code]).toEqual([['r1'], exitCodes.ok])
  })

  it.each([
    ['remote', 'Release r7 goes back at its controller.'],
    ['local', 'No controller takes r7 back any more.'],
  ] as const)('can be left while it waits (%s)', async (served, words) => {
    const api = new FakeController(new World())
    api.startProblem = { type: 'about:blank', title: 'Not yet', status: 409, detail: 'r7 goes back', waitsFor: 'r7' }
    const onInterrupt: CliContext['onInterrupt'] = (callback) => {
      queueMicrotask(callback)
      return () => undefined
    }
    const line = ['start', 'ROLLOUT.md', '--supersedes', 'r7', '--reason', 'why']
    const { err, code, closed } = await run(api, line, { cwd: await folder(files), served, onInterrupt })
    expect(err).toContain(words)
    expect([code, closed]).toEqual([exitCodes.undecided, 1])
  })

  it.each([
    ['--supersedes', 'r7'],
    ['--reason', 'why'],
  ])('takes %s not alone', async (...option) => {
    const { err, code } = await run(new FakeController(new World()), ['start', 'ROLLOUT.md', ...option], {
      cwd: await folder(files),
    })
    expect([err[0], code]).toEqual([expect.stringContaining('go together'), exitCodes.usage])
  })

  it.each([
    ['succeeds', {}, exitCodes.ok],
    ['goes back', bad, exitCodes.failed],
  ])('stays as the controller until the release %s', async (_outcome, behaviour, code) => {
    const terminal = await run(new FakeController(new World(behaviour), 50), ['start', 'ROLLOUT.md', '--json'], {
      cwd: await folder(files),
      served: 'local',
    })
    expect(terminal.code).toBe(code)
    expect(terminal.out).toHaveLength(1)
    expect(JSON.parse(terminal.out[0] ?? '')).toMatchObject({ releaseId: 'r1', diagnostics: [{ ruleId: 'NO_OWNER' }] })
    expect(terminal.closed).toBe(1)
  })

  it('stays with a held release too, for nobody else would judge it', async () => {
    const onInterrupt: CliContext['onInterrupt'] = (callback) => {
      const timer = setTimeout(callback, 2_000)
      return () => clearTimeout(timer)
    }
    const api = new FakeController(new World(band), 50)
    const { code, out } = await run(api, ['start', 'ROLLOUT.md', '--json'], {
      cwd: await folder(files),
      served: 'local',
      onInterrupt,
    })
    expect(code).toBe(exitCodes.undecided)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ release: { status: 'Held' } })
  })

  it('when interrupted says that traffic stays and how it goes on', async () => {
    const cwd = await folder(files)
    const api = new FakeController(new World({ signs: false }))
    const onInterrupt: CliContext['onInterrupt'] = (callback) => {
      const timer = setTimeout(callback, 10)
      return () => clearTimeout(timer)
    }
    const { code, err } = await run(api, ['start', 'ROLLOUT.md'], { cwd, served: 'local', onInterrupt })
    expect(code).toBe(exitCodes.undecided)
    expect(err.join('\n')).toContain('traffic stays as it is')
    expect(err.at(-1)).toContain('tidegate watch r1')
  })

  it('names the file it cannot read, before it asks any controller', async () => {
    const cwd = await folder({ 'ROLLOUT.md': '# Plan' })
    const { code, err, closed } = await run(new FakeController(new World()), ['start', 'ROLLOUT.md'], { cwd })
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toBe('cannot read tidegate.yaml: there is no such file; name the bindings with --bindings FILE')
    expect(closed).toBe(0)
  })

  it('starts nothing from bytes that are no text', async () => {
    const cwd = await folder({ 'tidegate.yaml': 'plan: ROLLOUT.md' })
    await writeFile(join(cwd, 'ROLLOUT.md'), Buffer.from('# Plan\n\n## Caf\xe9\n', 'latin1'))
    const { code, err, closed } = await run(new FakeController(new World()), ['start', 'ROLLOUT.md'], { cwd })
    expect(code).toBe(exitCodes.failed)
    expect(err).toEqual([expect.stringMatching(/^ROLLOUT\.md:3 error ENCODING: .*UTF-8/)])
    expect(closed).toBe(0)
    await writeFile(join(cwd, 'ROLLOUT.md'), 'x'.repeat(300_000))
    const large = await run(new FakeController(new World()), ['start', 'ROLLOUT.md'], { cwd })
    expect(large.err).toEqual(['ROLLOUT.md is larger than the 256 KB that are read; split it'])
  })

  it('prints every diagnostic of a plan that cannot start', async () => {
    const api = new FakeController(new World())
    const source = { file: 'ROLLOUT.md', start: 7, end: 7 }
    const diagnostics = [
      { ruleId: 'NO_PHASES', severity: 'error' as const, message: 'no phases', hint: 'write some', source },
    ]
    const detail = '1 error; nothing was changed'
    api.startProblem = { type: 'about:blank', title: 'The plan cannot start', status: 422, detail, diagnostics }
    const { code, err } = await run(api, ['start', 'ROLLOUT.md'], { cwd: await folder(files) })
    expect(code).toBe(exitCodes.failed)
    expect(err).toEqual([`The plan cannot start: ${detail}\n  ROLLOUT.md:7 error NO_PHASES: no phases (write some)`])
  })
})

describe("people's commands", () => {
  it('abort rolls back and is done when another controller does it', async () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    const { code, out } = await run(new FakeController(world), ['abort', '--reason', 'drill'])
    expect(code).toBe(exitCodes.ok)
    expect(world.state.rollback?.cause).toEqual({ kind: 'abort', reason: 'drill' })
    expect(out[0]).toContain('rolling back')
  })

  it('abort stays until the end where this process is the controller', async () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    const { code, out } = await run(new FakeController(world), ['abort', 'r1', '--json'], { served: 'local' })
    expect(code).toBe(exitCodes.ok)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ status: 'RolledBack' })
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
  })

  it('abort of what has ended fails and says why', async () => {
    const { code, err } = await run(ended(), ['abort', 'r1'])
    expect(code).toBe(exitCodes.failed)
    expect(err[0]).toContain('there is nothing left to abort')
  })

  it('approve signs by name, refuses people without the role, and lists what is open when nothing is named', async () => {
    const world = new World({ signs: false })
    const api = new FakeController(world, 1)
    expect((await run(api, ['approve'])).err[0]).toBe(
      'say what you approve; open now: staging/prepared (Release Manager)',
    )
    expect((await run(api, ['approve', 'staging/prepared', '--as', 'eve'])).code).toBe(exitCodes.notAuthorised)
    const signed = await run(api, ['approve', 'staging/prepared', '--comment', 'fine'])
    expect(signed.code).toBe(exitCodes.ok)
    expect(world.state.signOffs['staging/prepared']).toMatchObject([
      { approved: true, comment: 'fine', person: { id: 'rina' } },
    ])
  })

  it('reject refuses', async () => {
    const world = new World({ signs: false })
    await run(new FakeController(world, 0), ['reject', 'staging/prepared', '--comment', 'no backup'])
    expect(world.state.signOffs['staging/prepared']).toMatchObject([{ approved: false }])
  })

  it('pause and resume, with a word when nobody runs the release afterwards', async () => {
    const world = new World()
    world.run({ until: ({ service }) => service.exposure !== null })
    const api = new FakeController(world, 0)
    const paused = await run(api, ['pause', '--reason', 'lunch'], { served: 'local' })
    expect(paused.out[0]).toContain('▲ paused')
    expect(paused.err.join('\n')).toContain('No controller runs release r1 any more')
    expect((await run(api, ['resume'])).code).toBe(exitCodes.ok)
    expect(world.state.status).toBe('Progressing')
    expect((await run(api, ['resume'])).code).toBe(exitCodes.failed)
  })

  it('never guesses: no running release is an error', async () => {
    const { code, err } = await run(ended(), ['pause'])
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain('no release is running')
  })
})

describe('report', () => {
  it('is data on stdout, a file, or JSON', async () => {
    const api = ended()
    const cwd = await folder()
    expect((await run(api, ['report'])).out[0]).toMatch(/^# Release r1 of Example succeeded/)
    const written = await run(api, ['report', 'r1', '--out', 'report.md'], { cwd })
    expect(written.out).toEqual([])
    expect(await readFile(join(cwd, 'report.md'), 'utf8')).toMatch(/^# Release r1/)
    const json = JSON.parse((await run(api, ['report', '--json'])).out[0] ?? '') as { markdown: string }
    expect(json.markdown).toContain('## Timeline')
  })

  it('says which file it cannot write', async () => {
    const { code, err } = await run(ended(), ['report', '--out', 'no/such/folder.md'], { cwd: await folder() })
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toBe('cannot write no/such/folder.md (ENOENT)')
  })
})
