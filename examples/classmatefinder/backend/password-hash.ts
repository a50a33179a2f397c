// Passwords at rest: scrypt with a salt of its own each. The hash names its cost, so that older hashes stay valid when the cost changes.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const keyBytes = 32
const blockSize = 8

/** `scrypt$cost$salt$key`, the last two in base64url. `cost` is scrypt's N, a power of two. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Compares in constant time. Throws if `hash` is not one of `hashPassword`. */
export async function matchesPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, cost, salt, key] = hash.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined)
    throw new Error('a stored password hash has an unknown form')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), Number(cost))
  return timingSafeEqual(derived, Buffer.from(key, 'base64url'))
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: 1, maxmem: 256 * cost * blockSize }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
