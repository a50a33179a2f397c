/** Real processes: what a caller of the launcher sees must be what it would see of the program itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const module = join(import.meta.dirname, 'hand-over.mjs')

/** A launcher that hands over to a Node with this script. */
function launch(script: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const launcher = `import { handOver } from ${JSON.stringify(module)}; handOver(process.execPath, ['-e', process.argv[1]])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', launcher, script], {
    // No stream may be the terminal of whoever runs the tests: the launcher leaves Ctrl-C to terminals.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return child
}

test('the output and the exit code of the child pass through', async () => {
  const launcher = launch("console.log('data'); process.exitCode = 3")
  const output = text(launcher.stdout)
  expect(await once(launcher, 'exit')).toEqual([3, null])
  expect(await output).toBe('data\n')
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('the child hears %s and ends in its own way', async (signal) => {
  const launcher = launch(
    `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')`,
  )
  await once(launcher.stdout, 'data')
  launcher.kill(signal)
  expect(await once(launcher, 'exit')).toEqual([7, null])
})

test('a child that dies of a signal leaves no orphan and the same signal behind', async () => {
  const launcher = launch('setInterval(() => {}, 1000); console.log(process.pid)')
  const [pid] = await once(launcher.stdout, 'data')
  launcher.kill('SIGTERM')
  expect(await once(launcher, 'exit')).toEqual([null, 'SIGTERM'])
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
})

test('a parent that is killed takes the child along', async () => {
  const child =
    "setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('told'); process.exit() }); console.log('ready')"
  const launcher = `import { handOver } from ${JSON.stringify(module)}; handOver(process.execPath, ['-e', ${JSON.stringify(child)}], { endWithParent: true })`
  const parent = `require('node:child_process').spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: 'inherit' })`
  const npm = spawn(process.execPath, ['-e', parent, launcher], { stdio: ['ignore', 'pipe', 'pipe'] })
  await once(npm.stdout, 'data')
  npm.kill('SIGKILL')
  expect(await text(npm.stdout)).toBe('told\n')
})

test('a program that cannot start is an error', async () => {
  const launcher = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { handOver } from '${module}'; handOver('/nowhere', [])`,
  ])
  const complaint = text(launcher.stderr)
  expect(await once(launcher, 'exit')).toEqual([127, null])
  expect(await complaint).toContain('Cannot start /nowhere')
})
