/** What is checked and refused of HTTP requests, and how failures are told: as RFC 9457 problems. */
import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { redactDeep } from '../core/find-secrets.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import type { Problem } from './contract.ts'

/** Told to the sender as 400. */
export class InvalidRequest extends Error {}

/** Throws an `InvalidRequest`. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidRequest(
    parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; '),
  )
}

/** Whoever sent a secret may read it again; whoever looks over the shoulder, or at a log of answers, may not. */
export const sendProblem = (reply: FastifyReply, body: Problem): FastifyReply =>
  reply.code(body.status).type('application/problem+json').send(redactDeep(body))

export const statusProblem = (status: number, detail: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Problem',
  status,
  detail,
})

/** What is the sender's is explained to the sender; what is ours goes to our log, stack and all, and nowhere else. */
export function problemFor(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof InvalidRequest) return statusProblem(400, error.message)
  if (error instanceof StoreRefusal) return statusProblem(503, error.message)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (error instanceof Error && status >= 400 && status < 500) return statusProblem(status, error.message)
  request.log.error(error)
  return statusProblem(500, 'the controller failed in a way it should not; its log says more')
}
