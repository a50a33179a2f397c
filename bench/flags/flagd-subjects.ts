/** Tidegate and flagd-core, on the same definitions. */
import { evaluateFlag } from '../../src/core/flags/evaluate-flag.ts'
import { readFlagSet } from '../../src/core/flags/read-flag-set.ts'
import { countries, sharePercent, suffix } from './cases.ts'
import { load, type Subject, told } from './subject.ts'

const onOff = { state: 'ENABLED', variants: { on: true, off: false } }
const isTargeted = {
  or: [{ ends_with: [{ var: 'email' }, suffix] }, { in: [{ var: 'country' }, countries] }],
}
const shares = [
  ['on', sharePercent],
  ['off', 100 - sharePercent],
]

export const definitions = JSON.stringify({
  flags: {
    static: { ...onOff, defaultVariant: 'on' },
    target: { ...onOff, defaultVariant: 'off', targeting: { if: [isTargeted, 'on', 'off'] } },
    share: { ...onOff, defaultVariant: 'off', targeting: { fractional: shares } },
  },
})

type Context = { targetingKey: string; email: string; country: string }

export function tidegate(): Subject<Context> {
  const { set, faults } = readFlagSet(definitions)
  if (set === undefined || faults.length > 0) throw new Error('the definitions of this benchmark are wrong')
  return {
    context: ({ id, email, country }) => ({ targetingKey: id, email, country }),
    isOn(flag, context) {
      const { value, variant, reason } = evaluateFlag(set, flag, context, 1_800_000_000)
      told(variant, reason)
      return value === true
    },
  }
}

interface FlagdCore {
  setConfigurations(text: string): void
  resolveBooleanEvaluation(
    flag: string,
    fallback: boolean,
    context: Context,
  ): { value: boolean; variant?: string; reason?: string }
}

export function flagdCore(): Subject<Context> {
  const { FlagdCore } = load<{ FlagdCore: new () => FlagdCore }>('@openfeature/flagd-core')
  const core = new FlagdCore()
  core.setConfigurations(definitions)
  return {
    context: ({ id, email, country }) => ({ targetingKey: id, email, country }),
    isOn(flag, context) {
      const { value, variant, reason } = core.resolveBooleanEvaluation(flag, false, context)
      told(variant, reason)
      return value
    },
  }
}
