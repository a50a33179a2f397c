/** Flagsmith's SDK on a snapshot of its environment. */
import { countries, sharePercent, suffix } from './cases.ts'
import { load, type Subject, told } from './subject.ts'

interface FlagsmithClient {
  getIdentityFlags(id: string, traits: object): Promise<{ getFlag(name: string): { enabled: boolean; value: unknown } }>
}

/** It answers for all flags of a user at once. */
export async function flagsmith(): Promise<Subject<{ id: string; traits: object }>> {
  const { Flagsmith, BaseOfflineHandler } = load<{
    Flagsmith: new (options: object) => FlagsmithClient
    BaseOfflineHandler: new () => { getEnvironment(): unknown }
  }>('flagsmith-nodejs')
  const { buildEnvironmentModel } = load<{ buildEnvironmentModel(json: object): unknown }>(
    './node_modules/flagsmith-nodejs/build/cjs/flagsmith-engine/environments/util.js',
  )
  const environment = buildEnvironmentModel(flagsmithEnvironment())
  class Handler extends BaseOfflineHandler {
    override getEnvironment() {
      return environment
    }
  }
  const client = new Flagsmith({ offlineMode: true, offlineHandler: new Handler() })
  return {
    context: ({ id, email, country }) => ({ id, traits: { email, country } }),
    async isOn(name, { id, traits }) {
      const { enabled, value } = (await client.getIdentityFlags(id, traits)).getFlag(name)
      told(enabled, value)
      return enabled
    },
  }
}

function flagsmithEnvironment(): object {
  const feature = (id: number) => ({ id, name: ['static', 'target', 'share'][id - 1], type: 'STANDARD' })
  const state = (id: number, enabled: boolean) => ({
    feature: feature(id),
    enabled,
    feature_state_value: null,
    django_id: id,
    multivariate_feature_state_values: [],
    featurestate_uuid: `${id}`,
  })
  const condition = (operator: string, property_: string | null, value: string) => ({ operator, property_, value })
  const segment = (id: number, feature: number, conditions: object[]) => ({
    id,
    name: `segment ${id}`,
    rules: [{ type: 'ALL', conditions: [], rules: [{ type: 'ANY', conditions, rules: [] }] }],
    feature_states: [state(feature, true)],
  })
  const escaped = suffix.replaceAll('.', '\\.')
  const segments = [
    segment(1, 2, [condition('REGEX', 'email', `.*${escaped}$`), condition('IN', 'country', countries.join(','))]),
    segment(2, 3, [condition('PERCENTAGE_SPLIT', null, `${sharePercent}`)]),
  ]
  return {
    id: 1,
    api_key: 'bench',
    name: 'bench',
    project: {
      id: 1,
      name: 'bench',
      hide_disabled_flags: false,
      organisation: {
        id: 1,
        name: 'bench',
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: true,
      },
      segments,
    },
    feature_states: [state(1, true), state(2, false), state(3, false)],
  }
}
