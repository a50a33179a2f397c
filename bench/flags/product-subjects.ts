/** The products' own SDKs, each on a snapshot of its flags, without a server. */
import { countries, sharePercent, suffix } from './cases.ts'
import { load, type Subject, told } from './subject.ts'

interface LaunchDarkly {
  init(key: string, options: object): LaunchDarklyClient
}
interface LaunchDarklyClient {
  waitForInitialization(options: object): Promise<unknown>
  variationDetail(
    flag: string,
    context: object,
    fallback: boolean,
  ): Promise<{ value: boolean; variationIndex?: number; reason: object }>
  close(): void
}

export async function launchDarkly(): Promise<Subject<object>> {
  const { init } = load<LaunchDarkly>('@launchdarkly/node-server-sdk')
  const { TestData } = load<{
    TestData: new () => { usePreconfiguredFlag(flag: object): unknown; getFactory(): unknown }
  }>('@launchdarkly/node-server-sdk/integrations')
  const data = new TestData()
  const flag = (key: string, rest: object) =>
    data.usePreconfiguredFlag({
      key,
      on: true,
      version: 1,
      variations: [true, false],
      offVariation: 1,
      salt: key,
      prerequisites: [],
      targets: [],
      rules: [],
      ...rest,
    })
  const rule = (id: string, attribute: string, op: string, values: readonly string[]) => ({
    id,
    variation: 0,
    clauses: [{ attribute, op, values, contextKind: 'user' }],
  })
  const weights = [
    { variation: 0, weight: sharePercent * 1_000 },
    { variation: 1, weight: 100_000 - sharePercent * 1_000 },
  ]
  flag('static', { fallthrough: { variation: 0 } })
  flag('target', {
    fallthrough: { variation: 1 },
    rules: [rule('a', 'email', 'endsWith', [suffix]), rule('b', 'country', 'in', countries)],
  })
  flag('share', { fallthrough: { rollout: { kind: 'rollout', contextKind: 'user', variations: weights } } })
  const quiet = { error() {}, warn() {}, info() {}, debug() {} }
  const client = init('sdk-bench', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: quiet,
  })
  await client.waitForInitialization({ timeout: 10 })
  return {
    context: ({ id, email, country }) => ({ kind: 'user', key: id, email, country }),
    async isOn(name, context) {
      const { value, variationIndex, reason } = await client.variationDetail(name, context, false)
      told(variationIndex, reason)
      return value
    },
    close: () => client.close(),
  }
}

interface UnleashClient {
  once(event: string, listener: () => void): void
  on(event: string, listener: () => void): void
  isEnabled(flag: string, context: object): boolean
  destroy(): void
}

/** It tells neither variant nor reason with a flag that has no variants. */
export async function unleash(): Promise<Subject<object>> {
  const { Unleash, InMemStorageProvider } = load<{
    Unleash: new (options: object) => UnleashClient
    InMemStorageProvider: new () => unknown
  }>('unleash-client')
  const flag = (name: string, strategies: object[]) => ({ name, enabled: true, strategies, variants: [] })
  const when = (contextName: string, operator: string, values: readonly string[]) => ({
    name: 'default',
    parameters: {},
    constraints: [{ contextName, operator, values }],
  })
  const rollout = {
    name: 'flexibleRollout',
    parameters: { rollout: `${sharePercent}`, stickiness: 'userId', groupId: 'share' },
  }
  const client = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: {
      data: [
        flag('static', [{ name: 'default', parameters: {} }]),
        flag('target', [when('email', 'STR_ENDS_WITH', [suffix]), when('country', 'IN', countries)]),
        flag('share', [rollout]),
      ],
    },
  })
  for (const event of ['error', 'warn']) client.on(event, () => {})
  await new Promise<void>((resolve) => client.once('ready', resolve))
  return {
    context: ({ id, email, country }) => ({ userId: id, properties: { email, country } }),
    isOn: (name, context) => client.isEnabled(name, context),
    close: () => client.destroy(),
  }
}

interface GrowthBookClient {
  initSync(options: object): unknown
  evalFeature(flag: string, context: object): { value: unknown; source: string; ruleId: string }
}

export function growthBook(): Subject<object> {
  const { GrowthBookClient } = load<{ GrowthBookClient: new () => GrowthBookClient }>('@growthbook/growthbook')
  const client = new GrowthBookClient()
  const condition = {
    $or: [{ email: { $regex: `${suffix.replaceAll('.', '\\.')}$` } }, { country: { $in: countries } }],
  }
  const features = {
    static: { defaultValue: true },
    target: { defaultValue: false, rules: [{ id: 'target', condition, force: true }] },
    share: {
      defaultValue: false,
      rules: [{ id: 'share', coverage: sharePercent / 100, hashAttribute: 'id', force: true }],
    },
  }
  client.initSync({ payload: { features } })
  return {
    context: ({ id, email, country }) => ({ attributes: { id, email, country } }),
    isOn(name, context) {
      const { value, source, ruleId } = client.evalFeature(name, context)
      told(source, ruleId)
      return value === true
    },
  }
}

interface ConfigCat {
  getClient(
    key: string,
    mode: number,
    options: object,
  ): {
    forceRefreshAsync(): Promise<unknown>
    waitForReady(): Promise<unknown>
    snapshot(): ConfigCatSnapshot
    dispose(): void
  }
  PollingMode: { ManualPoll: number }
  User: new (id: string, email: string, country: string) => object
}
interface ConfigCatSnapshot {
  getValueDetails(
    flag: string,
    fallback: boolean,
    user: object,
  ): { value: boolean; variationId: string | null; matchedTargetingRule?: object; matchedPercentageOption?: object }
}

export async function configCat(): Promise<Subject<object>> {
  const { getClient, PollingMode, User } = load<ConfigCat>('@configcat/sdk')
  const [on, off] = [
    { v: { b: true }, i: 'on' },
    { v: { b: false }, i: 'off' },
  ]
  const rule = (a: string, c: number, l: readonly string[]) => ({ c: [{ u: { a, c, l } }], s: on })
  const [endsWithAnyOf, isOneOf] = [32, 0]
  const config = {
    p: { u: 'https://cdn-global.configcat.com', r: 0, s: 'c2FsdA==' },
    f: {
      static: { t: 0, ...on },
      target: { t: 0, ...off, r: [rule('Email', endsWithAnyOf, [suffix]), rule('Country', isOneOf, countries)] },
      share: {
        t: 0,
        ...off,
        p: [
          { p: sharePercent, ...on },
          { p: 100 - sharePercent, ...off },
        ],
      },
    },
  }
  const text = `${Date.now()}\netag\n${JSON.stringify(config)}`
  const cache = { get: () => text, set: () => undefined }
  const logger = { level: 0, log: () => undefined }
  const client = getClient('configcat-sdk-1/1111111111111111111111/2222222222222222222222', PollingMode.ManualPoll, {
    cache,
    offline: true,
    logger,
  })
  await client.waitForReady()
  const snapshot = client.snapshot()
  return {
    context: ({ id, email, country }) => new User(id, email, country),
    isOn(name, user) {
      const { value, variationId, matchedTargetingRule, matchedPercentageOption } = snapshot.getValueDetails(
        name,
        false,
        user,
      )
      told(variationId, matchedTargetingRule ?? matchedPercentageOption)
      return value
    },
    close: () => client.dispose(),
  }
}
