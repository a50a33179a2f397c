/** Everything that the operator names: that a driver serves it, that it answers, and that its secrets are where they are said to be. */
import type { Operator } from '../../core/plan/operator.ts'
import { secretRefsIn } from '../../core/plan/operator-secrets.ts'
import type { SecretRef } from '../../core/plan/secret-ref.ts'
import type { Outcome } from '../../core/release/outcome.ts'
import type { Driver, DriverSet } from '../../ports/drivers.ts'
import type { Checkup } from '../contract.ts'
import { findingIn } from './finding-in.ts'

const ofDriver = findingIn('drivers')
const ofSecret = findingIn('secrets')

const timeoutMs = 5_000
/** Pings at the same time. */
const atOnce = 8

interface Asked {
  what: string
  name: string
  driver: Driver | undefined
}

export async function checkDrivers(operator: Operator, drivers: DriverSet): Promise<Checkup[]> {
  const asked = everyDriver(operator, drivers)
  const found: Checkup[] = []
  for (let from = 0; from < asked.length; from += atOnce)
    found.push(...(await Promise.all(asked.slice(from, from + atOnce).map(ping))))
  return found
}

function everyDriver(operator: Operator, drivers: DriverSet): Asked[] {
  const all = <T extends keyof Operator>(part: T, what: string, driverOf: (name: string) => Driver | undefined) =>
    Object.keys(operator[part] ?? {}).map((name): Asked => ({ what: `${what} ${name}`, name, driver: driverOf(name) }))
  return [
    ...all('targets', 'target', (name) => drivers.router(name) ?? drivers.deployer(name)),
    ...all('metricSources', 'metric source', (name) => drivers.metricSource(name)),
    ...all('flagSources', 'flag source', (name) => drivers.flagSource(name)),
    ...all('flagBackends', 'flag backend', (name) => drivers.flagBackend(name)),
    ...all('checks', 'check', (name) => drivers.checkRunner(name)),
    ...all('commands', 'command', (name) => drivers.commandRunner(name)),
    ...all('hooks', 'hook', (name) => drivers.hookVerifier(name)),
    ...drivers
      .notifiers()
      .map(({ channel, notifier }) => ({ what: `channel ${channel}`, name: channel, driver: notifier })),
  ]
}

async function ping({ what, name, driver }: Asked): Promise<Checkup> {
  if (!driver) {
    const hint = what.startsWith('hook ') ? 'say in `inbound` where hooks are heard' : undefined
    return ofDriver('failed', what, 'no driver serves it', hint)
  }
  const outcome = await answerOf(driver, name)
  if (outcome.ok) return ofDriver('ok', what, `${driver.name} answers`)
  const { message, cause } = outcome.error
  return ofDriver('failed', what, message, cause)
}

/** A driver that throws or hangs is as good as none. */
async function answerOf(driver: Driver, name: string): Promise<Outcome<void>> {
  const signal = AbortSignal.timeout(timeoutMs)
  const late = new Promise<Outcome<void>>((resolve) => {
    const error = { code: 'timeout' as const, message: `no answer within ${timeoutMs / 1_000} s` }
    signal.addEventListener('abort', () => resolve({ ok: false, error }), { once: true })
  })
  const broken = (error: unknown): Outcome<void> => ({
    ok: false,
    error: { code: 'unavailable', message: error instanceof Error ? error.message : String(error) },
  })
  return Promise.race([driver.ping(name, { signal, timeoutMs }).catch(broken), late])
}

/** Every secret that the operator's file names; `resolve` says where it is missing, and its value goes nowhere. */
export async function checkSecrets(
  operator: Operator,
  resolve: (ref: SecretRef) => Promise<Outcome<string>>,
): Promise<Checkup[]> {
  const refs = secretRefsIn(operator)
  const found = refs.map(async ({ path, ref }) => {
    const outcome = await resolve(ref)
    const hint =
      'env' in ref
        ? 'set it for the controller, and for this command'
        : 'put the secret there, readable by the controller alone'
    return outcome.ok ? ofSecret('ok', path, 'it is there') : ofSecret('failed', path, outcome.error.message, hint)
  })
  return Promise.all(found)
}
