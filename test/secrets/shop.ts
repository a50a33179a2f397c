/** A plan, its bindings and its operator for a release that meets every way by which a secret can come in. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeNoteKeys } from '../../src/drivers/audit/note-keys.ts'
import { secrets } from '../fixtures/secrets.ts'
import { canaryOf, textOf } from './canaries.ts'
import type { EchoingServers } from './echoing-servers.ts'

/** The steps of its first phase, in order: each is bound to something that fails and repeats what it was given. */
export const steps = {
  'Print the surroundings': { command: 'noisy' },
  'Ask the front page': { check: 'front' },
  'Ask with a password in the address': { check: 'userinfo' },
  'Ask with a token in the address': { check: 'query' },
  'Read the report': { check: 'report' },
  'Ask GitHub': { check: 'github' },
  'Try the roles': { check: 'roles' },
  'Compare the settings': { check: 'settings' },
}

const plan = `# Rollout of the shop

Version: 2.0

**Rollback deadline:** 5 minutes

**Owner:** Platform

Test results are in [TESTS.md](TESTS.md).

## Notes

\`\`\`text
${secrets.map(({ line }) => line).join('\n\n')}
\`\`\`

## Phase 1: Prepare

**Owner:** Platform

### Steps

${Object.keys(steps)
  .map((step, index) => `${index + 1}. ${step}`)
  .join('\n')}

### Success criteria

- QA has looked at it
- Support has looked at it
- The board agrees

## Phase 2: Canary (10% traffic)

**Owner:** Platform

### Steps

1. Raise the share

### Success criteria

- Error rate < 1%

### Rollback triggers

- Error rate > 1%
`

const bindings = {
  plan: 'PLAN.md',
  author: 'tom',
  asks: 'Platform',
  service: {
    name: 'shop',
    candidate: 'v2',
    baseline: 'v1',
    flag: { backend: 'flags', flag: 'shop-v2' },
    arms: { label: 'version' },
  },
  metrics: { 'error-rate': { says: ['Error rate'], source: 'page', events: 'errors_total', total: 'requests_total' } },
  phases: { 'phase-1': { steps }, 'phase-2': { steps: { 'Raise the share': { rollout: 'shop' } } } },
  criteria: {
    'QA has looked at it': { signOff: 'QA' },
    'Support has looked at it': { signOff: 'Support' },
    'The board agrees': { webhook: 'board' },
  },
}

/** Prints all it sees, to everybody, for long enough to be looked at; what it saw goes outside as well, so that the test can tell that it was there. */
const noisy = `env; env > "$SEEN"; echo "$PASSWORD" >&2
echo '${textOf('stdout of a command')}'; echo '${textOf('stderr of a command')}' >&2
sleep 1; exit 3`

export function operatorOf({ httpPort, smtpPort }: EchoingServers, outside: string) {
  const http = `http://127.0.0.1:${httpPort}`
  const bearer = (channel: string) => `Bearer ${canaryOf(channel)}`
  const request = (name: string, url: string, headers = {}) => ({
    driver: 'http',
    requests: [{ name, url, headers, status: [204] }],
  })
  return {
    people: {
      rina: { name: 'Rina', groups: ['QA', 'Support', 'Platform'] },
      tom: { name: 'Tom', groups: ['Platform'] },
    },
    targets: {},
    flagBackends: { flags: { driver: 'flagd-file', file: 'flags.json' } },
    metricSources: {
      page: { driver: 'prometheus-text', urls: [`${http}/metrics`] },
      server: {
        driver: 'prometheus',
        url: `${http}/broken`,
        headers: { authorization: bearer('token in a header of a metric source') },
      },
    },
    commands: {
      noisy: {
        description: 'Prints what it sees',
        argv: ['/bin/sh', join(outside, 'noisy.sh')],
        env: {
          SEEN: join(outside, 'seen'),
          DATABASE_URL: `postgres://shop:${canaryOf('password in a database address in the environment of a command')}@db/shop`,
          API_TOKEN: canaryOf('token in the environment of a command'),
          PASSWORD: canaryOf('password in the environment of a command, on stderr'),
        },
      },
    },
    checks: {
      front: request('front', `${http}/front`, { authorization: bearer('token in a header of an HTTP check') }),
      userinfo: request(
        'userinfo',
        `http://shop:${canaryOf('address of an HTTP check with user and password')}@127.0.0.1:1/`,
      ),
      query: request('query', `http://127.0.0.1:1/?token=${canaryOf('query of the address of an HTTP check')}`),
      report: {
        driver: 'json',
        url: `${http}/report`,
        headers: { authorization: { env: 'REPORT_TOKEN' } },
        expect: [{ pointer: '/ok', comparator: '==', value: true }],
      },
      github: {
        driver: 'github-issues',
        repository: 'shop/shop',
        token: { env: 'GITHUB_READ' },
        baseUrl: `${http}/github`,
        labels: ['P0'],
      },
      roles: {
        driver: 'access-matrix',
        baseUrl: `${http}/roles`,
        roles: { admin: { headers: { authorization: { file: 'role' } } } },
        routes: [{ path: '/admin', expect: { admin: 200 } }],
      },
      settings: {
        driver: 'settings-parity',
        environments: { staging: { envFile: 'staging.env' }, production: { envFile: 'production.env' } },
      },
    },
    hooks: { board: { secret: { env: 'BOARD' } } },
    inbound: { listen: '127.0.0.1:0' },
    channels: {
      log: { driver: 'log' },
      pager: {
        driver: 'webhook',
        url: `${http}/notices/${canaryOf('token in the path of a webhook channel')}`,
        secret: { file: 'pager' },
        headers: { authorization: bearer('token in a header of a webhook channel') },
      },
      mail: {
        driver: 'smtp',
        host: '127.0.0.1',
        port: smtpPort,
        tls: 'none',
        user: 'shop',
        password: { file: 'mail' },
        from: 'tidegate@shop.example',
        fallback: ['oncall@shop.example'],
      },
    },
    audit: { checkpoints: join(outside, 'checkpoints'), key: { file: 'audit.key' } },
  }
}

/** The controller's own environment. */
export const environment = {
  BOARD: canaryOf('secret of a hook in a variable').padEnd(32, 'x'),
  REPORT_TOKEN: `Bearer ${canaryOf('token in a header of a JSON check in a variable')}`,
  GITHUB_READ: canaryOf('token of a GitHub check in a variable'),
  AWS_SECRET_ACCESS_KEY: canaryOf('variable of the controller that nothing names'),
}

/** `outside` holds what may know secrets: it is not looked at. Gives the seed of the audit key too, which is made here. */
export function writeShop(folder: string, outside: string, servers: EchoingServers): { auditSeed: string } {
  mkdirSync(outside)
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const keys = makeNoteKeys('shop.example/log')
  write('PLAN.md', plan)
  write('TESTS.md', `# Tests\n\n\`\`\`env\n${textOf('companion document')}\n\`\`\`\n`)
  write('tidegate.yaml', JSON.stringify(bindings))
  const secretBindings = structuredClone(bindings) as typeof bindings & { criteria: Record<string, object> }
  secretBindings.criteria[textOf('key of the bindings')] = { signOff: 'QA' }
  const parameters = { to: textOf('parameter of a command in the bindings') }
  Object.assign(secretBindings.phases['phase-1'].steps, { 'Ask GitHub': { command: 'noisy', parameters } })
  write('with-secrets.yaml', JSON.stringify(secretBindings))
  const operator = operatorOf(servers, outside)
  write('operator.yaml', JSON.stringify(operator))
  const argv = ['/bin/echo', textOf('argument of a command in the operator file')]
  write('argument.yaml', JSON.stringify({ ...operator, commands: { echo: { description: 'x', argv } } }))
  write('unknown-key.yaml', JSON.stringify({ ...operator, [textOf('unknown key of the operator file')]: 1 }))
  write(
    'flags.json',
    JSON.stringify({
      flags: { 'shop-v2': { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' } },
    }),
  )
  write('pager', canaryOf('secret of a webhook channel in a file').padEnd(32, 'x'))
  write('mail', canaryOf('password of a mail channel in a file'))
  write('role', `Bearer ${canaryOf('token of a role of an access matrix in a file')}`)
  write('staging.env', `SHOP_KEY=${canaryOf('setting of one environment')}\n`)
  write('production.env', `SHOP_KEY=${canaryOf('setting of another environment')}\n`)
  write('audit.key', keys.signer)
  writeFileSync(join(outside, 'noisy.sh'), noisy)
  chmodSync(join(outside, 'noisy.sh'), 0o755)
  return { auditSeed: keys.signer.split('+').slice(4).join('+') }
}
