/** The admin API of a flag register: read it, change it with a look at what would change, and its history. For programs that bear the token. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { formatFault } from '../core/flags/fault.ts'
import { type ChangeAnswer, ChangeRequest, type FlagList } from '../core/flags/register/admin-contract.ts'
import { Holder, settingOf, variantsOf } from '../core/flags/register/flag-register.ts'
import { flagView } from '../core/flags/register/flag-view.ts'
import { formatChange } from '../core/flags/register/format-change.ts'
import { readRegister, registerLimitBytes } from '../document/flag-register/read-register.ts'
import { bearsToken, readAdminToken } from './admin-token.ts'
import type { FlagHistory } from './flag-history.ts'
import { InvalidRequest, parse, problemFor, sendProblem, statusProblem } from './http-problems.ts'
import type { AskedChange, RegisterFile } from './register-file.ts'

export interface FlagAdmin {
  file: RegisterFile
  history: FlagHistory
  /** Read anew at each request. */
  tokenFile: string
}

const maximumBodyBytes = 2 * registerLimitBytes
const DryRun = z.object({ dryRun: z.enum(['true', 'false']).default('false') })
const ActorName = z.string().min(1).max(200).default('admin')
const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.coerce.number().int().positive().optional(),
})

/** Under the prefix that the server gives it; whoever bears no token learns nothing, not even which paths there are. */
export function serveFlagAdmin(admin: FlagAdmin): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    server.removeAllContentTypeParsers()
    const types = ['application/json', 'application/yaml', 'text/yaml']
    const options = { parseAs: 'string' as const, bodyLimit: maximumBodyBytes }
    server.addContentTypeParser(types, options, (_, body, done) => done(null, body))
    server.setErrorHandler((error, request, reply) => sendProblem(reply, problemFor(error, request)))
    server.addHook('onRequest', (request, reply) => admit(admin, request, reply))
    server.setNotFoundHandler((_, reply) => sendProblem(reply, statusProblem(404, 'there is no such path')))
    server.get('/register', (_, reply) => {
      const { register, version, environment } = currentOf(admin)
      return reply.header('etag', `"${version}"`).send({ version, environment, register })
    })
    server.put('/register', (request, reply) => replace(admin, request, reply))
    server.post('/changes', (request, reply) => changeByCommand(admin, request, reply))
    server.get('/flags', (request, reply) => flagList(admin, request, reply))
    server.get('/flags/:key', (request, reply) => oneFlag(admin, request, reply))
    server.get('/history', (request, reply) => page(admin, request, reply))
  }
}

/** Answers itself where somebody may not come in. */
async function admit({ tokenFile }: FlagAdmin, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (request.headers.origin !== undefined)
    return sendProblem(reply, statusProblem(403, 'this is not for pages in a browser'))
  const read = await readAdminToken(tokenFile)
  if ('problem' in read) {
    request.log.error(read.problem)
    return sendProblem(reply, statusProblem(503, 'the token cannot be checked now; the log of the server says why'))
  }
  if (bearsToken(request.headers.authorization, read.token)) return undefined
  reply.header('www-authenticate', 'Bearer')
  return sendProblem(reply, statusProblem(401, 'send the token of --admin-token-file: authorization: Bearer …'))
}

function currentOf({ file }: FlagAdmin) {
  if (!file.current) throw new Error('a register is served before there is any')
  return file.current
}

async function changeByCommand(admin: FlagAdmin, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { command, actor, cause } = parse(ChangeRequest, jsonOf(request.body))
  const { fence, effect } = cause ?? {}
  if ((fence === undefined) !== (effect === undefined))
    throw new InvalidRequest('cause: a release sends `fence` and `effect` together')
  const holder = fence === undefined ? undefined : Holder.parse({ fence, effect })
  return change(admin, { request, reply }, { command, actor, cause, holder })
}

async function replace(admin: FlagAdmin, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const read = readRegister(String(request.body), 'the register that was sent')
  if ('faults' in read) return sendProblem(reply, statusProblem(422, read.faults.map(formatFault).join('\n')))
  const { actor } = parse(z.object({ actor: ActorName }), request.query)
  return change(admin, { request, reply }, { command: { do: 'replace', register: read.register }, actor })
}

async function change(
  admin: FlagAdmin,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  asked: Omit<AskedChange, 'ifVersion' | 'isDryRun'>,
): Promise<FastifyReply> {
  const startedMs = performance.now()
  const ifVersion = versionIn(request.headers['if-match'])
  const dryRun = parse(DryRun, request.query).dryRun === 'true'
  if (ifVersion === undefined && asked.holder === undefined && !dryRun)
    return sendProblem(
      reply,
      statusProblem(428, 'say with If-Match which version this is for; GET the register for its ETag'),
    )
  const outcome = await admin.file.change({
    ...asked,
    ifVersion: ifVersion === '*' ? undefined : ifVersion,
    isDryRun: dryRun,
  })
  if (!outcome.ok) return sendProblem(reply, statusProblem(outcome.status, outcome.detail))
  const { register, version, changes } = outcome
  const { command } = asked
  const flag = command.do === 'set' ? flagView(register, command.environment, command.flag) : undefined
  const answer: ChangeAnswer = {
    version,
    isDryRun: dryRun,
    changes: changes.map((one) => ({ ...one })),
    lines: changes.map(formatChange),
    tookMs: Math.round(1_000 * (performance.now() - startedMs)) / 1_000,
    ...(flag && { flag }),
  }
  return reply.header('etag', `"${version}"`).send(answer)
}

/** Of an entity tag; `*` is any version. */
function versionIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const [, version] = /^(?:"([\da-f]{1,64})"|\*)$/.exec(header.trim()) ?? []
  if (version === undefined && header.trim() !== '*')
    throw new InvalidRequest('If-Match takes one ETag of the register')
  return version ?? '*'
}

function flagList(admin: FlagAdmin, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { register, version } = currentOf(admin)
  const environment = environmentIn(admin, request)
  const flags = Object.entries(register.flags).map(([key, flag]) => {
    const isDisabled = settingOf(flag, environment).state === 'disabled'
    return {
      key,
      state: isDisabled ? ('DISABLED' as const) : ('ENABLED' as const),
      variants: Object.keys(variantsOf(flag)),
    }
  })
  return reply.header('etag', `"${version}"`).send({ version, flags } satisfies z.infer<typeof FlagList>)
}

function oneFlag(admin: FlagAdmin, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { register, version } = currentOf(admin)
  const { key } = request.params as { key: string }
  const view = flagView(register, environmentIn(admin, request), key)
  if (!view) throw new NoSuchThing(`there is no flag "${key}" in the register; add it there, turned off`)
  return reply.header('etag', `"${version}"`).send(view)
}

/** Told to the sender as 404. */
class NoSuchThing extends Error {
  readonly statusCode = 404
}

/** The one that is asked for, else the one that is served. */
function environmentIn(admin: FlagAdmin, request: FastifyRequest): string {
  const { register, environment: served } = currentOf(admin)
  const { environment = served } = parse(z.object({ environment: z.string().optional() }), request.query)
  if (register.environments.includes(environment)) return environment
  throw new NoSuchThing(`there is no environment "${environment}"; there are: ${register.environments.join(', ')}`)
}

async function page({ history }: FlagAdmin, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  try {
    return reply.send(await history.page(parse(Paging, request.query)))
  } catch (error) {
    if (error instanceof RangeError)
      return sendProblem(reply, statusProblem(400, 'before: take the `next` of the page after it'))
    throw error
  }
}

function jsonOf(body: unknown): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    throw new InvalidRequest('the body is no JSON')
  }
}
