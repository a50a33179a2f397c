// One's own profile: read in every version, changed from v0.1.0 on.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Backend } from './backend.ts'
import { fieldErrors } from './field-errors.ts'

const changeSchema = z.strictObject({
  firstName: z.string().trim().min(1, 'must not be empty').max(80, 'must have at most 80 characters').optional(),
  programme: z.string().trim().max(120, 'must have at most 120 characters').optional(),
  about: z.string().trim().max(500, 'must have at most 500 characters').optional(),
})

/** Adds GET /profile, and PUT /profile where the version has editable profiles. */
export function addProfileRoutes(api: FastifyInstance, { accounts, tokens, version }: Backend): void {
  const answerProfile = (id: number | undefined, reply: FastifyReply): unknown => {
    const profile = id === undefined ? undefined : accounts.findProfile(id)
    return profile ?? reply.code(401).send({ error: 'log in first' })
  }
  const accountOf = (request: FastifyRequest): Promise<number | undefined> => tokens.read(request.headers.authorization)

  api.get('/profile', async (request, reply) => answerProfile(await accountOf(request), reply))

  if (!version.editableProfile) return

  api.put('/profile', async (request, reply) => {
    const id = await accountOf(request)
    if (id === undefined) return answerProfile(id, reply)
    const read = changeSchema.safeParse(request.body)
    if (!read.success) return reply.code(400).send(fieldErrors(read.error))
    accounts.changeProfile(id, read.data, Date.now())
    return answerProfile(id, reply)
  })
}
