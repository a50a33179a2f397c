import { describe, expect, it } from 'vitest'
import { CheckSpec } from './operator-checks.ts'

const problemsOf = (spec: object): string[] =>
  (CheckSpec.safeParse(spec).error?.issues ?? []).map(({ path, message }) => `${path.join('/')}: ${message}`)

const matrix = (spec: object) => ({
  driver: 'access-matrix',
  baseUrl: 'https://a.example',
  roles: { admin: {}, viewer: {} },
  routes: [{ path: '/', expect: { admin: 200, viewer: [200, 403] } }],
  ...spec,
})
const parity = (environments: object) => ({ driver: 'settings-parity', environments })
const anything = { pointer: '', comparator: '==', value: 1 }
const cors = (spec: object) => ({ driver: 'cors', url: 'https://a.example', ...spec })

describe('an access matrix', () => {
  it('says of every role what it must get', () => {
    expect(problemsOf(matrix({}))).toEqual([])
    expect(problemsOf(matrix({ routes: [{ path: '/', expect: { admin: 200 } }] }))).toEqual([
      'routes/0/expect: say which status viewer must get',
    ])
    expect(problemsOf(matrix({ routes: [{ path: '/', expect: { admin: 200, viewer: 200, guest: 401 } }] }))).toEqual([
      'routes/0/expect: there is no role guest; there are: admin, viewer',
    ])
    expect(problemsOf(matrix({ roles: {} }))).toContain('roles: name at least one role')
  })

  it('changes something only where it says so', () => {
    const route = { method: 'DELETE', path: '/', expect: { admin: 200, viewer: 403 } }
    expect(problemsOf(matrix({ routes: [route] }))).toEqual([
      expect.stringMatching(/^routes\/0\/method: .*`unsafe: true`/),
    ])
    expect(problemsOf(matrix({ routes: [{ ...route, unsafe: true }] }))).toEqual([])
  })

  it('has at most 400 cells', () => {
    const routes = (count: number) => Array(count).fill({ path: '/', expect: { admin: 200, viewer: 200 } })
    expect(problemsOf(matrix({ routes: routes(200) }))).toEqual([])
    expect(problemsOf(matrix({ routes: routes(201) }))).toEqual([expect.stringContaining('are more than 400 cells')])
  })
})

describe('a CORS check', () => {
  it.each(['https://a.example', 'http://a.example:8080', 'capacitor://localhost', 'null', null])(
    'takes %s',
    (origin) => {
      expect(problemsOf(cors({ allow: [origin] }))).toEqual([])
    },
  )

  it.each([
    'a.example',
    'https://a.example/',
    'https://A.example',
    'https://a.example:443',
    'http://a.example:80',
    '*',
  ])('refuses %s, which no browser sends', (origin) => {
    expect(problemsOf(cors({ allow: [origin] }))).toEqual([expect.stringMatching(/^allow\/0: /)])
  })

  it('names origins, each on one side', () => {
    expect(problemsOf(cors({}))).toEqual([': name origins to allow, to refuse, or both'])
    expect(problemsOf(cors({ allow: ['null'], refuse: [null] }))).toEqual([
      'refuse: an origin cannot both be allowed and refused',
    ])
  })
})

it('keeps secrets out of URLs, which are shown', () => {
  const url = 'https://user:password@a.example/'
  expect(problemsOf(cors({ url, allow: ['null'] }))).toEqual([
    'url: a URL without user and password: give those as a header',
  ])
  expect(problemsOf(cors({ url: 'https://a.example/@user', allow: ['null'] }))).toEqual([])
})

describe('secrets of headers go in plain text to this machine only', () => {
  const headers = { authorization: { env: 'TOKEN' } }
  const told = /: its headers hold secrets, which anybody on the way could read/
  const checks: [string, (url: string, values?: object) => object][] = [
    ['url', (url, values = headers) => ({ driver: 'json', url, headers: values, expect: [anything] })],
    ['baseUrl', (url, values = headers) => matrix({ baseUrl: url, roles: { admin: { headers: values }, viewer: {} } })],
    ['environments/b/url', (url, values = headers) => parity({ a: { json: 'a.json' }, b: { url, headers: values } })],
  ]

  it.each(checks)('at %s', (place, check) => {
    for (const remote of ['http://a.example', 'http://10.0.0.1:8080/x', 'http://localhost.a.example'])
      expect(problemsOf(check(remote))).toEqual([expect.stringMatching(new RegExp(`^${place}${told.source}`))])
    for (const fine of ['https://a.example', 'http://127.0.0.1:8080/x', 'http://localhost', 'http://[::1]:1'])
      expect(problemsOf(check(fine))).toEqual([])
    expect(problemsOf(check('http://a.example', { accept: 'text/plain' }))).toEqual([])
  })
})

it('compares two environments or more', () => {
  expect(problemsOf(parity({ staging: { json: 'a.json' }, production: { envFile: '.env' } }))).toEqual([])
  expect(problemsOf(parity({ staging: { json: 'a.json' } }))).toEqual([
    'environments: name two environments or more, at most 10',
  ])
})

it('takes names and addresses as the hosts of a TLS check, not URLs', () => {
  const hosts = (host: string) => problemsOf({ driver: 'tls', hosts: [{ host }] })
  expect(['a.example', '127.0.0.1', '::1'].flatMap(hosts)).toEqual([])
  expect(['https://a.example', 'a.example/path', 'a.example:443'].flatMap(hosts)).toHaveLength(3)
})
