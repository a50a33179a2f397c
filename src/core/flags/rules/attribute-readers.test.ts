import { expect, it } from 'vitest'
import { attributeReader } from './attribute-readers.ts'

it('reads its own name, however many there are, and nothing of nothing', () => {
  const names = Array.from({ length: 30 }, (_, index) => `attribute-${index}`)
  const data = Object.fromEntries(names.map((name) => [name, `value of ${name}`]))
  for (const name of [...names, ...names]) {
    const read = attributeReader(name)
    expect(read(data)).toBe(`value of ${name}`)
    expect(read({})).toBeUndefined()
    expect(read(null)).toBeUndefined()
    expect(read(undefined)).toBeUndefined()
  }
})
