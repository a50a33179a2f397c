/** The token of the admin API: read from its file at each request, so that a new one counts at once, and compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { open } from 'node:fs/promises'

const maximumBytes = 4_096
const minimumCharacters = 20

/** The token, or what is wrong with its file; never both, and no message holds the token. `isOpen`: others on this machine may read it. */
export async function readAdminToken(path: string): Promise<{ token: string; isOpen: boolean } | { problem: string }> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maximumBytes + 1), 0, maximumBytes + 1, 0)
    const token = buffer.toString('utf8', 0, bytesRead).trim()
    if (bytesRead > maximumBytes || !/^[\x21-\x7e]+$/.test(token))
      return { problem: `the token file ${path} holds no token: one word in ASCII` }
    if (token.length < minimumCharacters)
      return {
        problem: `the token in ${path} is shorter than ${minimumCharacters} characters; make one: openssl rand -base64 32`,
      }
    return { token, isOpen: ((await file.stat()).mode & 0o077) !== 0 }
  } catch (error) {
    return {
      problem: `the token file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    }
  }
}

/** `authorization`: the request's header. */
export function bearsToken(authorization: string | undefined, token: string): boolean {
  const [, given] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? []
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

/** Of the same length whatever it is of. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
