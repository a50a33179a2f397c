import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deployerContract } from '../../../test/contract/deployer.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort } from '../../../test/contract/loopback-server.ts'
import { runs, tinyService } from '../../../test/contract/tiny-service.ts'
import { createProcessDeployer } from './process.ts'
import { createSupervisor } from './supervisor.ts'

async function open() {
  const cwd = await mkdtemp(join(tmpdir(), 'tidegate-deployer-'))
  const [one, two, three, four] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const stuck = tinyService(three, { script: 'setInterval(() => {}, 1000)' })
  const targets = {
    replacing: {
      driver: 'process' as const,
      mode: 'replace' as const,
      versions: { v1: tinyService(four), v2: tinyService(four, { env: { V: '2' } }), stuck },
    },
    beside: {
      driver: 'process' as const,
      mode: 'beside' as const,
      versions: { v1: tinyService(one), v2: tinyService(two), stuck },
    },
  }
  const supervisor = createSupervisor({ folder: join(cwd, 'processes'), cwd })
  const close = async () => {
    await supervisor.stopAll()
    await rm(cwd, { recursive: true, force: true })
  }
  return { deployer: createProcessDeployer({ targets, supervisor }), targets, supervisor, [Symbol.asyncDispose]: close }
}

deployerContract(open)

it('runs each version under its own name, and the same process for the same effect', async () => {
  await using test = await open()
  await test.deployer.deploy('beside', 'v1', effectContext())
  const first = await test.supervisor.status('beside@v1')
  await test.deployer.deploy('beside', 'v1', effectContext())
  expect(first).not.toBe(null)
  expect(await test.supervisor.status('beside@v1')).toEqual(first)
})

it('sees that a version has died', async () => {
  await using test = await open()
  await test.deployer.deploy('beside', 'v1', effectContext())
  const pid = (await test.supervisor.status('beside@v1'))?.pid
  // Without this, a missing pid would kill the whole group of the test run.
  if (pid === undefined) throw new Error('the version does not run')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => runs(pid)).toBe(false)
  expect(await test.deployer.readVersion('beside', effectContext())).toEqual({ ok: true, value: { running: [] } })
})

it('says at a ping that a program does not exist', async () => {
  const versions = { v1: { ...tinyService(1), argv: ['/no/such/program'] as [string] } }
  const deployer = createProcessDeployer({
    targets: { main: { driver: 'process', mode: 'beside', versions } },
    supervisor: createSupervisor({ folder: '/nowhere', cwd: '/' }),
  })
  expect(await deployer.ping('main', effectContext())).toMatchObject({
    ok: false,
    error: {
      code: 'rejected',
      message: 'main: the program of v1, /no/such/program, does not exist or cannot be executed',
    },
  })
})
