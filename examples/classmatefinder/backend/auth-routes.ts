// Register, verify the e-mail address, log in.
import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Backend } from './backend.ts'
import { fieldErrors } from './field-errors.ts'
import { hashPassword, matchesPassword } from './password-hash.ts'

const tokenLifetimeMs = 24 * 3_600_000

/** Adds POST /auth/register, GET /auth/verify and POST /auth/login. */
export async function addAuthRoutes(api: FastifyInstance, backend: Backend): Promise<void> {
  const { accounts, mails, metrics, settings, tokens } = backend
  const registration = registrationSchema(settings.UNIVERSITY_DOMAINS)
  // Compared with when the address is unknown, so that the answer takes as long as for a known one.
  const nobodysHash = await hashPassword(randomBytes(16).toString('hex'), settings.SCRYPT_COST)

  api.post('/auth/register', async (request, reply) => {
    const read = registration.safeParse(request.body)
    if (!read.success) return reply.code(400).send(fieldErrors(read.error))
    const { password, ...person } = read.data
    const token = randomBytes(32).toString('base64url')
    const passwordHash = await hashPassword(password, settings.SCRYPT_COST)
    const now = Date.now()
    const created = accounts.create({
      ...person,
      passwordHash,
      registeredAtMs: now,
      tokenHash: hashToken(token),
      tokenExpiresAtMs: now + tokenLifetimeMs,
    })
    if (typeof created === 'string') {
      return reply.code(409).send({ error: 'duplicate', fields: { [created]: 'is taken by another account' } })
    }
    metrics.registrations.inc()
    mails.add(verificationMail(person, `${backend.publicUrl()}/api/auth/verify?token=${token}`))
    return reply.code(201).send({ id: created, ...person, verified: false })
  })

  api.get('/auth/verify', async (request, reply) => {
    const read = z.object({ token: z.string().max(100) }).safeParse(request.query)
    if (read.success && accounts.verify(hashToken(read.data.token), Date.now())) return { verified: true }
    return reply.code(400).send({ error: 'the link is not valid or has expired' })
  })

  api.post('/auth/login', async (request, reply) => {
    const read = z.object({ email: z.string().max(254), password: z.string().max(200) }).safeParse(request.body)
    if (!read.success) return reply.code(400).send(fieldErrors(read.error))
    const account = accounts.findLogin(read.data.email)
    const matches = await matchesPassword(read.data.password, account?.passwordHash ?? nobodysHash)
    if (account === undefined || !matches) return reply.code(401).send({ error: 'wrong e-mail address or password' })
    if (!account.verified) return reply.code(403).send({ error: 'the e-mail address is not verified yet' })
    return { token: await tokens.issue(account.id) }
  })
}

/** Whether `email` is at one of the `suffixes`: `.ubc.ca` holds for ubc.ca and cs.ubc.ca, not for notubc.ca. */
export function isUniversityAddress(email: string, suffixes: readonly string[]): boolean {
  const domain = `.${email.slice(email.lastIndexOf('@') + 1).toLowerCase()}`
  return suffixes.some((suffix) => domain.endsWith(suffix))
}

function registrationSchema(suffixes: readonly string[]) {
  return z.object({
    email: z
      .email('must be an e-mail address')
      .max(254, 'must have at most 254 characters')
      .refine((email) => isUniversityAddress(email, suffixes), `must be at a university: ${suffixes.join(', ')}`),
    username: z
      .string('is missing')
      .regex(/^[\w.-]{3,64}$/, 'must have 3 to 64 letters, digits, dots, dashes or underscores'),
    password: z
      .string('is missing')
      .min(8, 'must have at least 8 characters')
      .max(200, 'must have at most 200 characters')
      .regex(/\p{L}.*\d|\d.*\p{L}/su, 'must have a letter and a digit'),
    firstName: z.string('is missing').trim().min(1, 'is missing').max(80, 'must have at most 80 characters'),
  })
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function verificationMail({ email, firstName }: { email: string; firstName: string }, link: string) {
  return {
    to: email,
    subject: 'Please confirm your e-mail address',
    text: `Hello ${firstName},\n\nopen this link within a day to confirm your address:\n\n${link}\n\nIf you have not registered, ignore this mail.\n`,
  }
}
