/** Statsig's SDK on a snapshot of its gates. */
import { countries, sharePercent, suffix } from './cases.ts'
import { load, type Subject, told } from './subject.ts'

interface Statsig {
  initialize(key: string, options: object): Promise<unknown>
  getFeatureGateWithExposureLoggingDisabled(
    user: object,
    gate: string,
  ): { value: boolean; ruleID: string; evaluationDetails: { reason: string } | null }
  shutdown(): void
}

export async function statsig(): Promise<Subject<object>> {
  const client = load<Statsig>('statsig-node')
  const condition = (type: string, field: string, operator: string, targetValue: unknown) => ({
    type,
    field,
    operator,
    targetValue,
    additionalValues: {},
    isDeviceBased: false,
    idType: 'userID',
  })
  const rule = (id: string, passPercentage: number, conditions: object[]) => ({
    name: id,
    id,
    salt: id,
    passPercentage,
    conditions,
    returnValue: true,
    isDeviceBased: false,
    idType: 'userID',
  })
  const everyone = condition('public', '', '', null)
  const gate = (name: string, rules: object[]) => ({
    name,
    type: 'feature_gate',
    entity: 'feature_gate',
    salt: name,
    enabled: true,
    defaultValue: false,
    rules,
    isDeviceBased: false,
    idType: 'userID',
  })
  const specs = {
    feature_gates: [
      gate('static', [rule('all', 100, [everyone])]),
      gate('target', [
        rule('staff', 100, [condition('user_field', 'email', 'str_ends_with_any', [suffix])]),
        rule('near', 100, [condition('user_field', 'country', 'any', countries)]),
      ]),
      gate('share', [rule('tenth', sharePercent, [everyone])]),
    ],
    dynamic_configs: [],
    layer_configs: [],
    layers: {},
    has_updates: true,
    time: 1,
  }
  await client.initialize('secret-bench', {
    localMode: true,
    bootstrapValues: JSON.stringify(specs),
    disableDiagnostics: true,
  })
  return {
    context: ({ id, email, country }) => ({ userID: id, email, country }),
    isOn(name, user) {
      const { value, ruleID, evaluationDetails } = client.getFeatureGateWithExposureLoggingDisabled(user, name)
      told(ruleID, evaluationDetails?.reason)
      return value
    },
    close: () => client.shutdown(),
  }
}
