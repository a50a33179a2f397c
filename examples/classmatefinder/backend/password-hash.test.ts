import { expect, test } from 'vitest'
import { hashPassword, matchesPassword } from './password-hash.ts'

test('only the password matches, and two hashes of it differ', async () => {
  const [first, second] = await Promise.all([hashPassword('Secret-1', 1024), hashPassword('Secret-1', 1024)])
  expect(first).not.toBe(second)
  expect(await matchesPassword('Secret-1', first)).toBe(true)
  expect(await matchesPassword('Secret-2', first)).toBe(false)
})

test('a hash keeps its own cost', async () => {
  const costly = await hashPassword('Secret-1', 32_768)
  expect(costly).toMatch(/^scrypt\$32768\$/)
  expect(await matchesPassword('Secret-1', costly)).toBe(true)
})

test('an unknown form is an error, not a mismatch', async () => {
  await expect(matchesPassword('Secret-1', 'md5$abc')).rejects.toThrow('unknown form')
})
