import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import { createAccessTokens } from './access-token.ts'

const secret = 'a-secret-of-at-least-32-characters'
const tokens = createAccessTokens(secret, '7d')

test('a token names its account', async () => {
  expect(await tokens.read(`Bearer ${await tokens.issue(7)}`)).toBe(7)
})

test('another secret, no signature, an old token or none at all is refused', async () => {
  const foreign = await createAccessTokens('b-secret-of-at-least-32-characters', '7d').issue(7)
  const unsigned = new UnsecuredJWT({ sub: '7' }).setExpirationTime('7d').encode()
  const expired = await new SignJWT({ sub: '7' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('-1s')
    .sign(new TextEncoder().encode(secret))
  for (const token of [foreign, unsigned, expired, 'x']) expect(await tokens.read(`Bearer ${token}`)).toBeUndefined()
  expect(await tokens.read(undefined)).toBeUndefined()
})
