/** Probes that the operator lends to plans: certificates and names, CORS, who may reach which route, settings of environments. */
import { z } from 'zod'
import { exposedSecrets, exposeSecrets, Headers } from './headers.ts'
import { Url } from './url.ts'

/** Secrets belong into headers by reference: a URL is shown in evidence. */
const ProbeUrl = Url.regex(
  /^https?:\/\/[^\s/?#@]+(?:[/?#]|$)/,
  'a URL without user and password: give those as a header',
)

const TlsHost = z.strictObject({
  host: z.string().regex(/^[^\s/:]+$|^[\da-fA-F:.]+$/, 'a host name or an IP address, without scheme, port or path'),
  port: z.int().min(1).max(65_535).default(443),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe('The name asked for by SNI and looked for in the certificate; else the host'),
  minimumDaysLeft: z.int().min(0).default(14),
  ca: z.string().min(1).optional().describe('A PEM file of the authorities trusted instead of the system’s'),
  resolvesTo: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .optional()
    .describe('IP addresses that the name may have, or names (CNAME) of which it must be an alias'),
  dnsServers: z
    .array(
      z.string().regex(/^[\d.]+(:\d+)?$|^\[[\da-fA-F:.]+\](:\d+)?$|^[\da-fA-F:]+$/, 'an IP address, maybe with a port'),
    )
    .min(1)
    .max(4)
    .optional()
    .describe('Asked for the name instead of the system’s resolver'),
})
export type TlsHost = z.infer<typeof TlsHost>
export const TlsCheck = z.strictObject({ driver: z.literal('tls'), hosts: z.array(TlsHost).min(1).max(50) })
export type TlsCheck = z.infer<typeof TlsCheck>

/** As browsers serialise it (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin). An unquoted `null` in YAML is that origin too. */
const Origin = z
  .string()
  .regex(
    /^(?:null|(?!https:.*:443$)(?!http:.*:80$)[a-z][a-z\d+.-]*:\/\/[^\sA-Z/?#@]+)$/,
    'null, or an origin as browsers send it: scheme and host in lower case, no default port, no path, such as https://app.example.com',
  )
  .or(z.null().transform(() => 'null'))
const Origins = z.array(Origin).max(50).default([])

export const CorsCheck = z
  .strictObject({
    driver: z.literal('cors'),
    url: ProbeUrl,
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    allow: Origins.describe('Every one of these origins must be let in'),
    refuse: Origins.describe('None of these origins may be let in; `null` and one of a stranger belong here'),
    credentials: z.boolean().default(false).describe('Whether pages send cookies with the request'),
    requestHeaders: z
      .array(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header'))
      .max(50)
      .default([])
      .describe('Names that browsers have to ask for, such as authorization or content-type'),
  })
  .refine(({ allow, refuse }) => allow.length + refuse.length > 0, 'name origins to allow, to refuse, or both')
  .refine(({ allow, refuse }) => !allow.some((origin) => refuse.includes(origin)), {
    path: ['refuse'],
    message: 'an origin cannot both be allowed and refused',
  })
export type CorsCheck = z.infer<typeof CorsCheck>

const Status = z.int().min(200).max(599)
/** RFC 9110, section 9.2.1, without TRACE. */
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const MatrixRoute = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    path: z.string().regex(/^\/\S*$/, 'a path that begins with /'),
    expect: z
      .record(z.string(), z.union([Status, z.array(Status).min(1)]))
      .describe('By role: the status, or those that will do'),
    unsafe: z.boolean().default(false).describe('Set it for a method that may change something; sent without a body'),
  })
  .refine(({ method, unsafe }) => unsafe || safeMethods.includes(method), {
    path: ['method'],
    message: 'this method may change something: say `unsafe: true`, or ask with GET, HEAD or OPTIONS',
  })

/** The most cells a matrix may have, roles times routes. */
const maximumCells = 400

export const AccessMatrixCheck = z
  .strictObject({
    driver: z.literal('access-matrix'),
    baseUrl: ProbeUrl.regex(/^[^?#]+$/, 'a URL without query and fragment'),
    roles: z
      .record(z.string(), z.strictObject({ headers: Headers }))
      .refine((roles) => Object.keys(roles).length > 0, 'name at least one role'),
    routes: z.array(MatrixRoute).min(1),
  })
  .superRefine(({ baseUrl, roles, routes }, context) => {
    const names = Object.keys(roles)
    if (Object.values(roles).some(({ headers }) => exposeSecrets(headers, baseUrl)))
      context.addIssue({ code: 'custom', path: ['baseUrl'], message: exposedSecrets })
    if (names.length * routes.length > maximumCells)
      context.addIssue(
        `${names.length} roles × ${routes.length} routes are more than ${maximumCells} cells: split the check`,
      )
    routes.forEach(({ expect }, index) => {
      const complain = (message: string) =>
        context.addIssue({ code: 'custom', path: ['routes', index, 'expect'], message })
      const silent = names.filter((role) => !Object.hasOwn(expect, role))
      const unknown = Object.keys(expect).filter((role) => !Object.hasOwn(roles, role))
      if (silent.length > 0) complain(`say which status ${silent.join(' and ')} must get`)
      if (unknown.length > 0) complain(`there is no role ${unknown.join(', ')}; there are: ${names.join(', ')}`)
    })
  })
export type AccessMatrixCheck = z.infer<typeof AccessMatrixCheck>

const SettingsSource = z.union([
  z.strictObject({ envFile: z.string().min(1).describe('A file of NAME=value lines') }),
  z.strictObject({ json: z.string().min(1).describe('A JSON file; names of nested settings are joined by dots') }),
  z
    .strictObject({ url: ProbeUrl.describe('Answers with JSON'), headers: Headers })
    .refine(({ url, headers }) => !exposeSecrets(headers, url), { path: ['url'], message: exposedSecrets }),
])
export type SettingsSource = z.infer<typeof SettingsSource>

const Name = z.string().min(1)
const Pattern = z.string().regex(/^[^*]+\*?$|^\*$/, 'a name, or the beginning of names followed by *')

export const SettingsParityCheck = z.strictObject({
  driver: z.literal('settings-parity'),
  environments: z.record(z.string(), SettingsSource).refine((environments) => {
    const count = Object.keys(environments).length
    return count >= 2 && count <= 10
  }, 'name two environments or more, at most 10'),
  mayDiffer: z
    .array(Pattern)
    .max(1_000)
    .default([])
    .describe('May have any values, and must be set everywhere all the same'),
  mayBeMissing: z.array(Pattern).max(1_000).default([]).describe('May be set in some environments only'),
  mustDiffer: z
    .array(Name)
    .max(1_000)
    .default([])
    .describe('No two environments may share the value, such as DATABASE_URL'),
  required: z.array(Name).max(1_000).default([]).describe('Must be set, and not empty, in every environment'),
})
export type SettingsParityCheck = z.infer<typeof SettingsParityCheck>
