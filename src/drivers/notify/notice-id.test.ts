import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createNoticeIds } from './notice-id.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-notice-'))
})
afterEach(() => rm(folder, { recursive: true }))

const idOf = async (store: string, effectId: string) => {
  const id = await createNoticeIds(join(folder, store, 'store-name'))(effectId)
  return id.ok ? id.value : id.error
}

it('gives an effect the same id again, also after a restart', async () => {
  const id = await idOf('one', 'r1/12')
  expect(id).toMatch(/^[0-9a-f]{40}$/)
  expect(await idOf('one', 'r1/12')).toBe(id)
  expect(await idOf('one', 'r1/1')).not.toBe(id)
})

it('tells the same effect of two stores apart', async () => {
  expect(await idOf('one', 'r1/12')).not.toBe(await idOf('two', 'r1/12'))
})

it('names the store once when many ask at the same time, and leaves no other file', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => idOf('one', 'r1/12')))
  expect(new Set(ids).size).toBe(1)
  expect(await readdir(join(folder, 'one'))).toEqual(['store-name'])
})

it('is unavailable where the name cannot be kept', async () => {
  await writeFile(join(folder, 'file'), '')
  expect(await idOf('file', 'r1/12')).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ENOTDIR'),
  })
})
