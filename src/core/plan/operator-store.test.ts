import { describe, expect, it } from 'vitest'
import { StoreSpec } from './operator-store.ts'

const spec = (url: string) => StoreSpec.safeParse({ driver: 'postgres', url })

describe('a database of events', () => {
  it.each([
    'postgres://tidegate@db.example:5432/tidegate',
    'postgresql://db/tidegate?sslmode=verify-full',
    'postgres://10.0.0.7/log',
    'postgres://me@[::1]:5433/log',
  ])('can be %s', (url) => {
    expect(spec(url)).toEqual({ success: true, data: { driver: 'postgres', url } })
  })

  it.each([
    ['postgres://tidegate:hunter2@db/tidegate', /`password`/],
    ['postgres://db/tidegate?user=me&password=hunter2', /`password`/],
    ['mysql://db/tidegate', /postgres:/],
    ['postgres://db', /DATABASE/],
  ])('cannot be %s', (url, message) => {
    const { success, error } = spec(url)
    expect(success).toBe(false)
    expect(error?.issues[0]?.message).toMatch(message)
  })
})
