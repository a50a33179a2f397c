/** Versions that run in memory only: for tests and rehearsals. */
import { fail, succeed } from '../../core/release/outcome.ts'
import type { Deployer } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'

export interface MemoryTarget {
  mode: 'replace' | 'beside'
  /** `healthy` at once, or `hanging`: never. */
  versions: Readonly<Record<string, 'healthy' | 'hanging'>>
}

export function createMemoryDeployer(targets: Readonly<Record<string, MemoryTarget>>): Deployer {
  const running = new Map<string, Set<string>>()
  const versionsAt = (target: string) => running.get(target) ?? new Set()

  const readVersion: Deployer['readVersion'] = async (target, { signal }) => {
    const found = findByName('memory target', targets, target)
    if (!found.ok) return found
    if (signal.aborted) return fail('unavailable', `the check of ${target} was stopped: ${String(signal.reason)}`)
    return succeed({ running: [...versionsAt(target)].map((version) => ({ version, healthy: true })) })
  }

  return {
    name: 'memory-deployer',
    readVersion,
    async deploy(target, version, context) {
      const { signal } = withDeadline(context)
      const found = findByName('memory target', targets, target)
      if (!found.ok) return found
      const behaviour = findByName(`version of ${target}`, found.value.versions, version)
      if (!behaviour.ok) return behaviour
      if (behaviour.value === 'hanging') await new Promise((resolve) => signal.addEventListener('abort', resolve))
      if (signal.aborted) {
        return fail(
          isTimeout(signal) ? 'timeout' : 'unavailable',
          `the start of ${version} was stopped: ${String(signal.reason)}`,
        )
      }
      running.set(target, new Set([...(found.value.mode === 'beside' ? versionsAt(target) : []), version]))
      return readVersion(target, context)
    },
    async ping(target) {
      const found = findByName('memory target', targets, target)
      return found.ok ? succeed(undefined) : found
    },
  }
}
