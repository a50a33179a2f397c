/** What somebody does who has just cloned the repository, with the Node and npm of their machine and nothing else. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const limitMs = 5 * 60_000

let clone: string

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'))
  const made = ['node_modules', 'dist', '.git', '.tidegate', '.setup.lock']
  cpSync(root, clone, { recursive: true, filter: (path) => !made.some((name) => path.endsWith(`/${name}`)) })
})

afterAll(() => rmSync(clone, { recursive: true }))

test('npm start sets up whatever is missing, and npx tidegate works after it', { timeout: limitMs }, () => {
  const start = run('npm', ['start', '--silent', '--', '--help'])
  expect(start.stderr).toContain('Compiling src to dist')
  expect(start).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: tidegate demo') })

  const again = run('npm', ['start', '--silent', '--', '--help'])
  expect(again.stderr).not.toContain('Compiling src to dist')
  expect(again).toMatchObject({ status: 0, stdout: start.stdout })

  expect(run('npx', ['tidegate', '--help'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Usage: tidegate'),
  })
  expect(run('npx', ['tidegate', 'no-such-command'])).toMatchObject({ status: 2, stdout: '' })
})

/** As in a new terminal: neither the npm that runs these tests nor the tools of this checkout are there. */
function run(command: string, args: string[]): { status: number | null; stdout: string; stderr: string } {
  const variables = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(root))
  const env = { ...Object.fromEntries(variables), PATH: path.join(delimiter) }
  return spawnSync(command, args, { cwd: clone, env, encoding: 'utf8', timeout: limitMs })
}
