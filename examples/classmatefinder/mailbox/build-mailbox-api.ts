// The mailbox's HTTP side: read what has come, or wait for it.
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { MailShelf } from './mail-shelf.ts'

const longestWaitMs = 10_000

const query = z.object({
  to: z.email('must be an e-mail address'),
  wait: z.coerce
    .number('must be milliseconds')
    .int('must be whole milliseconds')
    .min(0, 'must not be negative')
    .default(0),
})

/** GET /messages?to=ADDRESS&wait=MS (at most 10 s), DELETE /messages, GET /health. It does not listen yet. */
export function buildMailboxApi(shelf: MailShelf): FastifyInstance {
  const server = fastify({ return503OnClosing: false })
  server.get('/messages', async (request, reply) => {
    const read = query.safeParse(request.query)
    if (!read.success)
      return reply
        .code(400)
        .send({ error: read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') })
    const messages = await shelf.wait(read.data.to, Math.min(read.data.wait, longestWaitMs))
    return messages ?? reply.code(503).send({ error: 'too many wait already' })
  })
  server.delete('/messages', async (_request, reply) => {
    shelf.clear()
    return reply.code(204).send()
  })
  server.get('/health', async () => ({ status: 'ok', messages: shelf.size }))
  return server
}
