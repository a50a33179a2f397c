// Access tokens: JWTs signed with HS256 that name the account.
import { errors, jwtVerify, SignJWT } from 'jose'

export interface AccessTokens {
  issue(accountId: number): Promise<string>
  /** The account's id from an Authorization header, or undefined if it holds no valid token. */
  read(authorization: string | undefined): Promise<number | undefined>
}

/** `expiresIn` is a span such as 7d, from the moment of issue. */
export function createAccessTokens(secret: string, expiresIn: string): AccessTokens {
  const key = new TextEncoder().encode(secret)
  return {
    issue: (accountId) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(String(accountId))
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(key),
    read: async (authorization) => {
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
      if (token === undefined) return undefined
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] })
        return Number(payload.sub)
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}
