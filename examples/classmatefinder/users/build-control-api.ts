// The control API of the synthetic users: read what they saw, change how many come.
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Crowd } from './crowd.ts'
import type { StatsReport } from './traffic-stats.ts'

/** The most users a second that may be asked for. */
export const highestRate = 200

const message = `must be a number from 0 to ${highestRate}`
const rateBody = z.strictObject({ usersPerSecond: z.number(message).min(0, message).max(highestRate, message) })

/** GET /stats, POST /rate {usersPerSecond}. It does not listen yet. */
export function buildControlApi(stats: StatsReport, crowd: Pick<Crowd, 'setRate'>): FastifyInstance {
  const server = fastify()
  server.get('/stats', async () => stats)
  server.post('/rate', async (request, reply) => {
    const read = rateBody.safeParse(request.body)
    if (!read.success) return reply.code(400).send({ error: `usersPerSecond ${message}` })
    crowd.setRate(read.data.usersPerSecond)
    return read.data
  })
  return server
}
