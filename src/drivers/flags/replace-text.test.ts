import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { replaceText } from './replace-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-replace-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'file')
const never = new AbortController().signal
const replace = (before: string, signal = never) => replaceText(path, { before, after: 'mine' }, signal)

it('replaces what is still as it was read', async () => {
  writeFileSync(path, '\uFEFFtheirs')
  expect(await replace('theirs')).toEqual({ ok: true, value: undefined })
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

it('leaves what somebody else changed in the meantime', async () => {
  writeFileSync(path, 'changed')
  expect(await replace('theirs')).toMatchObject({ ok: false, error: { code: 'unavailable' } })
  expect(readFileSync(path, 'utf8')).toBe('changed')
})

it('leaves everything once it is stopped', async () => {
  writeFileSync(path, 'theirs')
  expect(await replace('theirs', AbortSignal.abort('late'))).toMatchObject({
    ok: false,
    error: { code: 'unavailable' },
  })
  expect(readFileSync(path, 'utf8')).toBe('theirs')
})

it('says that there is no file, and leaves nothing behind', async () => {
  rmSync(path)
  expect(await replace('theirs')).toMatchObject({ error: { message: `${path} cannot be replaced (ENOENT)` } })
  expect(readdirSync(folder)).toEqual([])
})
