/** Flags in a register behind Tidegate's own flag server: set and read back for a share of users and for cohorts, and offered to `tidegate bind`. */
import { ChangeAnswer, FlagList } from '../../core/flags/register/admin-contract.ts'
import { isShare, shareStepPercent } from '../../core/flags/register/flag-register.ts'
import { FlagView } from '../../core/flags/register/flag-view.ts'
import { formatDuration } from '../../core/plan/duration.ts'
import type { TidegateFlags } from '../../core/plan/operator.ts'
import type { FlagSetting } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, EffectContext, FlagBackend, FlagSource } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { Turns } from '../turns.ts'
import { stoppedBy, withDeadline } from '../with-deadline.ts'
import { type AdminCall, callAdmin } from './tidegate-flags-api.ts'

/** Relative paths of secrets start at `folder`. Writes to one flag are done one after another. */
export function createTidegateFlags(
  servers: Readonly<Record<string, TidegateFlags>>,
  { folder }: { folder: string },
): FlagBackend & FlagSource {
  const turns = new Turns()

  function call<T>(server: TidegateFlags, request: AdminCall<T>, context: DriverContext): Promise<Outcome<T>> {
    return callAdmin(server, request, { folder, context })
  }

  async function read(backend: string, flag: string, context: DriverContext): Promise<Outcome<FlagSetting>> {
    const found = findByName('flag backend', servers, backend)
    if (!found.ok) return found
    const { environment } = found.value
    const path = `/flags/${encodeURIComponent(flag)}?environment=${encodeURIComponent(environment)}`
    const view = await call(found.value, { path, schema: FlagView }, context)
    return view.ok ? settingOf(view.value) : view
  }

  async function set(
    backend: string,
    flag: string,
    { percent, cohorts = [] }: FlagSetting,
    context: EffectContext,
  ): Promise<Outcome<FlagSetting>> {
    const found = findByName('flag backend', servers, backend)
    if (!found.ok) return found
    if (!isShare(percent)) return fail('unsupported', `${percent} % is no multiple of ${shareStepPercent} %`)
    const unlisted = cohorts.find((cohort) => !found.value.cohorts.includes(cohort))
    if (unlisted !== undefined)
      return fail('unsupported', `the operator lends no cohort "${unlisted}" of ${backend} to plans`)
    if (context.signal.aborted) return stoppedBy(context.signal, `setting ${flag} in ${backend}`)
    const startedMs = performance.now()
    const { effectId: effect, fence } = context
    const body = {
      command: { do: 'set', flag, environment: found.value.environment, share: percent, cohorts },
      actor: 'release',
      cause: { ...(releaseOf(effect) && { release: releaseOf(effect) }), effect, fence },
    }
    const changed = await call(found.value, { path: '/changes', body, schema: ChangeAnswer }, context)
    if (!changed.ok) return changed
    const blockedBy = changed.value.flag?.reach?.blockedBy
    if (blockedBy !== undefined && (percent > 0 || cohorts.length > 0))
      return fail('rejected', `"${flag}" is set to ${percent} %, and nobody has it: ${blockedBy}`)
    const readBack = await read(backend, flag, context)
    const deadlineMs = changed.value.flag?.deadlineMs
    const tookMs = performance.now() - startedMs
    if (readBack.ok && deadlineMs !== undefined && tookMs > deadlineMs) {
      const late = `${formatDuration(tookMs)}, later than its deadline of ${formatDuration(deadlineMs)}`
      return fail('timeout', `the rollback toggle "${flag}" was read back as set after ${late}`)
    }
    return readBack
  }

  async function list(server: string, context: DriverContext) {
    const found = findByName('flag server', servers, server)
    if (!found.ok) return found
    const path = `/flags?environment=${encodeURIComponent(found.value.environment)}`
    return call(found.value, { path, schema: FlagList }, context)
  }

  return {
    name: 'tidegate-flags',
    capabilities: {
      resolutionPercent: shareStepPercent,
      conditional: true,
      sticky: true,
      cohorts: Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.cohorts])),
    },
    setFlag: (backend, flag, setting, context) => {
      const limited = withDeadline(context)
      return turns.take(`${backend}\n${flag}`, () => set(backend, flag, setting, limited))
    },
    readFlag: read,
    async offers(source, context) {
      const listed = await list(source, context)
      return listed.ok ? succeed(listed.value.flags.toSorted((a, b) => (a.key < b.key ? -1 : 1))) : listed
    },
    async ping(backend, context) {
      const listed = await list(backend, context)
      return listed.ok ? succeed(undefined) : listed
    },
  }
}

/** Of a release's effects, which are called `RELEASE/NUMBER`. */
function releaseOf(effectId: string): string | undefined {
  return /^(.+)\/\d+$/.exec(effectId)?.[1]
}

function settingOf({ key, environment, reach }: FlagView): Outcome<FlagSetting> {
  if (reach === undefined) {
    const message = `flag "${key}" has targeting of its own in ${environment}; take that out, or let Tidegate move another flag, if it is to move this one`
    return fail('rejected', message)
  }
  const { percent, cohorts } = reach
  return succeed(cohorts.length > 0 ? { percent, cohorts } : { percent })
}
