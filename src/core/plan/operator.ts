/** `operator.yaml`: what the operator lends to plans (people, targets, metric sources, checks, commands), outside the plan's repository. */
import { z } from 'zod'
import { findSecrets } from '../find-secrets.ts'
import { CohortMatch } from './cohort-match.ts'
import { Duration } from './duration.ts'
import { Audit } from './operator-audit.ts'
import { ChannelSpec } from './operator-channels.ts'
import { CheckSpec } from './operator-checks.ts'
import { Hook, Inbound } from './operator-hooks.ts'
import { StoreSpec } from './operator-store.ts'
import { SecretRef } from './secret-ref.ts'
import { SecureUrl, Url } from './url.ts'

const Environment = z.record(z.string(), z.string())
/** A program by absolute path and its fixed arguments; never a shell. */
const Argv = z
  .tuple(
    // Editors see `${NODE}` where this program sees the path.
    [z.string().regex(/^\//, 'an absolute path').meta({ pattern: String.raw`^(?:/|\$\{)` })],
    z.string(),
  )
  .refine(
    (argv) => findSecrets(argv.join(' ')).length === 0,
    'arguments without secrets: everybody on the machine can read those; give them in `env`',
  )

/** A member of groups. `demo` people are simulated and labelled so wherever they appear. */
export const Person = z.strictObject({
  name: z.string(),
  groups: z.array(z.string()).min(1),
  demo: z.boolean().default(false),
})
export type Person = z.infer<typeof Person>

/** A long-running process: detached, adopted again by pid and start time, ready when `ready` answers 200. */
export const ProcessSpec = z.strictObject({
  argv: Argv,
  env: Environment.default({}),
  ready: Url,
  readyTimeout: Duration.prefault('15s'),
})
export type ProcessSpec = z.infer<typeof ProcessSpec>

export const ProcessTarget = z.strictObject({
  driver: z.literal('process'),
  /** `replace` stops the other versions once the new one is healthy; `beside` keeps them. */
  mode: z.enum(['replace', 'beside']),
  versions: z.record(z.string(), ProcessSpec),
})
export const ProxyTarget = z.strictObject({
  driver: z.literal('embedded-proxy'),
  /** Base URL of the proxy's admin interface, on loopback. */
  admin: Url,
  /** Where each version listens. */
  backends: z.record(z.string(), Url),
  /** People who may see a version before shares give it to anybody, such as `internal`, and how the proxy knows them. */
  cohorts: z
    .record(z.string().min(1).max(100), CohortMatch)
    .refine((cohorts) => Object.keys(cohorts).length <= 20, 'at most 20 cohorts')
    .default({}),
})
export const Target = z.discriminatedUnion('driver', [ProcessTarget, ProxyTarget])
export type Target = z.infer<typeof Target>

/** The embedded proxy's smallest step: it divides users into ten thousand buckets. */
export const embeddedProxyStepPercent = 0.01

/** The smallest step of a target's shares in percent; `undefined` for what routes no traffic. */
export function smallestStepPercent({ driver }: Target): number | undefined {
  return driver === 'embedded-proxy' ? embeddedProxyStepPercent : undefined
}

export const PrometheusTextSource = z.strictObject({
  driver: z.literal('prometheus-text'),
  urls: z.array(Url).min(1).max(50),
})
/** A Prometheus server by the base URL of its HTTP API. `headers` carry what it asks for, such as `authorization: Bearer …`. */
export const PrometheusSource = z.strictObject({
  driver: z.literal('prometheus'),
  url: Url,
  headers: z.record(z.string(), z.string()).default({}),
  /** Samples older than this are no data; longer than the scrape interval. */
  staleAfter: Duration.default(60_000),
})
export const MetricSourceSpec = z.discriminatedUnion('driver', [PrometheusTextSource, PrometheusSource])

/** A file in flagd's JSON format; a relative path starts at the operator's file. */
export const FlagdFile = z.strictObject({ driver: z.literal('flagd-file'), file: z.string().min(1) })
export type FlagdFile = z.infer<typeof FlagdFile>
/** A register of flags behind `tidegate serve --flags … --admin-token-file …`, in one of its environments. */
export const TidegateFlags = z.strictObject({
  driver: z.literal('tidegate-flags'),
  url: SecureUrl,
  token: SecretRef,
  environment: z.string().min(1).max(200),
  /** Of the register's cohorts, those that plans may begin with. */
  cohorts: z.array(z.string().min(1).max(200)).max(100).default([]),
})
export type TidegateFlags = z.infer<typeof TidegateFlags>
export const FlagSourceSpec = z.discriminatedUnion('driver', [FlagdFile, TidegateFlags])
export const FlagBackendSpec = z.discriminatedUnion('driver', [FlagdFile, TidegateFlags])

/** A catalogue entry. Parameters are appended after `--` in the order declared, each matching its pattern whole. */
export const CatalogueCommand = z.strictObject({
  description: z.string(),
  argv: Argv,
  env: Environment.default({}),
  parameters: z.record(z.string(), z.strictObject({ pattern: z.string() })).default({}),
  timeout: Duration.prefault('1m'),
  repeatable: z
    .boolean()
    .optional()
    .describe(
      'Running it again does no harm, such as a migration that records what it applied; a run that a crash of the controller cut off is repeated then, else a person is asked',
    ),
})
export type CatalogueCommand = z.infer<typeof CatalogueCommand>

const Demo = z.strictObject({
  /** Catalogue commands that run first, on an empty data folder. */
  setUp: z.array(z.string()),
  /** Processes that run beside the release, started in this order: mailbox, proxy. */
  processes: z.record(z.string(), ProcessSpec),
  /** Started last, once the baseline has the traffic: synthetic users. */
  visitors: z.record(z.string(), ProcessSpec).default({}),
})

export const Operator = z.strictObject({
  demo: Demo.optional().describe(
    'Marks these targets as a demo, which may run at a speed other than 1, and says what `tidegate demo` sets up around it',
  ),
  people: z.record(z.string(), Person).describe('Who may sign, and the groups that plans name as roles'),
  targets: z.record(z.string(), Target).describe('What versions run on and what moves traffic'),
  metricSources: z.record(z.string(), MetricSourceSpec).default({}).describe('Where metrics are read'),
  flagSources: z.record(z.string(), FlagSourceSpec).default({}).describe('Where feature flags are defined'),
  flagBackends: z.record(z.string(), FlagBackendSpec).default({}).describe('Where feature flags are set'),
  checks: z
    .record(z.string(), CheckSpec)
    .default({})
    .describe('Evidence that plans may ask for: smoke tests, probes, GitHub, reports'),
  commands: z.record(z.string(), CatalogueCommand).default({}).describe('Programs that plans may run, by name'),
  channels: z.record(z.string(), ChannelSpec).default({}).describe('Where notices go'),
  hooks: z.record(z.string(), Hook).default({}).describe('Outside systems whose signed word opens gates of plans'),
  audit: Audit.optional().describe(
    'Where signed checkpoints of the event log are kept; without it nothing shows that the log was rewritten',
  ),
  inbound: Inbound.optional().describe('Where the hooks are heard; without it nothing listens on the network'),
  store: StoreSpec.optional().describe(
    'Where the events are kept; without it in the state folder, by one controller. Controllers that share a database share the work',
  ),
})
export type Operator = z.infer<typeof Operator>
