/** Flags in memory, under the same conditions as a real backend: for tests and rehearsals. */
import type { FlagSetting } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, FlagBackend } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { stoppedBy } from '../with-deadline.ts'

const stepPercent = 0.01

/** `backends`: the flags that each of them knows; all are off until they are set. `cohorts`: those that each can tell apart. */
export function createMemoryFlagBackend(
  backends: Readonly<Record<string, readonly string[]>>,
  cohorts: Readonly<Record<string, readonly string[]>> = {},
): FlagBackend {
  const held = Object.fromEntries(
    Object.entries(backends).map(([backend, flags]) => [
      backend,
      Object.fromEntries(flags.map((flag) => [flag, { fence: 0, setting: { percent: 0 } as FlagSetting }])),
    ]),
  )
  const find = (backend: string, flag: string, { signal }: DriverContext) => {
    const flags = findByName('flag backend', held, backend)
    if (!flags.ok) return flags
    return signal.aborted ? stoppedBy(signal, `asking ${backend}`) : findByName('flag', flags.value, flag)
  }

  async function readFlag(backend: string, flag: string, context: DriverContext): Promise<Outcome<FlagSetting>> {
    const found = find(backend, flag, context)
    return found.ok ? succeed(found.value.setting) : found
  }

  return {
    name: 'memory-flags',
    capabilities: { resolutionPercent: stepPercent, conditional: true, sticky: true, cohorts },
    readFlag,
    async setFlag(backend, flag, setting, context) {
      const found = find(backend, flag, context)
      if (!found.ok) return found
      const state = found.value
      if (context.fence < state.fence)
        return fail('rejected', `fence ${context.fence} is older than ${state.fence}, which is held`)
      const steps = setting.percent / stepPercent
      if (Math.abs(steps - Math.round(steps)) > 1e-6)
        return fail('unsupported', `${setting.percent} % is no multiple of ${stepPercent} %`)
      const unknown = setting.cohorts?.find((name) => !cohorts[backend]?.includes(name))
      if (unknown !== undefined) return fail('unsupported', `${backend} does not know the cohort ${unknown}`)
      state.fence = context.fence
      state.setting = setting
      return readFlag(backend, flag, context)
    },
    async ping(backend, { signal }) {
      const flags = findByName('flag backend', held, backend)
      if (!flags.ok) return flags
      return signal.aborted ? stoppedBy(signal, `asking ${backend}`) : succeed(undefined)
    },
  }
}
