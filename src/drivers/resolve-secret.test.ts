import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resolveSecret } from './resolve-secret.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-secret-'))
  await writeFile(join(folder, 'token'), 's3cret\n')
  await writeFile(join(folder, 'empty'), '\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('reads a variable and a file', async () => {
  expect(await resolveSecret({ env: 'TOKEN' }, { folder, env: { TOKEN: 'abc' } })).toEqual({ ok: true, value: 'abc' })
  expect(await resolveSecret({ file: 'token' }, { folder })).toEqual({ ok: true, value: 's3cret' })
})

it.each([
  [{ env: 'TOKEN' }, 'the environment variable TOKEN is not set'],
  [{ file: 'empty' }, 'the secret file empty is empty'],
  [{ file: 'gone' }, 'the secret file gone cannot be read (ENOENT)'],
])('says which place of %j has no secret', async (ref, message) => {
  expect(await resolveSecret(ref, { folder, env: { TOKEN: '' } })).toEqual({
    ok: false,
    error: { code: 'unauthorized', message },
  })
})
