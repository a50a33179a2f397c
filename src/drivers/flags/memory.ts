/** Flags in memory, under the same conditions as a real backend: for tests and rehearsals. */
import type { FlagSetting } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, FlagBackend } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { stoppedBy } from '../with-deadline.ts'

const stepPercent = 0.01

/** `backends`: the flags that each of them knows; all are off until they are set. */
export function createMemoryFlagBackend(backends: Readonly<Record<string, readonly string[]>>): FlagBackend {
  const held = Object.fromEntries(
    Object.entries(backends).map(([backend, flags]) => [
      backend,
      Object.fromEntries(flags.map((flag) => [flag, { fence: 0, percent: 0 }])),
    ]),
  )
  const find = (backend: string, flag: string, { signal }: DriverContext) => {
    const flags = findByName('flag backend', held, backend)
    if (!flags.ok) return flags
    return signal.aborted ? stoppedBy(signal, `asking ${backend}`) : findByName('flag', flags.value, flag)
  }

  async function readFlag(backend: string, flag: string, context: DriverContext): Promise<Outcome<FlagSetting>> {
    const found = find(backend, flag, context)
    return found.ok ? succeed({ percent: found.value.percent }) : found
  }

  return {
    name: 'memory-flags',
    capabilities: { resolutionPercent: stepPercent, conditional: true, sticky: true },
    readFlag,
    async setFlag(backend, flag, { percent }, context) {
      const found = find(backend, flag, context)
      if (!found.ok) return found
      const state = found.value
      if (context.fence < state.fence)
        return fail('rejected', `fence ${context.fence} is older than ${state.fence}, which is held`)
      const steps = percent / stepPercent
      if (Math.abs(steps - Math.round(steps)) > 1e-6)
        return fail('unsupported', `${percent} % is no multiple of ${stepPercent} %`)
      state.fence = context.fence
      state.percent = percent
      return readFlag(backend, flag, context)
    },
    async ping(backend, { signal }) {
      const flags = findByName('flag backend', held, backend)
      if (!flags.ok) return flags
      return signal.aborted ? stoppedBy(signal, `asking ${backend}`) : succeed(undefined)
    },
  }
}
