/** Drivers whose answers hold no secret: what a server or a program repeats goes into the log and before many eyes. */
import type { Driver, DriverSet } from '../ports/drivers.ts'
import type { KnownSecrets } from './known-secrets.ts'

/** The same drivers; every outcome of every call, and every error that is thrown, is cleaned on its way out. */
export function withoutSecrets(drivers: DriverSet, secrets: KnownSecrets): DriverSet {
  const made = new WeakMap<Driver, Driver>()
  const guard = <D extends Driver>(driver: D | undefined): D | undefined => {
    if (driver === undefined) return undefined
    const known = made.get(driver) ?? guarded(driver, secrets)
    made.set(driver, known)
    return known as D
  }
  return {
    router: (target) => guard(drivers.router(target)),
    deployer: (target) => guard(drivers.deployer(target)),
    metricSource: (source) => guard(drivers.metricSource(source)),
    flagSource: (source) => guard(drivers.flagSource(source)),
    flagBackend: (backend) => guard(drivers.flagBackend(backend)),
    checkRunner: (check) => guard(drivers.checkRunner(check)),
    commandRunner: (command) => guard(drivers.commandRunner(command)),
    // It says who called and nothing else, and the ids of messages have to stay what they are.
    hookVerifier: (hook) => drivers.hookVerifier(hook),
    notifiers: () =>
      drivers.notifiers().map(({ channel, notifier }) => ({ channel, notifier: guard(notifier) ?? notifier })),
    close: () => drivers.close(),
  }
}

function guarded<D extends Driver>(driver: D, secrets: KnownSecrets): D {
  return new Proxy(driver, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...given: unknown[]) => {
        try {
          return await secrets.clean(await Reflect.apply(member, target, given))
        } catch (error) {
          throw new Error(await secrets.clean(error instanceof Error ? error.message : String(error)))
        }
      }
    },
  })
}
